package dev.remit.approval.application;

import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Happened;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Route;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What an ITSM is shown of a route, a ticket for each stage: a copy, which nothing here ever reads
 * back. {@code add} belongs to the caller's transaction, the others are transactions of their own.
 */
public interface Mirror {
    /** How long an event is taken for: longer than {@link Tickets#show} ever takes. */
    Duration LEASE = Duration.ofMinutes(2);

    /** How long an event waits that could not be shown the first time. */
    Duration AGAIN = Duration.ofSeconds(5);

    /** What happens to a ticket. */
    enum Kind {
        OPENED,
        NOTED,
        /** The stage is over. */
        CLOSED
    }

    /**
     * Something to show.
     *
     * @param text ids, times and words of the charter; no reason that a person wrote
     */
    record Event(UUID change, String stage, Kind kind, String text, Instant at) {
        /** Names the stage's ticket for ever. */
        public String ticket() {
            return "urn:remit:change:" + change + ":" + stage;
        }
    }

    /**
     * An event that waits to be shown.
     *
     * @param position names it
     */
    record Due(long position, Event event) {}

    /**
     * What was not shown yet.
     *
     * @param oldest how long the oldest has waited
     */
    record Lag(long waiting, Duration oldest) {}

    /** Keeps these, if there is anything to show them to. */
    Uni<Void> add(Collection<Event> events);

    /**
     * Takes the next, in the order of its ticket, and puts it off by {@link #LEASE}, each time
     * longer, to at most a quarter of an hour: until then nobody else takes it, and after it
     * somebody does.
     */
    Uni<Optional<Due>> claim(Instant now);

    /** This was shown. */
    Uni<Void> shown(long position);

    /**
     * This was tried and not shown: it is due again after {@link #AGAIN}, each time twice as long,
     * to at most a quarter of an hour.
     */
    Uni<Void> putOff(long position, Instant now);

    Uni<Lag> lag(Instant now);

    /** What an outcome shows. A stage that a rule decides at once has no ticket. */
    static List<Event> of(UUID change, Route before, Outcome outcome, Instant now) {
        Set<String> open = new HashSet<>(names(before));
        List<Event> events = new ArrayList<>();
        for (Happened each : outcome.happened()) {
            switch (each) {
                case Happened.Requested asked -> {
                    if (!asked.stage().isEmpty() && !isRuled(asked)) {
                        open.add(asked.stage());
                        events.add(
                                new Event(
                                        change,
                                        asked.stage(),
                                        Kind.OPENED,
                                        "Stage %s asks %d people, %d must agree, until %s.%s"
                                                .formatted(
                                                        asked.stage(),
                                                        eligible(asked.candidates()),
                                                        asked.quorum(),
                                                        asked.until(),
                                                        asked.held()
                                                                .map(why -> " It is held: " + why)
                                                                .orElse("")),
                                        now));
                    }
                }
                case Happened.Reassigned moved ->
                        events.add(
                                new Event(
                                        change,
                                        moved.stage(),
                                        Kind.NOTED,
                                        "It asks %d people now, until %s: %s."
                                                .formatted(
                                                        eligible(moved.now()),
                                                        moved.until(),
                                                        moved.why()),
                                        now));
                case Happened.Decided decided -> {
                    Decision decision = decided.decision();
                    if (open.contains(decision.stageName())) {
                        events.add(
                                new Event(
                                        change,
                                        decision.stageName(),
                                        Kind.NOTED,
                                        words(decision),
                                        now));
                    }
                }
                case Happened.Authorized _ -> {}
            }
        }
        open.removeAll(names(outcome.next()));
        for (String stage : open.stream().sorted().toList()) {
            events.add(
                    new Event(
                            change,
                            stage,
                            Kind.CLOSED,
                            "The stage is over; the change is %s."
                                    .formatted(outcome.next().state()),
                            now));
        }
        return events;
    }

    private static String words(Decision decision) {
        return decision.kind()
                + decision.by()
                        .map(" by "::concat)
                        .orElse(" by nobody: its time is over, or a rule")
                + decision.onBehalfOf().map(" for "::concat).orElse("")
                + decision.refusal().map(code -> " (" + code + ")").orElse("")
                + " at "
                + decision.at()
                + ".";
    }

    private static Set<String> names(Route route) {
        Set<String> names = new HashSet<>();
        if (route instanceof Route.Open open) {
            open.course().open().stream().map(OpenStage::name).forEach(names::add);
        }
        return names;
    }

    private static long eligible(List<Candidate> candidates) {
        return candidates.stream()
                .filter(Candidate::eligible)
                .map(Candidate::id)
                .distinct()
                .count();
    }

    private static boolean isRuled(Happened.Requested asked) {
        return asked.candidates().stream()
                .anyMatch(each -> each.id().startsWith(Charter.Policy.PREFIX));
    }
}
