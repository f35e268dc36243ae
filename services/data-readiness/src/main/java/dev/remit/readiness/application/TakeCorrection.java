package dev.remit.readiness.application;

import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.readiness.application.Facts.Inquiry;
import dev.remit.readiness.domain.Correction;
import dev.remit.readiness.domain.Event;
import dev.remit.readiness.domain.Outcome;
import dev.remit.readiness.domain.Outcome.Refusal;
import dev.remit.readiness.domain.Outcome.Refused;
import dev.remit.readiness.domain.Readiness;
import dev.remit.readiness.domain.Request;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** Someone supplied a fact that a change is held for. */
@Singleton
public class TakeCorrection {
    private final Handoffs handoffs;
    private final Readinesses readinesses;
    private final Corrections corrections;
    private final Facts facts;
    private final Judging judging;

    TakeCorrection(
            Handoffs handoffs,
            Readinesses readinesses,
            Corrections corrections,
            Facts facts,
            Judging judging) {
        this.handoffs = handoffs;
        this.readinesses = readinesses;
        this.corrections = corrections;
        this.facts = facts;
        this.judging = judging;
    }

    /**
     * Takes a correction, if it holds, and judges the change again.
     *
     * @param by immutable id of the one who supplies it
     * @param roles that they hold
     */
    public Uni<Outcome> take(UUID correction, String value, String by, Set<String> roles) {
        return corrections
                .find(correction)
                .chain(found ->
                        found.map(each ->
                                        handoffs.transact(
                                                List.of(each.change()),
                                                outbox -> take(each, value, by, roles, outbox)))
                                .orElseGet(() ->
                                        Uni.createFrom()
                                                .item(
                                                        new Refused(
                                                                Refusal.CORRECTION_UNKNOWN,
                                                                "no correction has the id "
                                                                        + correction))));
    }

    /** The accounts of the subject, where people sign in. */
    private Uni<List<Account>> own(Request request) {
        return request.isOfAccount()
                ? facts.people(List.of(request.subjectId()))
                : facts.own(request.subjectId());
    }

    private Uni<Outcome> take(
            Correction correction, String value, String by, Set<String> roles, Outbox outbox) {
        UUID change = correction.change();
        return readinesses
                .load(List.of(change))
                .map(known -> (Readiness.Kept) Objects.requireNonNull(known.get(change)))
                .chain(kept -> {
                    Map<String, String> supplied = new TreeMap<>(kept.corrections());
                    supplied.put(correction.fact(), value);
                    Request request = kept.proposal().request();
                    Set<String> people = new TreeSet<>(request.proposers());
                    people.add(by);
                    return facts.about(List.of(new Inquiry(request, supplied)), outbox.now())
                            .chain(known ->
                                    own(request)
                                            .chain(own ->
                                                    facts.people(people)
                                                            .map(others ->
                                                                    Readiness.decide(
                                                                            kept,
                                                                            new Event.Corrected(
                                                                                    correction
                                                                                            .fact(),
                                                                                    value,
                                                                                    by,
                                                                                    roles,
                                                                                    own,
                                                                                    others,
                                                                                    known.of(
                                                                                            change))))));
                })
                .invoke(outcome -> judging.settle(List.of(outcome), outbox));
    }
}
