package dev.remit.readiness.application;

import dev.remit.handoff.loop.Outbox;
import dev.remit.readiness.application.Facts.Inquiry;
import dev.remit.readiness.domain.Correction;
import dev.remit.readiness.domain.Event;
import dev.remit.readiness.domain.Outcome;
import dev.remit.readiness.domain.Outcome.Happened;
import dev.remit.readiness.domain.Outcome.Happening;
import dev.remit.readiness.domain.Outcome.Remembered;
import dev.remit.readiness.domain.Readiness;
import dev.remit.readiness.domain.Readiness.Held;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Decides on many changes at once, stores what became of them and tells others. */
@Singleton
class Judging {
    private final Readinesses readinesses;
    private final Corrections corrections;
    private final Facts facts;
    private final Letters letters;
    private final MeterRegistry meters;

    Judging(
            Readinesses readinesses,
            Corrections corrections,
            Facts facts,
            Letters letters,
            MeterRegistry meters) {
        this.readinesses = readinesses;
        this.corrections = corrections;
        this.facts = facts;
        this.letters = letters;
        this.meters = meters;
    }

    /** Judges held changes by what is known now. */
    Uni<List<Outcome>> again(
            Collection<Held> held, Function<Held, Optional<UUID>> cause, Instant now) {
        return facts.about(
                        held.stream()
                                .map(each ->
                                        new Inquiry(each.proposal().request(), each.corrections()))
                                .toList(),
                        now)
                .map(known ->
                        held.stream()
                                .map(each ->
                                        Readiness.decide(
                                                each,
                                                new Event.News(
                                                        cause.apply(each),
                                                        known.of(each.proposal().change()))))
                                .toList());
    }

    /** Stores and tells what happened; a change happens at most once among the outcomes. */
    void settle(Collection<Outcome> outcomes, Outbox outbox) {
        List<Readiness.Kept> changed = new ArrayList<>();
        List<Readiness.TakenBack> takenBack = new ArrayList<>();
        List<Correction> asked = new ArrayList<>();
        List<UUID> answered = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            if (outcome instanceof Remembered(Readiness.TakenBack early)) {
                takenBack.add(early);
            }
            if (!(outcome instanceof Happened(Readiness.Kept kept, List<Happening> happenings))) {
                continue;
            }
            changed.add(kept);
            letters.tell(kept.proposal(), happenings, outbox);
            for (Happening happening : happenings) {
                switch (happening) {
                    case Happening.Judged judged ->
                            meters.counter(
                                            "remit.readiness.judged",
                                            "verdict",
                                            judged.judgement().verdict().name())
                                    .increment();
                    case Happening.Ended ended ->
                            meters.counter("remit.readiness.judged", "verdict", "WITHDRAWN")
                                    .increment();
                    case Happening.Relayed _ -> {}
                    case Happening.Asked(Correction correction) -> asked.add(correction);
                    case Happening.Answered answer -> answered.add(answer.correction());
                }
            }
        }
        outbox.write(changed, readinesses::store);
        outbox.write(takenBack, readinesses::remember);
        outbox.write(asked, corrections::ask);
        outbox.write(answered, corrections::answer);
    }
}
