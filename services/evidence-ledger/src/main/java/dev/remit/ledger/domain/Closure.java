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
        return switch (name) {
            case "readiness.fit" -> Stream.of(Fitness.of(story, charter));
            case "approvals.complete" -> Stream.of(Approvals.of(story, charter, conditions));
            case "separation-of-duties" -> Stream.of(SeparationOfDuties.of(story, charter));
            case "executed.as-authorized" -> Stream.of(Execution.asAuthorized(story));
            case "read-back.matches" -> Stream.of(Execution.readBack(story));
            case CORROBORATED -> Execution.corroborated(story);
            case GRANT_ENDED -> Stream.of(Afterwards.grantEnded(story));
            case REVIEWED -> Stream.of(Afterwards.reviewed(story, charter));
            default ->
                    Stream.of(
                            new Missing(
                                    name,
                                    "the charter's owner",
                                    "nothing here can give this proof"));
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
    }
}
