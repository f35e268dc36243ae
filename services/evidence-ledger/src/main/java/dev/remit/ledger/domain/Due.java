package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Story.Amendment;
import dev.remit.ledger.domain.Story.Authorized;
import dev.remit.ledger.domain.Story.Decision;
import dev.remit.ledger.domain.Story.Readiness;
import dev.remit.ledger.domain.Story.Requested;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Until when the next handoff of an open change is in time: by its messages, which say when a stage
 * and when an authorization lapses; by its charter, which says how long data is waited for; and
 * where a service need wait for nobody, by how long that may take.
 *
 * @param owedBy who holds the change
 * @param since when they got it
 * @param at UTC, to the microsecond
 */
public record Due(String owedBy, Instant since, Instant at) {
    /** What is missing when it does not come; no charter can ask for it. */
    public static final String NAME = "handoff.due";

    /**
     * Finds it. Nothing is due of a change that has ended, or has run its course: its closure is
     * refused for what it lacks.
     *
     * @param within how long a service takes that waits for nobody
     */
    public static Optional<Due> of(
            Story story, Optional<Charter> charter, Closure closure, Duration within) {
        if (!(closure instanceof Closure.Open open) || Closure.PROVING.contains(open.holder())) {
            return Optional.empty();
        }
        Instant since = story.steps().getLast().time();
        if (story.authorized().isPresent()) {
            return due(open.holder(), since, story.authorized().map(Authorized::expiresAt));
        }
        if (!story.requests().isEmpty()) {
            String last = story.requests().getLast().stage();
            return undecided(last, story)
                    .map(stage ->
                            due(
                                    isAsked(story)
                                            ? "proposer"
                                            : stage.equals(last)
                                                    ? open.holder()
                                                    : "approvers of stage " + stage,
                                    since,
                                    stage.isEmpty() && isApproved(story)
                                            ? lapse(stage, story)
                                                    .map(at -> later(at, start(story).plus(within)))
                                            : lapse(stage, story)))
                    .orElseGet(() ->
                            due(
                                    "approval-routing",
                                    since,
                                    Optional.of(later(since, start(story)).plus(within))));
        }
        return story.readiness().filter(each -> each.verdict().equals("HELD")).isEmpty()
                ? due(open.holder(), since, Optional.of(since.plus(within)))
                : due(
                        open.holder(),
                        since,
                        charter.flatMap(Charter::hold).map(story.verdicts().getFirst().at()::plus));
    }

    /** The same as what is missing, in words. */
    public Closure.Missing missing(Closure.Open open) {
        return new Closure.Missing(
                NAME,
                owedBy,
                "%s, since %s; the next handoff was due at %s and has not arrived here"
                        .formatted(open.words(), since, at));
    }

    private static Optional<Due> due(String owedBy, Instant since, Optional<Instant> at) {
        return at.map(each -> new Due(owedBy, since, each.truncatedTo(ChronoUnit.MICROS)));
    }

    /**
     * The stage that lapses first, of those that stand side by side and wait still; empty if none
     * does. What was asked before the plan was amended is asked anew.
     */
    private static Optional<String> undecided(String last, Story story) {
        if (last.isEmpty()) {
            return Optional.of(last);
        }
        List<Decision> amended = story.amendments();
        List<Story.Said> said = story.steps().stream().map(Story.Step::said).toList();
        return said
                .subList(amended.isEmpty() ? 0 : said.lastIndexOf(amended.getLast()), said.size())
                .stream()
                .flatMap(
                        each -> each instanceof Requested asked ? Stream.of(asked) : Stream.empty())
                .map(Requested::stage)
                .filter(stage -> !stage.isEmpty() && !isDecided(stage, story))
                .distinct()
                .min(Comparator.comparing(stage -> lapse(stage, story).orElse(Instant.MAX)));
    }

    /** Whether as many approved as the stage needs: nothing but the authorization is to come. */
    private static boolean isDecided(String stage, Story story) {
        int quorum =
                requests(stage, story).stream()
                        .map(Requested::quorum)
                        .filter(each -> each > 0)
                        .reduce(1, (_, last) -> last);
        return story.decisions().stream()
                        .filter(each -> each.stage().equals(stage))
                        .filter(each -> each.decision().equals("APPROVED"))
                        .count()
                >= quorum;
    }

    /**
     * Whether what is held had been approved before: once nothing bars it any more, it waits for
     * its start without a word.
     */
    private static boolean isApproved(Story story) {
        return story.decisions().stream().anyMatch(each -> each.decision().equals("APPROVED"));
    }

    /** Whether the stage waits for the proposer; its time goes on. */
    private static boolean isAsked(Story story) {
        return story.steps().getLast().said() instanceof Decision last
                && Set.of("QUESTIONED", "SENT_BACK").contains(last.decision());
    }

    private static Optional<Instant> lapse(String stage, Story story) {
        return requests(stage, story).stream()
                .flatMap(each -> each.until().stream())
                .reduce((_, last) -> last);
    }

    private static List<Requested> requests(String stage, Story story) {
        return story.requests().stream().filter(each -> each.stage().equals(stage)).toList();
    }

    /** When the plan that counts may start: it is authorized no sooner. */
    private static Instant start(Story story) {
        List<Decision> amended = story.amendments();
        return (amended.isEmpty()
                        ? story.readiness().flatMap(Readiness::terms)
                        : amended.getLast().amendment().flatMap(Amendment::terms))
                .flatMap(Story.Terms::notBefore)
                .orElse(Instant.MIN);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
