package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Story.Authorized;
import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Decision;
import dev.remit.ledger.domain.Story.Executed;
import dev.remit.ledger.domain.Story.Readiness;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a change has ended and is proved. Pure, and independent of what the services concluded:
 * it goes by their sealed messages only. The ledger decides with it, and a certificate's verifier
 * checks with it again.
 */
public sealed interface Closure {
    /** The proof that what was done was taken back, and the target read again. */
    String TAKEN_BACK = "compensation.read-back";

    /** Reports of an execution that did not lead where the plan does. */
    Set<String> NOT_AS_PLANNED = Set.of("REFUSED", "FAILED", "COMPENSATED");

    /** The step that leaves nothing behind that could be taken back. */
    String LEAVES_NOTHING = "end-sessions";

    /**
     * The step that ends by itself, where the authorization says when: its end is its own proof.
     */
    String ENDS = "join-group";

    /** Who holds a change that only proof is missing of. */
    String LEDGER = "evidence-ledger";

    /** The proof that the target's own feed gives. */
    String CORROBORATED = "activity.corroborated";

    /** The proof that what was granted for a time was taken away. */
    String GRANT_ENDED = "grant.ended";

    /** The proof that somebody looked at it afterwards. */
    String REVIEWED = "review.closed";

    /** That what is protected keeps a holder; only its lack is named. */
    String HOLDERS = "last-holders";

    /** That who was to execute did; named where it is lacking, or another one took it over. */
    String MODE = "executed.in-mode";

    /**
     * What others give after the execution: while one of these is missing, further handoffs of the
     * change are theirs.
     */
    Set<String> AFTERWARDS = Set.of(GRANT_ENDED, REVIEWED);

    /** Who holds a change while what it granted is not taken away. */
    String GRANTOR = "executor, until the grant ends";

    /** Who holds a change that is looked at afterwards. */
    String REVIEWERS = "reviewers";

    /** Those who hold a change that has run its course; closure is refused while they do. */
    Set<String> PROVING = Set.of(LEDGER, GRANTOR, REVIEWERS);

    /** It ended, with these proofs. */
    record Ended(Outcome outcome, List<Proof> proofs, String words) implements Closure {}

    /** It goes on: who holds it, and what is not proved yet. */
    record Open(String holder, String words, List<Missing> missing) implements Closure {}

    /** How a change ends. */
    enum Outcome {
        COMPLETED,
        REFUSED,
        HALTED,
        EXPIRED,
        WITHDRAWN,
        FAILED,
        /** A step failed, and what was done is taken back. */
        COMPENSATED
    }

    /** A proof and the message that gives it. */
    record Proof(String name, UUID givenBy, String words) {}

    /** A proof that is not there. */
    record Missing(String name, String owedBy, String words) {}

    /** Decides without evaluating the charter's conditions anew. */
    static Closure of(Story story, Optional<Charter> known) {
        return of(story, known, Conditions.NONE);
    }

    /** Decides without knowing why a charter is not. */
    static Closure of(Story story, Optional<Charter> known, Conditions conditions) {
        return of(story, known, Optional.empty(), conditions);
    }

    /**
     * Decides.
     *
     * @param known empty means that the charter with the change's hash is not known
     * @param problem why nothing closes under it, where that is known
     */
    static Closure of(
            Story story, Optional<Charter> known, Optional<String> problem, Conditions conditions) {
        if (!story.isComplete()) {
            return new Open(
                    LEDGER,
                    "a handoff has not arrived yet",
                    List.of(
                            new Missing(
                                    "chain",
                                    "the mesh",
                                    "the handoffs do not run from the proposal on, each naming the one before")));
        }
        if (known.isEmpty()) {
            return new Open(
                    LEDGER,
                    problem.isPresent()
                            ? "its charter was not published as it must be"
                            : "its charter is not known here",
                    List.of(
                            new Missing(
                                    "charter",
                                    "connector",
                                    "no charter with hash "
                                            + story.proposed()
                                                    .map(Story.Proposed::charterHash)
                                                    .orElse("")
                                            + " was published with the approvals that it needs"
                                            + problem.map(": "::concat).orElse(""))));
        }
        Charter charter = known.get();
        Optional<Readiness> readiness = story.readiness();
        if (readiness.isEmpty()) {
            return open("data-readiness", "its data is being judged", charter, story, conditions);
        }
        switch (readiness.get().verdict()) {
            case "HALTED" -> {
                return new Ended(
                        Outcome.HALTED,
                        List.of(
                                new Proof(
                                        "readiness.halted",
                                        readiness.get().id(),
                                        readiness.get().reason())),
                        readiness.get().reason());
            }
            case "WITHDRAWN" -> {
                return withdrawn(readiness.get().id(), readiness.get().reason());
            }
            case "HELD" -> {
                return open(
                        "data-readiness",
                        "held: " + readiness.get().reason(),
                        charter,
                        story,
                        conditions);
            }
            default -> {}
        }
        Optional<Ended> end = ended(story, charter);
        if (end.isPresent()) {
            return end.get();
        }
        Optional<Decision> withdrawn =
                story.everyDecision().stream()
                        .filter(each -> each.decision().equals("WITHDRAWN"))
                        .findFirst();
        if (withdrawn.isPresent() && story.authorized().isEmpty()) {
            return withdrawn(withdrawn.get().id(), "withdrawn while it waited for approval");
        }
        if (story.authorized().isEmpty()) {
            if (story.requests().isEmpty()) {
                return open(
                        "approval-routing",
                        "its approvers are being found",
                        charter,
                        story,
                        conditions);
            }
            Story.Requested last = story.requests().getLast();
            return open(
                    last.held().isPresent()
                            ? "approval-routing"
                            : "approvers of stage " + last.stage(),
                    last.held()
                            .map(held -> "held: " + held)
                            .orElse("waits for stage " + last.stage()),
                    charter,
                    story,
                    conditions);
        }
        if (story.executed().isEmpty()) {
            return open("executor", "is being executed", charter, story, conditions);
        }
        Executed executed = story.executed().get();
        List<Proof> proofs = new ArrayList<>();
        List<Missing> missing = new ArrayList<>();
        if (NOT_AS_PLANNED.contains(executed.outcome())) {
            proofs.add(new Proof("execution.reported", executed.id(), executed.reason()));
            if (executed.outcome().equals("REFUSED")) {
                return new Ended(Outcome.REFUSED, List.copyOf(proofs), executed.reason());
            }
            boolean compensated = executed.outcome().equals("COMPENSATED");
            if (compensated) {
                takenBack(story, proofs, missing);
                mode(story, proofs, missing);
            }
            for (String name : afterwards(story, charter)) {
                prove(name, story, charter, conditions, proofs, missing);
            }
            return missing.isEmpty()
                    ? new Ended(
                            compensated ? Outcome.COMPENSATED : Outcome.FAILED,
                            List.copyOf(proofs),
                            executed.reason() + owed(executed, charter))
                    : waiting(missing, story);
        }
        for (String name : names(story, charter)) {
            prove(name, story, charter, conditions, proofs, missing);
        }
        mode(story, proofs, missing);
        unkept(story, charter)
                .ifPresent(words -> missing.add(new Missing(HOLDERS, "approval-routing", words)));
        return missing.isEmpty()
                ? new Ended(
                        Outcome.COMPLETED,
                        List.copyOf(proofs),
                        "executed as approved, read back, and proved" + found(story, charter))
                : waiting(missing, story);
    }

    /**
     * What is protected must keep a holder, by what the authorization says of those who were
     * counted; one that takes what its charter protects must say. What is lacking; an authorization
     * from before this was said lacks nothing.
     */
    private static Optional<String> unkept(Story story, Charter charter) {
        Optional<Authorized> authorized = story.authorized();
        Optional<List<Story.Keeping>> keepings = authorized.flatMap(Authorized::keepings);
        if (keepings.isEmpty()) {
            return Optional.empty();
        }
        String target = story.proposed().map(Story.Proposed::target).orElse("");
        for (Story.Keeping each : keepings.get()) {
            Set<String> others = new HashSet<>(each.keepers());
            others.remove(authorized.get().account());
            if (each.lost() && (others.isEmpty() || !each.system().equals(target))) {
                return Optional.of(
                        "nobody else was counted who keeps "
                                + each.path()
                                + " of "
                                + each.system());
            }
        }
        Set<String> unsaid = new TreeSet<>(charter.protectedEntitlements());
        unsaid.retainAll(authorized.get().taken());
        keepings.get().forEach(each -> unsaid.remove(each.path()));
        return unsaid.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "the plan takes what is protected, and the authorization does not say who keeps it: "
                                + String.join(", ", unsaid));
    }

    /**
     * A digital employee's service executed only what it may own: authorized so with every
     * condition met, and proposed so. A person executed what was left to one, and what a digital
     * employee was to own only where it was demoted before.
     */
    private static void mode(Story story, List<Proof> proofs, List<Missing> missing) {
        Optional<Story.Mandate> mandate = story.authorized().flatMap(Authorized::mandate);
        boolean byPerson = story.executed().filter(Executed::byPerson).isPresent();
        if (mandate.isEmpty()) {
            missing.add(
                    new Missing(
                            MODE,
                            "approval-routing",
                            "the authorization does not say in which mode it is executed, and by which conditions"));
            return;
        }
        if (mandate.get().mode() == Story.Mode.ASSIST) {
            if (!byPerson) {
                missing.add(
                        new Missing(
                                MODE,
                                "executor",
                                "authorized for a person to execute, and none did"));
            }
            return;
        }
        if (story.proposed().map(Story.Proposed::mode).filter(Story.Mode.OWN::equals).isEmpty()) {
            missing.add(
                    new Missing(
                            MODE,
                            "approval-routing",
                            "authorized in mode OWN, and proposed in a narrower one"));
        } else if (!mandate.get().failing().isEmpty()) {
            missing.add(
                    new Missing(
                            MODE,
                            "approval-routing",
                            "authorized in mode OWN, and these of its conditions do not hold: "
                                    + String.join(", ", mandate.get().failing())));
        } else if (byPerson) {
            takenOver(story)
                    .ifPresentOrElse(
                            each ->
                                    proofs.add(
                                            new Proof(
                                                    MODE,
                                                    each.id(),
                                                    "a person executed what the digital employee, demoted at "
                                                            + each.at()
                                                            + ", was to own")),
                            () ->
                                    missing.add(
                                            new Missing(
                                                    MODE,
                                                    "executor",
                                                    "authorized in mode OWN, and a person executed it though no demotion is logged")));
        }
    }

    /** The demotion that left it to a person: in force at some time of its execution. */
    private static Optional<Story.Demotion> takenOver(Story story) {
        String charter = story.proposed().map(Story.Proposed::charter).orElse("");
        Instant from = story.authorized().map(Authorized::at).orElse(Instant.MAX);
        Instant to = story.executedBy().orElse(Instant.MIN);
        return story.demotions().stream()
                .filter(each -> each.charter().equals(charter))
                .filter(each -> !each.at().isAfter(to))
                .filter(each -> each.lifted().filter(end -> end.isBefore(from)).isEmpty())
                .findFirst();
    }

    /** What the charter asks for, and what it cannot leave out. */
    private static Set<String> names(Story story, Charter charter) {
        Set<String> names = new LinkedHashSet<>(charter.proofs());
        names.addAll(afterwards(story, charter));
        return names;
    }

    /** What was granted for a time ends, and a review closes, whatever proofs the charter names. */
    private static List<String> afterwards(Story story, Charter charter) {
        List<String> names = new ArrayList<>();
        if (story.authorized().flatMap(Authorized::ends).isPresent()) {
            names.add(GRANT_ENDED);
        }
        if (charter.review().isPresent()) {
            names.add(REVIEWED);
        }
        return names;
    }

    private static Open waiting(List<Missing> missing, Story story) {
        List<String> names = missing.stream().map(Missing::name).toList();
        if (names.contains(GRANT_ENDED)) {
            return new Open(
                    GRANTOR,
                    "granted until "
                            + story.authorized()
                                    .flatMap(Authorized::ends)
                                    .map(Instant::toString)
                                    .orElse("now"),
                    List.copyOf(missing));
        }
        return names.contains(REVIEWED)
                ? new Open(REVIEWERS, "is looked at afterwards", List.copyOf(missing))
                : new Open(LEDGER, "waits for proof", List.copyOf(missing));
    }

    private static String owed(Executed executed, Charter charter) {
        return executed.remainder()
                .map(left -> left.orOwedBy(charter.owner()))
                .map(left ->
                        "; the rest, "
                                + String.join(", ", left.steps())
                                + ", is owed by "
                                + left.owedBy().orElse("nobody who is known")
                                + ", "
                                + left.capacity())
                .orElse("");
    }

    /**
     * Every step that was done or half done is, when the target was read again, as the approvers
     * saw it before, and nothing is left half done; and it is the plan that was authorized. What a
     * charter lets stay, if it was done, is a remainder too. What was granted for a time is taken
     * away by its end, which is asked for beside this.
     */
    private static void takenBack(Story story, List<Proof> proofs, List<Missing> missing) {
        Executed executed = story.executed().orElseThrow();
        Map<String, Map<String, String>> undone =
                story.authorized().map(Authorized::undone).orElse(Map.of());
        boolean authorized =
                story.authorized()
                        .filter(each -> each.planHash().equals(executed.planHash()))
                        .filter(each -> each.actualHash().equals(executed.planHash()))
                        .isPresent();
        boolean ends = story.authorized().flatMap(Authorized::ends).isPresent();
        Map<String, Story.Result> back = new HashMap<>();
        executed.results().forEach(each -> each.undoes().ifPresent(step -> back.put(step, each)));
        List<String> open = new ArrayList<>();
        for (Story.Result each : executed.results()) {
            if (each.undoes().isEmpty()
                    && each.state().equals("DONE")
                    && !each.step().equals(LEAVES_NOTHING)
                    && !(ends && each.step().equals(ENDS))
                    && !each.after().equals(undone.get(each.step()))
                    && !back.containsKey(each.step())) {
                open.add(each.step() + " is done, and was not taken back");
            }
        }
        executed.remainder()
                .ifPresent(
                        left -> open.add(String.join(", ", left.steps()) + " is left half done"));
        back.forEach((step, result) -> {
            if (result.state().equals("FAILED") || !result.after().equals(undone.get(step))) {
                open.add(step + " is not as it was before");
            }
        });
        if (authorized && open.isEmpty() && !back.isEmpty()) {
            proofs.add(
                    new Proof(
                            TAKEN_BACK,
                            executed.id(),
                            "the target, read again, is as it was before "
                                    + String.join(", ", back.keySet().stream().sorted().toList())));
        } else {
            missing.add(
                    new Missing(
                            TAKEN_BACK,
                            "executor",
                            !authorized
                                    ? "what was executed is not the plan that was authorized"
                                    : open.isEmpty()
                                            ? "nothing was taken back"
                                            : String.join("; ", open)));
        }
    }

    private static String found(Story story, Charter charter) {
        return review(story, charter, new ArrayList<>())
                .filter(each -> each.decision().equals("UNJUSTIFIED"))
                .map(each -> "; the review found it not justified")
                .orElse("");
    }

    private static Ended withdrawn(UUID message, String words) {
        return new Ended(
                Outcome.WITHDRAWN, List.of(new Proof("change.withdrawn", message, words)), words);
    }

    private static Open open(
            String holder, String words, Charter charter, Story story, Conditions conditions) {
        List<Missing> missing = new ArrayList<>();
        for (String name : names(story, charter)) {
            prove(name, story, charter, conditions, new ArrayList<>(), missing);
        }
        return new Open(holder, words, List.copyOf(missing));
    }

    private static void prove(
            String name,
            Story story,
            Charter charter,
            Conditions conditions,
            List<Proof> proofs,
            List<Missing> missing) {
        switch (name) {
            case "readiness.fit" -> readiness(story, charter, proofs, missing);
            case "approvals.complete" -> approvals(story, charter, conditions, proofs, missing);
            case "separation-of-duties" -> separation(story, charter, proofs, missing);
            case "executed.as-authorized" -> authorized(story, proofs, missing);
            case "read-back.matches" -> readBack(story, proofs, missing);
            case CORROBORATED -> corroborated(story, proofs, missing);
            case GRANT_ENDED -> grantEnded(story, proofs, missing);
            case REVIEWED -> reviewed(story, charter, proofs, missing);
            default ->
                    missing.add(
                            new Missing(
                                    name,
                                    "the charter's owner",
                                    "nothing here can give this proof"));
        }
    }

    private static void readiness(
            Story story, Charter charter, List<Proof> proofs, List<Missing> missing) {
        Optional<Readiness> fit =
                story.readiness()
                        .filter(each ->
                                each.verdict().equals("READY")
                                        || each.verdict().equals("ENRICHED"));
        Optional<String> flaw = fit.flatMap(each -> Fitness.flaw(each, story, charter));
        if (fit.isPresent() && flaw.isEmpty()) {
            proofs.add(
                    new Proof(
                            "readiness.fit",
                            fit.get().id(),
                            fit.get().verdict() + ": " + fit.get().reason()));
        } else {
            missing.add(
                    new Missing(
                            "readiness.fit",
                            "data-readiness",
                            flaw.map("the verdict does not count: "::concat)
                                    .orElse("no verdict READY or ENRICHED")));
        }
    }

    /**
     * A deadline that passed, or as many denials as the charter says. Everyone is asked anew about
     * what was amended, which takes back no end that there was before.
     */
    private static Optional<Ended> ended(Story story, Charter charter) {
        return story.parts().stream().flatMap(part -> endedIn(part, charter).stream()).findFirst();
    }

    private static Optional<Ended> endedIn(Story story, Charter charter) {
        Map<String, Set<String>> denied = new HashMap<>();
        for (Decision each : story.decisions()) {
            switch (each.decision()) {
                case "DENIED" -> {
                    String by = actor(each.by());
                    Set<String> against =
                            denied.computeIfAbsent(each.stage(), _ -> new HashSet<>());
                    against.add(each.onBehalfOf().orElse(by));
                    int needed =
                            charter.stage(each.stage())
                                    .map(stage -> stage.denied(asked(stage, story).size()))
                                    .orElse(1);
                    if (by.isEmpty() || against.size() >= needed) {
                        return Optional.of(
                                ended(
                                        Outcome.REFUSED,
                                        "approval.denied",
                                        each,
                                        by.isEmpty()
                                                ? "nobody decided stage %s in time, which denies it"
                                                        .formatted(each.stage())
                                                : "denied at stage " + each.stage()));
                    }
                }
                case "EXPIRED" -> {
                    return Optional.of(
                            ended(
                                    Outcome.EXPIRED,
                                    "approval.expired",
                                    each,
                                    "nobody decided stage " + each.stage() + " in time"));
                }
                case "HALTED" -> {
                    return Optional.of(
                            ended(
                                    Outcome.HALTED,
                                    "approval.halted",
                                    each,
                                    each.stage().isEmpty()
                                            ? "a rule about the separation of duties forbids it"
                                            : "halted at stage " + each.stage()));
                }
                default -> {}
            }
        }
        return Optional.empty();
    }

    private static Ended ended(Outcome outcome, String proof, Decision by, String words) {
        return new Ended(outcome, List.of(new Proof(proof, by.id(), "stage " + by.stage())), words);
    }

    /** Those asked last of a stage in their own right, and those who had decided it by then. */
    private static Set<String> asked(Charter.Stage stage, Story story) {
        Set<String> asked = new HashSet<>();
        story.requests().stream()
                .filter(each -> each.stage().equals(stage.name()))
                .reduce((_, later) -> later)
                .ifPresent(last -> asked.addAll(last.eligible()));
        for (Decision each : story.decisions()) {
            if (each.stage().equals(stage.name())
                    && (each.decision().equals("APPROVED") || each.decision().equals("DENIED"))) {
                asked.add(each.onBehalfOf().orElse(actor(each.by())));
            }
        }
        asked.remove("");
        return asked;
    }

    private static String actor(Decider by) {
        return switch (by) {
            case Decider.Person(String id) -> id;
            case Decider.Rule(String id, _, _) -> id;
            case Decider.Unclear(String id) -> id;
            case Decider.Deadline _ -> "";
        };
    }

    private static void approvals(
            Story story,
            Charter charter,
            Conditions conditions,
            List<Proof> proofs,
            List<Missing> missing) {
        Optional<String> amended = amendedUnsigned(story, charter);
        if (amended.isPresent()) {
            missing.add(new Missing("approvals.complete", "approval-routing", amended.get()));
            return;
        }
        String planHash = story.planHash();
        List<Decision> decisions = story.decisions();
        Set<UUID> approved = new HashSet<>();
        Set<String> used = new HashSet<>();
        UUID last = story.change();
        int stages = 0;
        List<String> unknown = new ArrayList<>();
        for (Charter.Stage stage : charter.stages()) {
            Set<String> approvers = new HashSet<>();
            List<String> flaws = new ArrayList<>();
            for (Decision decision : decisions) {
                if (decision.stage().equals(stage.name())
                        && decision.decision().equals("APPROVED")
                        && decision.planHash().equals(planHash)
                        && isBound(decision, story, charter, used)) {
                    Optional<String> approver = approver(decision, story, charter);
                    Optional<String> unsigned =
                            unsigned(decision, stage, story)
                                    .or(() -> unauthenticated(decision, stage));
                    unsigned.map("one "::concat).ifPresent(flaws::add);
                    if (approver.isPresent()
                            && unsigned.isEmpty()
                            && approvers.add(decision.onBehalfOf().orElse(approver.get()))) {
                        approved.add(decision.id());
                        last = decision.id();
                    }
                }
            }
            if (approvers.isEmpty() && isPassedOver(stage, decisions)) {
                switch (conditions.over(stage.when().orElse(""), story)) {
                    case FALSE -> {
                        continue;
                    }
                    case UNKNOWN -> {
                        unknown.add(stage.name());
                        continue;
                    }
                    case TRUE -> flaws.add("it was passed over though its condition holds");
                }
            }
            stages++;
            int needed = stage.needed(asked(stage, story).size());
            if (approvers.size() < needed) {
                missing.add(
                        new Missing(
                                "approvals.complete",
                                "approvers of stage " + stage.name(),
                                "stage "
                                        + stage.name()
                                        + " has "
                                        + approvers.size()
                                        + " of "
                                        + needed
                                        + " approvals of this plan"
                                        + (flaws.isEmpty()
                                                ? ""
                                                : "; " + String.join("; ", flaws))));
                return;
            }
        }
        if (stages == 0) {
            missing.add(
                    new Missing(
                            "approvals.complete",
                            "approval-routing",
                            "every stage was passed over: nobody approved"));
            return;
        }
        if (story.authorized()
                .map(each -> !approved.equals(Set.copyOf(each.approvals())))
                .orElse(false)) {
            missing.add(
                    new Missing(
                            "approvals.complete",
                            "approval-routing",
                            "the authorization names other approvals than were given"));
            return;
        }
        proofs.add(
                new Proof(
                        "approvals.complete",
                        last,
                        stages
                                + " stages approved this plan"
                                + (unknown.isEmpty()
                                        ? ""
                                        : "; that the conditions of "
                                                + String.join(", ", unknown)
                                                + " are false is approval-routing's word: not every fact is in the messages, or they were not evaluated here")));
    }

    /**
     * An amendment that is not its maker's own, in words. A proposer amends what was sent back, and
     * no stage asks them to sign.
     */
    private static Optional<String> amendedUnsigned(Story story, Charter charter) {
        for (Decision each : story.amendments()) {
            boolean proposer = story.isProposer(actor(each.by()));
            boolean asked = each.signed().isPresent() || !proposer;
            Optional<String> flaw =
                    charter.stage(each.stage())
                            .filter(_ -> asked)
                            .flatMap(stage ->
                                    unsigned(each, stage, story)
                                            .or(() ->
                                                    proposer
                                                            ? Optional.empty()
                                                            : unauthenticated(each, stage)));
            if (flaw.isPresent()) {
                return Optional.of("the amendment at stage " + each.stage() + " " + flaw.get());
            }
        }
        return Optional.empty();
    }

    /**
     * What keeps a decision from being its maker's own, in words; empty if it counts. A signature
     * that is there must hold, whether the charter asks for one or not.
     */
    private static Optional<String> unsigned(Decision decision, Charter.Stage stage, Story story) {
        if (decision.signed().isEmpty()) {
            return stage.signed() && !(decision.by() instanceof Decider.Rule)
                    ? Optional.of("is not signed by a passkey, which the charter asks for")
                    : Optional.empty();
        }
        Story.Signed signed = decision.signed().get();
        Optional<Story.Registered> found = story.passkeys().get(signed.passkey());
        if (found == null) {
            return Optional.of("names a passkey of which no registration is logged");
        }
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Story.Registered registered = found.get();
        if (!registered.key().person().equals(actor(decision.by()))) {
            return Optional.of("is signed by another person's passkey");
        }
        if (decision.at().isBefore(registered.since())
                || registered.until().filter(end -> !decision.at().isBefore(end)).isPresent()) {
            return Optional.of("is signed by a passkey before it was registered or after its end");
        }
        return registered
                .key()
                .flaw(signed.assertion(), signed.challenge().bytes())
                .map(flaw -> "has an assertion that " + flaw.words());
    }

    /** That a person was not signed in as the charter asks, in words; empty if they were. */
    private static Optional<String> unauthenticated(Decision decision, Charter.Stage stage) {
        return stage.stepUp()
                .filter(_ -> !(decision.by() instanceof Decider.Rule))
                .filter(asked ->
                        !asked.isMetBy(
                                decision.signIn(), decision.at(), decision.signed().isPresent()))
                .map(_ -> "is not by a sign-in as the charter asks for");
    }

    /** The charter lets the stage be passed over, and the record names the very condition. */
    private static boolean isPassedOver(Charter.Stage stage, List<Decision> decisions) {
        return decisions.stream()
                .anyMatch(each ->
                        each.stage().equals(stage.name())
                                && each.decision().equals("PASSED_OVER")
                                && each.condition().isPresent()
                                && each.condition().equals(stage.when()));
    }

    /**
     * What it says it is bound to is this change, charter and route, in time, and once. Only what
     * was written before decisions were bound says nothing.
     */
    private static boolean isBound(
            Decision decision, Story story, Charter charter, Set<String> used) {
        if (decision.binding().isEmpty()) {
            return !decision.bindable();
        }
        Story.Binding binding = decision.binding().get();
        return isBound(decision, story, charter)
                && !decision.at().isBefore(binding.notBefore())
                && decision.at().isBefore(binding.expiresAt())
                && used.add(binding.nonce() + " " + actor(decision.by()));
    }

    private static boolean isBound(Decision decision, Story story, Charter charter) {
        Story.Binding binding = decision.binding().orElseThrow();
        Optional<Story.Proposed> proposed = story.proposed();
        return proposed.map(Story.Proposed::charterHash)
                        .filter(binding.charterHash()::equals)
                        .isPresent()
                && proposed.map(Story.Proposed::changeHash)
                        .filter(hash -> hash.isEmpty() || hash.equals(binding.changeHash()))
                        .isPresent()
                && (charter.routeHash().isEmpty()
                        || charter.routeHash().equals(binding.routeHash()));
    }

    /**
     * Who approved, if the approval counts: a person who was asked, or the very rule that the
     * charter names for the stage, under a verdict that it names. Empty otherwise.
     */
    private static Optional<String> approver(Decision decision, Story story, Charter charter) {
        return switch (decision.by()) {
            case Decider.Person(String id) ->
                    id.startsWith(Charter.RULE_PREFIX)
                                    || charter.stage(decision.stage()).isEmpty()
                                    || !isAsked(id, decision, story)
                            ? Optional.empty()
                            : Optional.of(id);
            case Decider.Rule(String id, String name, String version) ->
                    charter.stage(decision.stage())
                            .flatMap(Charter.Stage::rule)
                            .filter(rule -> rule.actor().equals(id))
                            .filter(rule -> rule.name().equals(name))
                            .filter(rule -> rule.version().equals(version))
                            .filter(rule ->
                                    story.readiness()
                                            .map(Readiness::verdict)
                                            .filter(rule.verdicts()::contains)
                                            .isPresent())
                            .filter(_ -> isAsked(id, decision, story))
                            .map(Charter.Rule::actor);
            case Decider.Deadline _, Decider.Unclear _ -> Optional.empty();
        };
    }

    private static boolean isAsked(String id, Decision decision, Story story) {
        return story.requests().stream()
                .filter(each -> each.stage().equals(decision.stage()))
                .anyMatch(each ->
                        decision.onBehalfOf()
                                .map(from -> each.links().contains(new Story.Link(id, from)))
                                .orElseGet(() -> each.eligible().contains(id)));
    }

    private static void separation(
            Story story, Charter charter, List<Proof> proofs, List<Missing> missing) {
        Map<String, Set<String>> parts = parts(story, charter);
        Set<String> barred = new HashSet<>();
        for (String part : List.of("proposer", "principal", "subject", "executor")) {
            barred.addAll(parts.getOrDefault(part, Set.of()));
        }
        barred.addAll(agents(parts, charter));
        List<String> spared = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        UUID last = null;
        for (Decision decision : story.decisions()) {
            if (decision.decision().equals("APPROVED")) {
                Set<String> names = names(decision, story, charter);
                if (names.isEmpty()
                        || names.stream().anyMatch(barred::contains)
                        || names.stream().anyMatch(seen::contains)) {
                    missing.add(
                            separation(
                                    "the approver of stage "
                                            + decision.stage()
                                            + " is the proposer, responsible for it, the subject, the executor, approved before, was not asked, or is a rule that the charter does not name"));
                    return;
                }
                Optional<String> broken = apart(decision, parts, charter, spared);
                if (broken.isPresent()) {
                    missing.add(
                            separation(
                                    "the approver of stage "
                                            + decision.stage()
                                            + " breaks rule "
                                            + broken.get()));
                    return;
                }
                seen.addAll(names);
                last = decision.id();
            }
        }
        Set<String> executor = parts.getOrDefault("executor", Set.of());
        if (last == null
                || Stream.of("proposer", "principal", "subject")
                        .map(part -> parts.getOrDefault(part, Set.of()))
                        .anyMatch(each -> !Collections.disjoint(executor, each))
                || barred.stream().anyMatch(each -> each.startsWith(Charter.RULE_PREFIX))) {
            missing.add(
                    separation(
                            "nobody apart from the proposer approved, the executor is the proposer, responsible for it or the subject, or one of them has the id of a rule"));
            return;
        }
        Optional<String> broken = rules(story, charter, parts, spared);
        if (broken.isPresent()) {
            missing.add(separation(broken.get()));
            return;
        }
        proofs.add(
                new Proof(
                        "separation-of-duties",
                        last,
                        "proposer, approvers, subject and executor are different"
                                + (spared.isEmpty()
                                        ? ""
                                        : "; by exception: "
                                                + spared.stream()
                                                        .distinct()
                                                        .collect(Collectors.joining(", ")))));
    }

    /** The AIs of those who proposed the change or are responsible for it: they approve nothing. */
    private static Set<String> agents(Map<String, Set<String>> parts, Charter charter) {
        Set<String> own = new HashSet<>(parts.getOrDefault("proposer", Set.of()));
        own.addAll(parts.getOrDefault("principal", Set.of()));
        return charter.agents().entrySet().stream()
                .filter(each -> own.contains(each.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private static Missing separation(String words) {
        return new Missing("separation-of-duties", "approval-routing", words);
    }

    /** Who plays which part, by account ids and, where they are known, HR worker ids. */
    private static Map<String, Set<String>> parts(Story story, Charter charter) {
        Map<String, Set<String>> parts = new HashMap<>();
        story.proposed()
                .ifPresent(proposed -> {
                    Optional<Story.Workers> workers = story.authorized().map(Authorized::workers);
                    parts.put(
                            "proposer",
                            person(
                                    proposed.proposer().id(),
                                    workers.flatMap(Story.Workers::proposer)));
                    Set<String> principal = new HashSet<>();
                    proposed.proposer()
                            .principal()
                            .ifPresent(each ->
                                    principal.addAll(
                                            person(
                                                    each,
                                                    workers.flatMap(Story.Workers::principal))));
                    // whoever the proposal names, the charter says who answers for its own AI
                    Optional.ofNullable(charter.agents().get(proposed.proposer().id()))
                            .filter(each -> !each.isEmpty())
                            .ifPresent(principal::add);
                    if (!principal.isEmpty()) {
                        parts.put("principal", principal);
                    }
                    // an account that nobody is behind stands for itself
                    Set<String> subject =
                            new HashSet<>(
                                    Set.of(
                                            proposed.worker()
                                                    .map("worker:"::concat)
                                                    .orElseGet(proposed::subjectId)));
                    story.readiness().flatMap(Readiness::account).ifPresent(subject::add);
                    parts.put("subject", subject);
                });
        story.executed()
                .map(Executed::names)
                .ifPresent(executor -> parts.put("executor", executor));
        if (!charter.owner().isEmpty()) {
            parts.put("owner", Set.of(charter.owner()));
        }
        return parts;
    }

    private static Set<String> person(String id, Optional<String> worker) {
        Set<String> names = new HashSet<>(Set.of(id));
        worker.map("worker:"::concat).ifPresent(names::add);
        return names;
    }

    /** All names of those who stand behind an approval; none if it does not count. */
    private static Set<String> names(Decision decision, Story story, Charter charter) {
        Optional<String> by = approver(decision, story, charter);
        if (by.isEmpty()) {
            return Set.of();
        }
        if (decision.by() instanceof Decider.Rule) {
            // a rule may stand in several stages, a person decides once
            return Set.of(decision.stage() + " " + by.get());
        }
        Set<String> names = new HashSet<>(Set.of(by.get()));
        decision.onBehalfOf().ifPresent(names::add);
        decision.binding()
                .ifPresent(binding -> {
                    binding.worker().map("worker:"::concat).ifPresent(names::add);
                    binding.delegatorWorker().map("worker:"::concat).ifPresent(names::add);
                });
        return names;
    }

    /**
     * The rule of the charter that keeps this approver apart.
     *
     * @param spared takes the exceptions without which one would
     */
    private static Optional<String> apart(
            Decision decision,
            Map<String, Set<String>> parts,
            Charter charter,
            List<String> spared) {
        for (Charter.Duty duty : charter.duties()) {
            for (String part : duty.apart()) {
                String against = duty.apart().get(1 - duty.apart().indexOf(part));
                Set<String> who =
                        switch (part) {
                            case "approver" ->
                                    person(
                                            actor(decision.by()),
                                            decision.binding().flatMap(Story.Binding::worker));
                            case "delegator" ->
                                    decision.onBehalfOf()
                                            .map(id ->
                                                    person(
                                                            id,
                                                            decision.binding()
                                                                    .flatMap(
                                                                            Story.Binding
                                                                                    ::delegatorWorker)))
                                            .orElse(Set.of());
                            default -> Set.of();
                        };
                if (Collections.disjoint(who, parts.getOrDefault(against, Set.of()))) {
                    continue;
                }
                Optional<String> exception = exception(who, duty, decision.at());
                if (exception.isEmpty()) {
                    return Optional.of(duty.id());
                }
                spared.add(exception.get());
            }
        }
        return Optional.empty();
    }

    /** The exception of a rule that spares someone by one of their names, in words. */
    private static Optional<String> exception(Set<String> names, Charter.Duty duty, Instant at) {
        return names.stream()
                .map(each -> each.replaceFirst("^worker:", ""))
                .filter(each -> duty.spares(each, at))
                .sorted()
                .findFirst()
                .map(each ->
                        "rule %s spares %s until %s"
                                .formatted(duty.id(), each, duty.spared().get(each)));
    }

    /**
     * The other rules of the charter, on what the messages say; what they do not say breaks them.
     */
    private static Optional<String> rules(
            Story story, Charter charter, Map<String, Set<String>> parts, List<String> spared) {
        Optional<Authorized> authorized = story.authorized();
        if (authorized.isEmpty()) {
            return Optional.empty();
        }
        Instant at = authorized.get().at();
        Set<String> subject = parts.getOrDefault("subject", Set.of());
        for (Charter.Duty duty : charter.duties()) {
            Set<String> who;
            String words;
            if (duty.isAboutAccess()) {
                boolean broken = authorized.get().held().map(duty::isBrokenBy).orElse(true);
                who = broken ? subject : Set.of();
                words =
                        "what the subject holds afterwards breaks rule "
                                + duty.id()
                                + ", or is not said";
            } else {
                Set<String> one = parts.getOrDefault(duty.apart().get(0), Set.of());
                Set<String> other = parts.getOrDefault(duty.apart().get(1), Set.of());
                who = new HashSet<>(Collections.disjoint(one, other) ? Set.of() : one);
                words = "two parts that rule " + duty.id() + " keeps apart are one person's";
            }
            if (who.isEmpty()) {
                continue;
            }
            Optional<String> exception = exception(who, duty, at);
            if (exception.isEmpty()) {
                return Optional.of(words);
            }
            spared.add(exception.get());
        }
        return Optional.empty();
    }

    private static void authorized(Story story, List<Proof> proofs, List<Missing> missing) {
        Optional<Authorized> authorized = story.authorized();
        Optional<Executed> executed = story.executed();
        if (authorized.isEmpty() || executed.isEmpty()) {
            missing.add(
                    new Missing(
                            "executed.as-authorized",
                            authorized.isEmpty() ? "approval-routing" : "executor",
                            "not executed yet"));
            return;
        }
        String bound = story.planHash();
        boolean same =
                authorized.get().planHash().equals(bound)
                        && authorized.get().actualHash().equals(bound)
                        && executed.get().planHash().equals(bound);
        boolean inTime =
                !executed.get().startedAt().isBefore(authorized.get().at())
                        && executed.get().startedAt().isBefore(authorized.get().expiresAt());
        boolean account =
                story.readiness()
                        .flatMap(Readiness::account)
                        .filter(authorized.get().account()::equals)
                        .filter(id -> story.proposed().filter(each -> each.means(id)).isPresent())
                        .isPresent();
        if (same && inTime && account) {
            proofs.add(
                    new Proof(
                            "executed.as-authorized",
                            executed.get().id(),
                            "the plan judged, approved, authorized and executed is the same"));
        } else {
            missing.add(
                    new Missing(
                            "executed.as-authorized",
                            "executor",
                            !same
                                    ? "the plan executed is not the plan approved"
                                    : !inTime
                                            ? "executed outside the authorization's time"
                                            : "authorized for another account"));
        }
    }

    private static void grantEnded(Story story, List<Proof> proofs, List<Missing> missing) {
        Optional<Instant> ends = story.authorized().flatMap(Authorized::ends);
        if (ends.isEmpty()) {
            story.executed()
                    .ifPresentOrElse(
                            each ->
                                    proofs.add(
                                            new Proof(
                                                    GRANT_ENDED,
                                                    each.id(),
                                                    "nothing was granted for a time")),
                            () ->
                                    missing.add(
                                            new Missing(
                                                    GRANT_ENDED,
                                                    "executor",
                                                    "nothing was executed yet")));
            return;
        }
        String planHash = story.authorized().map(Authorized::planHash).orElse("");
        story.grantEnded()
                .filter(each -> each.planHash().equals(planHash))
                .ifPresentOrElse(
                        each ->
                                proofs.add(
                                        new Proof(
                                                GRANT_ENDED,
                                                each.id(),
                                                "taken away at "
                                                        + each.completedAt()
                                                        + ", due at "
                                                        + each.due()
                                                        + ", and read back")),
                        () ->
                                missing.add(
                                        new Missing(
                                                GRANT_ENDED,
                                                "executor",
                                                "what was granted is to be taken away at "
                                                        + ends.get()
                                                        + ", and read back")));
    }

    private static void reviewed(
            Story story, Charter charter, List<Proof> proofs, List<Missing> missing) {
        List<String> flaws = new ArrayList<>();
        Optional<Decision> review = review(story, charter, flaws);
        if (review.isPresent()) {
            proofs.add(
                    new Proof(
                            REVIEWED,
                            review.get().id(),
                            "found "
                                    + review.get().decision()
                                    + " afterwards by "
                                    + actor(review.get().by())
                                    + ", who had no part in it"));
        } else if (charter.review().isEmpty()) {
            missing.add(
                    new Missing(REVIEWED, "the charter's owner", "it names nobody who reviews"));
        } else {
            missing.add(
                    new Missing(
                            REVIEWED,
                            REVIEWERS,
                            flaws.isEmpty()
                                    ? "nobody has closed the review afterwards"
                                    : "a review does not count: " + String.join("; ", flaws)));
        }
    }

    /** The first decision that closes the review. */
    private static Optional<Decision> review(Story story, Charter charter, List<String> flaws) {
        if (charter.review().isEmpty()) {
            return Optional.empty();
        }
        Charter.Stage stage = charter.review().get();
        for (Decision each : story.reviews()) {
            if (each.stage().equals(stage.name())
                    && (each.decision().equals("JUSTIFIED")
                            || each.decision().equals("UNJUSTIFIED"))) {
                Optional<String> flaw = flaw(each, stage, story, charter);
                if (flaw.isEmpty()) {
                    return Optional.of(each);
                }
                flaws.add(flaw.get());
            }
        }
        return Optional.empty();
    }

    /** Why a review does not count; empty if it does. It may be late. */
    private static Optional<String> flaw(
            Decision review, Charter.Stage stage, Story story, Charter charter) {
        if (!(review.by() instanceof Decider.Person)
                || approver(review, story, charter).isEmpty()) {
            return Optional.of("it is not by a person who was asked");
        }
        if (review.binding().isEmpty()
                || !isBound(review, story, charter)
                || review.at().isBefore(review.binding().get().notBefore())
                || story.authorized()
                        .filter(each -> each.planHash().equals(review.planHash()))
                        .isEmpty()) {
            return Optional.of("it is not bound to this change, plan and charter");
        }
        Map<String, Set<String>> parts = parts(story, charter);
        Set<String> barred = new HashSet<>();
        for (String part : List.of("proposer", "principal", "subject", "executor")) {
            barred.addAll(parts.getOrDefault(part, Set.of()));
        }
        barred.addAll(agents(parts, charter));
        story.grantEnded().map(Story.GrantEnded::executor).ifPresent(barred::add);
        for (Decision each : story.decisions()) {
            if (each.decision().equals("APPROVED")) {
                barred.addAll(names(each, story, charter));
            }
        }
        if (!Collections.disjoint(barred, names(review, story, charter))) {
            return Optional.of(
                    "it is by one who proposed it, is responsible for it, is its subject, approved or executed it");
        }
        return apart(review, parts, charter, new ArrayList<>())
                .map("it breaks rule "::concat)
                .or(() ->
                        unsigned(review, stage, story)
                                .or(() -> unauthenticated(review, stage))
                                .map("it "::concat));
    }

    private static void readBack(Story story, List<Proof> proofs, List<Missing> missing) {
        story.executed()
                .filter(Executed::readBackMatches)
                .ifPresentOrElse(
                        each ->
                                proofs.add(
                                        new Proof(
                                                "read-back.matches",
                                                each.id(),
                                                "the target, read again, is as the plan says")),
                        () ->
                                missing.add(
                                        new Missing(
                                                "read-back.matches",
                                                "executor",
                                                "the target was not read again, or is not as the plan says")));
    }

    /**
     * What the executor did shows in the target's own feed: that it disabled the account, where the
     * plan does, or nothing of it would show; otherwise each step that it did and that shows there.
     */
    private static void corroborated(Story story, List<Proof> proofs, List<Missing> missing) {
        List<Story.Trace> traces = story.authorized().map(Authorized::traces).orElse(List.of());
        Set<String> done = new HashSet<>();
        story.executed().map(Executed::results).orElse(List.of()).stream()
                .filter(each -> each.state().equals("DONE") && each.undoes().isEmpty())
                .forEach(each -> done.add(each.step()));
        boolean disables = traces.isEmpty() || traces.contains(Story.Trace.DISABLED);
        List<Story.Trace> asked =
                disables
                        ? List.of(Story.Trace.DISABLED)
                        : traces.stream().filter(each -> done.contains(each.step())).toList();
        Set<String> lacking = new TreeSet<>();
        List<Proof> given = new ArrayList<>();
        for (Story.Trace trace : asked) {
            seen(story, trace)
                    .ifPresentOrElse(
                            each ->
                                    given.add(
                                            new Proof(
                                                    CORROBORATED,
                                                    each.id(),
                                                    disables
                                                            ? "the target's own feed shows the executor disabling the account"
                                                            : "the target's own feed shows the executor's "
                                                                    + trace.step())),
                            () -> lacking.add(trace.step()));
        }
        if (given.isEmpty() || !lacking.isEmpty()) {
            missing.add(
                    new Missing(
                            CORROBORATED,
                            "connector",
                            "the target's own feed shows no such action by the executor since the authorization"
                                    + (lacking.isEmpty() || disables
                                            ? ""
                                            : ": " + String.join(", ", lacking))));
        } else {
            proofs.addAll(given);
        }
    }

    /** The executor's own action since the authorization that left this trace. */
    private static Optional<Story.Activity> seen(Story story, Story.Trace trace) {
        Optional<Authorized> authorized = story.authorized();
        Optional<Executed> executed = story.executed();
        return story.activities().stream()
                .filter(each -> authorized.isPresent() && executed.isPresent())
                .filter(each -> story.account().filter(each.account()::equals).isPresent())
                .filter(each ->
                        story.proposed()
                                .map(Story.Proposed::target)
                                .filter(each.system()::equals)
                                .isPresent())
                .filter(trace::isIn)
                .filter(each -> each.actor().equals(executed.get().executor()))
                .filter(each -> !each.at().isBefore(authorized.get().at().minusSeconds(2)))
                .findFirst();
    }
}
