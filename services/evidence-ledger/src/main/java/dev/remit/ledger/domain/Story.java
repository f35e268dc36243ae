package dev.remit.ledger.domain;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.passkey.Assertion;
import dev.remit.handoff.passkey.DecisionChallenge;
import dev.remit.handoff.passkey.Passkey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One change as its verified handoffs tell it, as far as they have arrived.
 *
 * @param steps its handoffs by sequence
 * @param activities what the target's own feed says about the account
 * @param passkeys by their registration, those that signed its decisions, as far as their
 *     registrations are logged; empty for one whose registration is withheld
 * @param demotions those under its charter
 */
public record Story(
        UUID change,
        List<Step> steps,
        List<Activity> activities,
        Map<UUID, Optional<Registered>> passkeys,
        List<Demotion> demotions) {
    /** Who executes. */
    public enum Mode {
        /** A person does, and owns the result. */
        ASSIST,
        /** A digital employee does. */
        OWN;

        /** Closed: what is not plainly OWN is left to a person. */
        public static Mode of(String said) {
            return said.equals(OWN.name()) ? OWN : ASSIST;
        }
    }

    /**
     * Who acts: immutable id, and the person responsible when it is a digital employee or copilot.
     */
    public record Actor(String id, Optional<String> principal) {}

    /**
     * One handoff.
     *
     * @param sequence its position in the change, from 1
     * @param hash RFC 9162 leaf hash of its sealed bytes
     * @param prev the hash it names of the handoff before it; null for the first
     */
    public record Step(
            int sequence,
            UUID id,
            String type,
            String producer,
            Instant time,
            Hash hash,
            @Nullable Hash prev,
            Said said) {}

    /** What a handoff says, as far as closure depends on it. */
    public sealed interface Said {}

    /**
     * What is to be done, to whom, under which charter.
     *
     * @param changeHash what it says as one hash, see {@code KeptChange.hash}; empty if not known
     */
    public record Proposed(
            UUID change,
            String charter,
            String charterHash,
            String subject,
            String target,
            Actor proposer,
            String changeHash,
            Optional<About> about)
            implements Said {

        /** The mode that it was proposed in. */
        Mode mode() {
            return Mode.of(about.map(About::mode).orElse(""));
        }

        /** The subject's id in its own system. */
        public String subjectId() {
            return subject.substring(
                    isOfAccount() ? target.length() + 1 : subject.indexOf(':') + 1);
        }

        /** The HR worker it is about; empty for an account that nobody is behind. */
        public Optional<String> worker() {
            return isOfAccount() ? Optional.empty() : Optional.of(subjectId());
        }

        /** Whether this is the account that it names, if it names one. */
        boolean means(String account) {
            return !isOfAccount() || subjectId().equals(account);
        }

        private boolean isOfAccount() {
            return subject.startsWith(target + ":");
        }
    }

    /** What else a proposal says that a charter's conditions look at. */
    public record About(String action, String mode, String reason) {}

    /**
     * A readiness verdict; the last one stands.
     *
     * @param facts what was judged
     * @param terms what of its plan can be amended; empty if the plan is not what its hash says, or
     *     does not read
     * @param at when it was judged
     */
    public record Readiness(
            UUID id,
            String verdict,
            Optional<String> account,
            Optional<String> planHash,
            String reason,
            List<Fact> facts,
            Optional<Terms> terms,
            Instant at)
            implements Said {
        /** The state of each judged fact, by name. */
        public Map<String, String> states() {
            return facts.stream()
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    Fact::name, Fact::state, (_, later) -> later));
        }
    }

    /**
     * A judged fact.
     *
     * @param state PRESENT, MISSING, STALE or CONTRADICTED
     * @param source the system that says so, or {@code correction} for a person
     * @param at when it was observed; empty if it was not
     */
    public record Fact(String name, String state, String source, Optional<Instant> at) {
        boolean holds() {
            return state.equals("PRESENT");
        }
    }

    /**
     * A stage that was opened, or whose approvers changed.
     *
     * @param eligible those who may decide in their own right
     * @param links those who may decide in another's place
     * @param sources why they are asked, in words, each once: for example {@code member of /board}
     * @param quorum how many must approve; 0 for as many as before
     * @param denials how many must deny
     * @param until when it lapses undecided; empty if it does not say
     */
    public record Requested(
            String stage,
            Optional<String> held,
            List<String> eligible,
            List<Link> links,
            List<String> sources,
            int quorum,
            int denials,
            Optional<Instant> until)
            implements Said {}

    /** Someone who may decide in another's place. */
    public record Link(String id, String onBehalfOf) {}

    /**
     * A decision; REFUSED ones are attempts that were not accepted.
     *
     * @param onBehalfOf in whose place
     * @param condition the condition that is false, for PASSED_OVER
     * @param binding what it is bound to; empty for deadlines and in records from before
     * @param bindable whether whoever wrote it could have said what it is bound to
     * @param signIn how the decider was signed in; empty if it was no person
     * @param at when
     * @param signed the decider's own signature
     * @param amendment the plan that takes another's place, for AMENDED
     */
    public record Decision(
            UUID id,
            String stage,
            String decision,
            Decider by,
            String planHash,
            Optional<String> onBehalfOf,
            Optional<String> condition,
            Optional<Binding> binding,
            boolean bindable,
            Optional<SignIn> signIn,
            Instant at,
            Optional<Signed> signed,
            Optional<Amendment> amendment)
            implements Said {}

    /**
     * How a person was signed in.
     *
     * @param acr authentication context class (OpenID Connect)
     * @param at when (auth_time)
     */
    public record SignIn(Optional<String> acr, Optional<Instant> at) {}

    /**
     * A plan that takes another one's place.
     *
     * @param before the hash of the one that no approval is for any more
     * @param actualHash the SHA-256 of the new one's very bytes
     * @param terms what of the new one can be amended; empty if it does not read
     */
    public record Amendment(String before, String actualHash, Optional<Terms> terms) {}

    /**
     * What of a plan can be amended, beside all that cannot.
     *
     * @param planCore SHA-256 of the canonical plan without its terms, lower-case hexadecimal
     * @param duration how long what it grants lasts; empty if it grants nothing for a time
     * @param notBefore when it may start; empty for at once
     */
    public record Terms(String planCore, Optional<Duration> duration, Optional<Instant> notBefore) {
        /** Whether a plan with these does what the other one does, no longer and no sooner. */
        boolean isWithin(Terms judged) {
            return planCore.equals(judged.planCore)
                    && duration.isPresent() == judged.duration.isPresent()
                    && duration.filter(each -> each.compareTo(judged.duration.get()) > 0).isEmpty()
                    && judged.notBefore
                            .filter(start ->
                                    notBefore.filter(each -> !each.isBefore(start)).isEmpty())
                            .isEmpty();
        }
    }

    /**
     * A person's own signature.
     *
     * @param passkey the registration that it names
     * @param challenge what had to be signed, by what the message says
     */
    public record Signed(UUID passkey, Assertion assertion, DecisionChallenge challenge) {}

    /**
     * A registered passkey.
     *
     * @param until when it was revoked
     */
    public record Registered(Passkey key, Instant since, Optional<Instant> until) {}

    /**
     * What a decision is bound to.
     *
     * @param worker the decider's HR worker id
     * @param delegatorWorker that of the one in whose place
     */
    public record Binding(
            String changeHash,
            String charterHash,
            String routeHash,
            UUID nonce,
            Instant notBefore,
            Instant expiresAt,
            Optional<String> worker,
            Optional<String> delegatorWorker) {}

    /** Who decided. */
    public sealed interface Decider {
        /** Immutable id; empty where nobody decided. */
        String id();

        /** Nobody: a deadline did. */
        record Deadline() implements Decider {
            @Override
            public String id() {
                return "";
            }
        }

        /** Someone who signed in. */
        record Person(String id) implements Decider {}

        /** A rule of a charter. */
        record Rule(String id, String name, String version) implements Decider {}

        /** Neither clearly a person nor clearly a rule: counts nowhere. */
        record Unclear(String id) implements Decider {}
    }

    /**
     * The HR workers behind a proposal, where they are known.
     *
     * @param principal of who answers for the AI that proposed it
     */
    public record Workers(Optional<String> proposer, Optional<String> principal) {
        static final Workers UNKNOWN = new Workers(Optional.empty(), Optional.empty());
    }

    /**
     * The authorization.
     *
     * @param actualHash SHA-256 of the plan's bytes as they were handed on, hexadecimal
     * @param held what the subject holds afterwards, as the charter's rules were tested on it
     * @param ends when what the plan gives for a time is to be taken away
     * @param given the groups that the plan's steps name as given, by their paths
     * @param taken the same of those taken
     * @param keepings what it takes that is protected, and who keeps it; empty where the
     *     authorization does not say
     * @param undone what a step leaves when it is taken back, by step; of those that can be
     * @param traces what its steps leave in the target's own feed
     * @param workers who proposed, as people
     * @param mandate in which mode it is executed; empty where the authorization could have said so
     *     and does not
     */
    public record Authorized(
            UUID id,
            String account,
            String planHash,
            String actualHash,
            List<UUID> approvals,
            Instant at,
            Instant expiresAt,
            Optional<Set<String>> held,
            Optional<Instant> ends,
            Set<String> given,
            Set<String> taken,
            Optional<List<Keeping>> keepings,
            Map<String, Map<String, String>> undone,
            List<Trace> traces,
            Workers workers,
            Optional<Mandate> mandate)
            implements Said {}

    /**
     * What a step leaves in the target's own feed, if the executor does it.
     *
     * @param operation empty if there is nothing to do, since it is so already
     * @param below where under the account it is done; empty for the account itself
     * @param changed what it changes; empty for what is told by where it is done
     */
    public record Trace(String step, String operation, String below, Map<String, String> changed) {
        /** Of an account that is disabled. */
        public static final Trace DISABLED =
                new Trace("disable-account", "UPDATE", "", Map.of("enabled", "false"));

        /** Of a step by which nothing changes. */
        public static Trace none(String step) {
            return new Trace(step, "", "", Map.of());
        }

        boolean isNone() {
            return operation.isEmpty();
        }

        /** Whether this is it. */
        boolean isIn(Activity activity) {
            return activity.operation().equals(operation)
                    && (changed.isEmpty()
                            ? activity.resource().equals("users/" + activity.account() + below)
                            : activity.changed().entrySet().containsAll(changed.entrySet()));
        }
    }

    /**
     * The mode that was authorized.
     *
     * @param failing the conditions of OWN that do not hold, by name
     */
    public record Mandate(Mode mode, List<String> failing) {}

    /**
     * A digital employee was demoted under a charter: what it has not begun, people execute.
     *
     * @param lifted when a person promoted it
     */
    public record Demotion(UUID id, String charter, Instant at, Optional<Instant> lifted) {}

    /**
     * A protected entitlement that the plan takes.
     *
     * @param lost whether a lasting holder is lost by it
     * @param keepers immutable ids of accounts that keep it
     */
    public record Keeping(String system, String path, boolean lost, Set<String> keepers) {}

    /**
     * The executor's report.
     *
     * @param authorization that it used
     * @param byPerson whether a person executed it
     * @param worker that person's HR worker id, where the report says it
     * @param results what became of each step, and of taking it back
     * @param remainder what is left half done
     */
    public record Executed(
            UUID id,
            UUID authorization,
            String executor,
            String outcome,
            String planHash,
            boolean readBackMatches,
            String reason,
            Instant startedAt,
            boolean byPerson,
            Optional<String> worker,
            List<Result> results,
            Optional<Remainder> remainder)
            implements Said {
        /** Who executed, under every name that is known. */
        Set<String> names() {
            Set<String> names = new TreeSet<>(Set.of(executor));
            worker.map("worker:"::concat).ifPresent(names::add);
            return names;
        }
    }

    /**
     * What became of a step.
     *
     * @param state DONE, ALREADY_DONE, FAILED or SKIPPED
     * @param after what the target said when it was read again
     * @param undoes the step that it takes back
     */
    public record Result(
            String step, String state, Map<String, String> after, Optional<String> undoes) {}

    /**
     * What is left half done.
     *
     * @param owedBy immutable id of who owes the rest; empty if nobody is known
     * @param capacity as what, in words
     */
    public record Remainder(List<String> steps, Optional<String> owedBy, String capacity) {
        /**
         * The same, owed by the charter's owner if nobody else is known: nothing is left to nobody.
         *
         * @param owner immutable account id; empty if the charter names none
         */
        Remainder orOwedBy(String owner) {
            return owedBy.isPresent() || owner.isEmpty()
                    ? this
                    : new Remainder(steps, Optional.of(owner), "the owner of the charter");
        }
    }

    /**
     * What the plan gave for a time was taken away, and the target read again.
     *
     * @param authorization that granted it
     * @param done whether each step of it was
     */
    public record GrantEnded(
            UUID id,
            UUID authorization,
            String executor,
            String planHash,
            boolean done,
            Instant due,
            Instant completedAt)
            implements Said {}

    /**
     * The end.
     *
     * @param handoffs those it lists: sequence, id, type and hash, separated by spaces
     * @param proofs the messages that gave its proofs
     */
    public record Closed(UUID change, String outcome, List<String> handoffs, List<UUID> proofs)
            implements Said {}

    /** Nothing that closure depends on. */
    public record Other() implements Said {}

    /**
     * An action in a target's own feed.
     *
     * @param resource what it was done to, as a path
     */
    public record Activity(
            UUID id,
            String system,
            String account,
            String operation,
            String resource,
            String actor,
            Instant at,
            Map<String, String> changed) {}

    /** A change of which nothing has arrived yet. */
    public static Story untold(UUID change) {
        return new Story(change, List.of(), List.of(), Map.of(), List.of());
    }

    /** The story with further handoffs, in whatever order they came. */
    public Story with(Collection<Step> arrived) {
        List<Step> all = new ArrayList<>(steps);
        all.addAll(arrived);
        all.sort(Comparator.comparingInt(Step::sequence));
        return new Story(change, List.copyOf(all), activities, passkeys, demotions);
    }

    /** The story with these activities and no others. */
    public Story seen(List<Activity> all) {
        return new Story(change, steps, List.copyOf(all), passkeys, demotions);
    }

    /** The story with these passkeys and no others. */
    public Story signed(Map<UUID, Optional<Registered>> all) {
        return new Story(change, steps, activities, Map.copyOf(all), demotions);
    }

    /** The story with these demotions under its charter and no others. */
    public Story demoted(List<Demotion> all) {
        return new Story(change, steps, activities, passkeys, List.copyOf(all));
    }

    /** The registrations that its decisions' signatures name. */
    public Set<UUID> registrations() {
        Set<UUID> named = new TreeSet<>();
        everyDecision().forEach(each -> each.signed().map(Signed::passkey).ifPresent(named::add));
        return named;
    }

    /** Whether the handoffs run from the proposal on, each naming the hash of the one before. */
    public boolean isComplete() {
        Hash before = null;
        for (int n = 0; n < steps.size(); n++) {
            Step step = steps.get(n);
            if (step.sequence() != n + 1 || !Objects.equals(step.prev(), before)) {
                return false;
            }
            before = step.hash();
        }
        return proposed().filter(each -> each.change().equals(change)).isPresent();
    }

    /** The proposal; empty while it has not arrived. */
    public Optional<Proposed> proposed() {
        return steps.isEmpty() || !(steps.getFirst().said() instanceof Proposed proposed)
                ? Optional.empty()
                : Optional.of(proposed);
    }

    /** The last readiness verdict. */
    public Optional<Readiness> readiness() {
        return last(Readiness.class);
    }

    /** The target account: the one that was made, or the one that was judged. */
    public Optional<String> account() {
        return executed()
                .flatMap(each ->
                        each.results().stream()
                                .filter(result -> result.step().equals("create-account"))
                                .filter(result -> result.undoes().isEmpty())
                                .map(result -> result.after().getOrDefault("id", ""))
                                .filter(id -> !id.isEmpty())
                                .findFirst())
                .or(() -> authorized().map(Authorized::account))
                .or(() -> readiness().flatMap(Readiness::account));
    }

    /** Every verdict, in order. */
    List<Readiness> verdicts() {
        return all(Readiness.class);
    }

    /** The stages opened, in order. */
    public List<Requested> requests() {
        return all(Requested.class);
    }

    /** Whether a person executed what was authorized for a digital employee. */
    public boolean isTakenOver() {
        return authorized()
                        .flatMap(Authorized::mandate)
                        .filter(each -> each.mode() == Mode.OWN)
                        .isPresent()
                && executed().filter(Executed::byPerson).isPresent();
    }

    /** When the last report of an execution was handed on. */
    Optional<Instant> executedBy() {
        return steps.reversed().stream()
                .filter(each -> each.said() instanceof Executed)
                .map(Step::time)
                .findFirst();
    }

    /** The decisions of the plan that counts, in order: those since it was amended last. */
    public List<Decision> decisions() {
        List<Decision> all = everyDecision();
        List<Decision> amendments = amendments();
        return amendments.isEmpty()
                ? all
                : all.subList(all.lastIndexOf(amendments.getLast()), all.size());
    }

    /**
     * The change as it stood before each amendment that counts, and all of it; every decision is
     * one of {@link #decisions()} in one of them.
     */
    List<Story> parts() {
        List<Decision> amendments = amendments();
        List<Story> parts = new ArrayList<>();
        for (int n = 0; n < steps.size(); n++) {
            if (steps.get(n).said() instanceof Decision decision && amendments.contains(decision)) {
                parts.add(new Story(change, steps.subList(0, n), activities, passkeys, demotions));
            }
        }
        parts.add(this);
        return parts;
    }

    /** Of them, those made before it was authorized: what comes later approved nothing. */
    List<Decision> approvals() {
        List<Decision> before = new ArrayList<>();
        List<Decision> since = new ArrayList<>();
        for (Step step : steps) {
            switch (step.said()) {
                case Decision decision -> since.add(decision);
                case Authorized _ -> {
                    before.addAll(since);
                    since.clear();
                }
                default -> {}
            }
        }
        return authorized().isEmpty()
                ? decisions()
                : decisions().stream().filter(before::contains).toList();
    }

    /** All decisions, those of a plan that was amended later included, in order. */
    public List<Decision> everyDecision() {
        return all(Decision.class);
    }

    /** The plan that counts: the one judged, or what it was amended to last. */
    public String planHash() {
        List<Decision> amendments = amendments();
        return amendments.isEmpty()
                ? readiness().flatMap(Readiness::planHash).orElse("")
                : amendments.getLast().planHash();
    }

    /**
     * The amendments that count, in order. Each must name the plan before it, its bytes must hash
     * to what it says and do what was judged, no longer and no sooner, and it must be by one who
     * was asked or who proposed the change; else it is none, and no approval of its plan counts.
     */
    List<Decision> amendments() {
        Optional<Terms> judged = readiness().flatMap(Readiness::terms);
        String plan = readiness().flatMap(Readiness::planHash).orElse("");
        List<Decision> found = new ArrayList<>();
        for (Decision each : everyDecision()) {
            if (isAmended(each, plan, judged)) {
                found.add(each);
                plan = each.planHash();
            }
        }
        return found;
    }

    private boolean isAmended(Decision decision, String plan, Optional<Terms> judged) {
        return decision.decision().equals("AMENDED")
                && decision.by() instanceof Decider.Person(String id)
                && (isProposer(id) || isAsked(id, decision))
                && decision.amendment()
                        .filter(each -> each.before().equals(plan))
                        .filter(each -> each.actualHash().equals(decision.planHash()))
                        .flatMap(Amendment::terms)
                        .filter(each -> judged.filter(each::isWithin).isPresent())
                        .isPresent();
    }

    boolean isProposer(String id) {
        return proposed()
                .map(Proposed::proposer)
                .filter(each -> each.id().equals(id) || each.principal().equals(Optional.of(id)))
                .isPresent();
    }

    /** Whether this one was asked for this decision, in their own right or in another's place. */
    boolean isAsked(String id, Decision decision) {
        return requests().stream()
                .filter(each -> each.stage().equals(decision.stage()))
                .anyMatch(each ->
                        decision.onBehalfOf()
                                .map(from -> each.links().contains(new Link(id, from)))
                                .orElseGet(() -> each.eligible().contains(id)));
    }

    public Optional<Authorized> authorized() {
        return last(Authorized.class);
    }

    public Optional<Executed> executed() {
        return last(Executed.class);
    }

    public Optional<GrantEnded> grantEnded() {
        return last(GrantEnded.class);
    }

    /**
     * The decisions made after it was executed, and after what it gave for a time was taken away.
     */
    public List<Decision> reviews() {
        boolean over = false;
        boolean timed = authorized().flatMap(Authorized::ends).isPresent();
        List<Decision> found = new ArrayList<>();
        for (Step step : steps) {
            switch (step.said()) {
                case Executed _ -> over |= !timed;
                case GrantEnded _ -> over = true;
                case Decision decision -> {
                    if (over) {
                        found.add(decision);
                    }
                }
                default -> {}
            }
        }
        return found;
    }

    /** Ids of who proposed, is responsible for, decided or executed it. */
    public Set<String> actors() {
        Set<String> actors = new TreeSet<>();
        proposed()
                .map(Proposed::proposer)
                .ifPresent(proposer -> {
                    actors.add(proposer.id());
                    proposer.principal().ifPresent(actors::add);
                });
        for (Decision decision : everyDecision()) {
            if (decision.by() instanceof Decider.Person || decision.by() instanceof Decider.Rule) {
                actors.add(decision.by().id());
            }
        }
        executed().map(Executed::executor).ifPresent(actors::add);
        return actors;
    }

    private <T extends Said> Optional<T> last(Class<T> kind) {
        for (Step step : steps.reversed()) {
            if (kind.isInstance(step.said())) {
                return Optional.of(kind.cast(step.said()));
            }
        }
        return Optional.empty();
    }

    private <T extends Said> List<T> all(Class<T> kind) {
        List<T> found = new ArrayList<>();
        for (Step step : steps) {
            if (kind.isInstance(step.said())) {
                found.add(kind.cast(step.said()));
            }
        }
        return found;
    }
}
