package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Closure.Found;
import dev.remit.ledger.domain.Closure.Missing;
import dev.remit.ledger.domain.Closure.Proof;
import dev.remit.ledger.domain.Story.Authorized;
import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Decision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What comes after the execution: the end of what was granted for a time, and the review. */
final class Afterwards {
    private Afterwards() {}

    /** What was granted for a time ends, and a review closes, whatever proofs the charter names. */
    static Stream<String> asked(Story story, Charter charter) {
        return Stream.concat(
                story.authorized().flatMap(Authorized::ends).map(_ -> Closure.GRANT_ENDED).stream(),
                charter.review().map(_ -> Closure.REVIEWED).stream());
    }

    /** What was granted for a time was taken away, and the target read again. */
    static Found grantEnded(Story story) {
        String name = Closure.GRANT_ENDED;
        Optional<Instant> ends = story.authorized().flatMap(Authorized::ends);
        if (ends.isEmpty()) {
            return story.executed()
                    .<Found>map(
                            each -> new Proof(name, each.id(), "nothing was granted for a time"))
                    .orElseGet(() -> new Missing(name, "executor", "nothing was executed yet"));
        }
        Authorized authorized = story.authorized().orElseThrow();
        return story.grantEnded()
                .filter(Story.GrantEnded::done)
                .filter(each -> each.planHash().equals(authorized.planHash()))
                .filter(each -> each.authorization().equals(authorized.id()))
                .<Found>map(each ->
                        new Proof(
                                name,
                                each.id(),
                                "taken away at %s, due at %s, and read back"
                                        .formatted(each.completedAt(), each.due())))
                .orElseGet(() ->
                        new Missing(
                                name,
                                "executor",
                                "what was granted is to be taken away at %s, and read back"
                                        .formatted(ends.get())));
    }

    /** Somebody who had no part in it has closed the review. */
    static Found reviewed(Story story, Charter charter) {
        if (charter.review().isEmpty()) {
            return new Missing(
                    Closure.REVIEWED, "the charter's owner", "it names nobody who reviews");
        }
        List<String> flaws = new ArrayList<>();
        return review(story, charter, flaws)
                .<Found>map(each ->
                        new Proof(
                                Closure.REVIEWED,
                                each.id(),
                                "found %s afterwards by %s, who had no part in it"
                                        .formatted(each.decision(), each.by().id())))
                .orElseGet(() ->
                        new Missing(
                                Closure.REVIEWED,
                                Closure.REVIEWERS,
                                flaws.isEmpty()
                                        ? "nobody has closed the review afterwards"
                                        : "a review does not count: " + String.join("; ", flaws)));
    }

    /** What the review found, where that is worth a word. */
    static String found(Story story, Charter charter) {
        return review(story, charter, new ArrayList<>())
                .filter(each -> each.decision().equals("UNJUSTIFIED"))
                .map(_ -> "; the review found it not justified")
                .orElse("");
    }

    /** The first decision that closes the review. */
    private static Optional<Decision> review(Story story, Charter charter, List<String> flaws) {
        if (charter.review().isEmpty()) {
            return Optional.empty();
        }
        Charter.Stage stage = charter.review().get();
        for (Decision each : story.reviews()) {
            if (each.stage().equals(stage.name())
                    && Set.of("JUSTIFIED", "UNJUSTIFIED").contains(each.decision())) {
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
                || Authority.approver(review, story, charter).isEmpty()) {
            return Optional.of("it is not by a person who was asked");
        }
        if (review.binding().isEmpty()
                || !Authority.isBound(review, story, charter)
                || review.at().isBefore(review.binding().get().notBefore())
                || story.authorized()
                        .filter(each -> each.planHash().equals(review.planHash()))
                        .isEmpty()) {
            return Optional.of("it is not bound to this change, plan and charter");
        }
        Map<String, Set<String>> parts = SeparationOfDuties.parts(story, charter);
        Set<String> barred = new HashSet<>(SeparationOfDuties.barred(parts, charter));
        story.grantEnded().map(Story.GrantEnded::executor).ifPresent(barred::add);
        for (Decision each : story.decisions()) {
            if (each.decision().equals("APPROVED")) {
                barred.addAll(Authority.names(each, story, charter));
            }
        }
        if (!Collections.disjoint(barred, Authority.names(review, story, charter))) {
            return Optional.of(
                    "it is by one who proposed it, is responsible for it, is its subject, approved or executed it");
        }
        return SeparationOfDuties.apart(review, parts, charter, new ArrayList<>())
                .map("it breaks rule "::concat)
                .or(() -> Authority.flaw(review, stage, story).map("it "::concat));
    }
}
