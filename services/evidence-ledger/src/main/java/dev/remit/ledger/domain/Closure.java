package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Story.Authorized;
import dev.remit.ledger.domain.Story.Executed;
import dev.remit.ledger.domain.Story.Readiness;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a change has ended and is proved. Pure, and independent of what the services concluded:
 * it goes by their sealed messages only. The ledger decides with it, and a certificate's verifier
 * checks with it again. Each proof has a class of its own beside this one.
 */
public sealed interface Closure {
    /** Who holds a change that only proof is missing of. */
    String LEDGER = "evidence-ledger";

    /** The proof that the target's own feed gives. */
    String CORROBORATED = "activity.corroborated";

    /** The proof that what was granted for a time was taken away. */
    String GRANT_ENDED = "grant.ended";

    /** The proof that somebody looked at it afterwards. */
    String REVIEWED = "review.closed";

    /** The proof that what was done was taken back, and the target read again. */
    String TAKEN_BACK = "compensation.read-back";

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
    record Ended(Outcome outcome, List<Proof> proofs, String words) implements Closure {
        /** One that a single message tells. */
        static Ended by(UUID message, Outcome outcome, String proof, String why, String words) {
            return new Ended(outcome, List.of(new Proof(proof, message, why)), words);
        }
    }

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

    /** What was found of a proof. */
    sealed interface Found {}

    /** A proof and the message that gives it. */
    record Proof(String name, UUID givenBy, String words) implements Found {}

    /** A proof that is not there. */
    record Missing(String name, String owedBy, String words) implements Found {}

    /** Decides without evaluating the charter's conditions anew. */
    static Closure of(Story story, Optional<Charter> known) {
        return of(story, known, Optional.empty(), Conditions.NONE);
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
            return unchained();
        }
        if (known.isEmpty()) {
            return uncharted(story, problem);
        }
        Charter charter = known.get();
        Function<String, Stream<Found>> prove = name -> prove(name, story, charter, conditions);
        return stopped(story, charter)
                .or(() -> underway(story, asked(story, charter).flatMap(prove)))
                .orElseGet(() -> executed(story, charter, prove));
    }

    private static Open unchained() {
        return new Open(
                LEDGER,
                "a handoff has not arrived yet",
                List.of(
                        new Missing(
                                "chain",
                                "the mesh",
                                "the handoffs do not run from the proposal on, each naming the one before")));
    }

    private static Open uncharted(Story story, Optional<String> problem) {
        String words =
                "no charter with hash %s was published with the approvals that it needs%s"
                        .formatted(
                                story.proposed().map(Story.Proposed::charterHash).orElse(""),
                                problem.map(": "::concat).orElse(""));
        return new Open(
                LEDGER,
                problem.isPresent()
                        ? "its charter was not published as it must be"
                        : "its charter is not known here",
                List.of(new Missing("charter", "connector", words)));
    }

    /** The end of a change that never came to be executed. */
    private static Optional<Closure> stopped(Story story, Charter charter) {
        return story.readiness()
                .flatMap(judged ->
                        switch (judged.verdict()) {
                            case "HELD" -> Optional.empty();
                            case "HALTED" ->
                                    Optional.of(
                                            Ended.by(
                                                    judged.id(),
                                                    Outcome.HALTED,
                                                    "readiness.halted",
                                                    judged.reason(),
                                                    judged.reason()));
                            case "WITHDRAWN" ->
                                    Optional.of(withdrawn(judged.id(), judged.reason()));
                            default -> Approvals.ended(story, charter).or(() -> withdrawn(story));
                        });
    }

    private static Optional<Ended> withdrawn(Story story) {
        return story.everyDecision().stream()
                .filter(each -> each.decision().equals("WITHDRAWN") && story.authorized().isEmpty())
                .findFirst()
                .map(each -> withdrawn(each.id(), "withdrawn while it waited for approval"));
    }

    private static Ended withdrawn(UUID message, String words) {
        return Ended.by(message, Outcome.WITHDRAWN, "change.withdrawn", words, words);
    }

    /** It is not executed yet: who holds it. */
    private static Optional<Closure> underway(Story story, Stream<Found> asked) {
        Optional<Readiness> judged = story.readiness();
        if (judged.isEmpty()) {
            return open("data-readiness", "its data is being judged", asked);
        }
        if (judged.get().verdict().equals("HELD")) {
            return open("data-readiness", "held: " + judged.get().reason(), asked);
        }
        if (story.authorized().isPresent()) {
            return story.executed().isPresent()
                    ? Optional.empty()
                    : open("executor", "is being executed", asked);
        }
        if (story.requests().isEmpty()) {
            return open("approval-routing", "its approvers are being found", asked);
        }
        Story.Requested last = story.requests().getLast();
        return last.held().isPresent()
                ? open("approval-routing", "held: " + last.held().get(), asked)
                : open(
                        "approvers of stage " + last.stage(),
                        "waits for stage " + last.stage(),
                        asked);
    }

    private static Optional<Closure> open(String holder, String words, Stream<Found> found) {
        return Optional.of(new Open(holder, words, missing(found.toList())));
    }

    /** Proved or not, by how the execution went. */
    private static Closure executed(
            Story story, Charter charter, Function<String, Stream<Found>> prove) {
        Executed executed = story.executed().orElseThrow();
        Proof reported = new Proof("execution.reported", executed.id(), executed.reason());
        Stream<Found> afterwards = Afterwards.asked(story, charter).flatMap(prove);
        return switch (executed.outcome()) {
            case "REFUSED" -> new Ended(Outcome.REFUSED, List.of(reported), executed.reason());
            case "FAILED" ->
                    proved(
                            Outcome.FAILED,
                            executed.reason() + Execution.owed(executed, charter),
                            story,
                            Stream.of(reported),
                            afterwards);
            case "COMPENSATED" ->
                    proved(
                            Outcome.COMPENSATED,
                            executed.reason() + Execution.owed(executed, charter),
                            story,
                            Stream.of(reported, Execution.takenBack(story)),
                            ExecutionMode.of(story).stream(),
                            afterwards);
            default ->
                    proved(
                            Outcome.COMPLETED,
                            "executed as approved, read back, and proved"
                                    + Afterwards.found(story, charter),
                            story,
                            asked(story, charter).flatMap(prove),
                            ExecutionMode.of(story).stream(),
                            LastHolders.of(story, charter).stream());
        };
    }

    /** What the charter asks for, and what it cannot leave out. */
    private static Stream<String> asked(Story story, Charter charter) {
        return Stream.concat(charter.proofs().stream(), Afterwards.asked(story, charter))
                .distinct();
    }

    /** One for each message that gives it; what is lacking once. */
    private static Stream<Found> prove(
            String name, Story story, Charter charter, Conditions conditions) {
        return name.equals(CORROBORATED)
                ? Execution.corroborated(story)
                : Stream.of(found(name, story, charter, conditions));
    }

    private static Found found(String name, Story story, Charter charter, Conditions conditions) {
        return switch (name) {
            case "readiness.fit" -> Fitness.of(story, charter);
            case "approvals.complete" -> Approvals.of(story, charter, conditions);
            case "separation-of-duties" -> SeparationOfDuties.of(story, charter);
            case "executed.as-authorized" -> Execution.asAuthorized(story);
            case "read-back.matches" -> Execution.readBack(story);
            case GRANT_ENDED -> Afterwards.grantEnded(story);
            case REVIEWED -> Afterwards.reviewed(story, charter);
            default -> new Missing(name, "the charter's owner", "nothing here can give this proof");
        };
    }

    @SafeVarargs
    private static Closure proved(
            Outcome outcome, String words, Story story, Stream<? extends Found>... parts) {
        List<Found> found = Stream.of(parts).<Found>flatMap(each -> each).toList();
        List<Missing> missing = missing(found);
        if (missing.isEmpty()) {
            return new Ended(outcome, found.stream().map(Proof.class::cast).toList(), words);
        }
        Set<String> names = missing.stream().map(Missing::name).collect(Collectors.toSet());
        if (names.contains(GRANT_ENDED)) {
            Optional<Instant> ends = story.authorized().flatMap(Authorized::ends);
            return new Open(
                    GRANTOR, "granted until " + ends.map(Instant::toString).orElse("now"), missing);
        }
        return names.contains(REVIEWED)
                ? new Open(REVIEWERS, "is looked at afterwards", missing)
                : new Open(LEDGER, "waits for proof", missing);
    }

    private static List<Missing> missing(List<Found> found) {
        return found.stream().filter(Missing.class::isInstance).map(Missing.class::cast).toList();
||||||| 22ab502
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

    private static void corroborated(Story story, List<Proof> proofs, List<Missing> missing) {
        Optional<Authorized> authorized = story.authorized();
        Optional<Executed> executed = story.executed();
        story.activities().stream()
                .filter(each -> authorized.isPresent() && executed.isPresent())
                .filter(each -> each.account().equals(authorized.get().account()))
                .filter(each ->
                        story.proposed()
                                .map(Story.Proposed::target)
                                .filter(each.system()::equals)
                                .isPresent())
                .filter(each ->
                        each.operation().equals("UPDATE")
                                && "false".equals(each.changed().get("enabled")))
                .filter(each -> each.actor().equals(executed.get().executor()))
                .filter(each -> !each.at().isBefore(authorized.get().at().minusSeconds(2)))
                .findFirst()
                .ifPresentOrElse(
                        each ->
                                proofs.add(
                                        new Proof(
                                                CORROBORATED,
                                                each.id(),
                                                "the target's own feed shows the executor disabling the account")),
                        () ->
                                missing.add(
                                        new Missing(
                                                CORROBORATED,
                                                "connector",
                                                "the target's own feed shows no such action by the executor since the authorization")));
    }
}
