package dev.remit.approval.application;

import dev.remit.approval.application.Advance.Step;
import dev.remit.approval.application.Readings.Draft;
import dev.remit.approval.application.Readings.Reading;
import dev.remit.approval.application.TakenBack.Early;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Entitlement;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Route;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Receiver;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A change's data is fit: its route opens. What the same batch says of people and charters is taken
 * in first, and open routes that it concerns are looked at again by {@link LookAgain}.
 */
@Singleton
public class RouteReadyChange implements Receiver {
    private final People people;
    private final Charters charters;
    private final News news;
    private final Routes routes;
    private final Advance advance;
    private final Readings readings;
    private final Removals removals;
    private final TellOfDrafts tellOfDrafts;
    private final TakenBack takenBack;

    RouteReadyChange(
            People people,
            Charters charters,
            News news,
            Routes routes,
            Advance advance,
            Readings readings,
            Removals removals,
            TellOfDrafts tellOfDrafts,
            TakenBack takenBack) {
        this.routes = routes;
        this.people = people;
        this.charters = charters;
        this.news = news;
        this.advance = advance;
        this.readings = readings;
        this.removals = removals;
        this.tellOfDrafts = tellOfDrafts;
        this.takenBack = takenBack;
    }

    @Override
    public Uni<Void> receive(List<Received> batch, Outbox outbox) {
        Set<Concern> told = readings.news(batch);
        List<Step> steps = new ArrayList<>();
        List<Step> withdrawals = new ArrayList<>();
        Map<UUID, Early> early = new HashMap<>();
        List<Step> reports = new ArrayList<>();
        List<Draft> drafts = new ArrayList<>();
        List<UUID> ended = new ArrayList<>();
        for (Received received : batch) {
            switch (readings.of(received)) {
                case Reading.Says(UUID change, Event.Withdrawn back) -> {
                    UUID message = received.envelope().id();
                    withdrawals.add(new Step(change, back, message));
                    // of a change that ended where it was judged, nothing ever comes here
                    if (received.envelope().sequence() == 0) {
                        early.putIfAbsent(
                                change, new Early(change, message, back.by(), back.reason()));
                    }
                }
                case Reading.Says(UUID change, Event event) ->
                        steps.add(new Step(change, event, received.envelope().id()));
                case Reading.Reports(UUID change, Event event) ->
                        reports.add(new Step(change, event, received.envelope().id()));
                case Reading.Drafted(Draft draft) -> {
                    if (draft.until().isAfter(outbox.now())) {
                        drafts.add(draft);
                    }
                }
                case Reading.DraftEnded(UUID draft) -> ended.add(draft);
                case Reading.Unreadable(String code, String reason) ->
                        setAside(received, code, reason, outbox);
                case Reading.Nothing _ -> {}
            }
        }
        return left(told)
                .chain(left ->
                        people.take(batch)
                                .invoke(told::addAll)
                                .chain(() -> charters.replace(readings.published(batch)))
                                .chain(gone -> tell(told, freed(left, gone))))
                .chain(() -> tellOfDrafts.tell(drafts, outbox))
                .chain(() -> tellOfDrafts.end(ended))
                // neither waits for the other's answer
                .chain(() ->
                        Uni.combine()
                                .all()
                                .unis(settle(batch, reports, outbox), reviewed(reports))
                                .with((_, reviewed) -> reviewed))
                .invoke(steps::addAll)
                .chain(() -> ready(steps, early, outbox))
                .chain(before -> {
                    withdrawals.addAll(before);
                    return advance.all(withdrawals, outbox);
                })
                .chain(outcomes -> remember(withdrawals, outcomes, early))
                .replaceWithVoid();
    }

    /**
     * Opens the routes of what is ready. What was taken back before, or is by this very batch, is
     * kept without a route, so that nothing approves it.
     *
     * @return what ends those that were taken back before
     */
    private Uni<List<Step>> ready(List<Step> steps, Map<UUID, Early> now, Outbox outbox) {
        List<UUID> changes =
                steps.stream()
                        .filter(each ->
                                each.event() instanceof Event.Readied
                                        || each.event() instanceof Event.Lacking)
                        .map(Step::change)
                        .toList();
        return Uni.combine()
                .all()
                .unis(
                        changes.isEmpty()
                                ? Uni.createFrom().item(Map.<UUID, Early>of())
                                : takenBack.of(changes),
                        advance.load(steps))
                .asTuple()
                .chain(found -> {
                    Map<UUID, Early> before = found.getItem1();
                    Map<UUID, Early> all = new HashMap<>(now);
                    all.putAll(before);
                    return advance.all(
                                    steps.stream().map(each -> unless(all, each)).toList(),
                                    found.getItem2(),
                                    outbox)
                            .replaceWith(
                                    before.values().stream()
                                            .map(each ->
                                                    new Step(
                                                            each.change(),
                                                            new Event.Withdrawn(
                                                                    each.by(),
                                                                    each.reason(),
                                                                    Optional.empty()),
                                                            each.message()))
                                            .toList());
                });
    }

    private static Step unless(Map<UUID, Early> takenBack, Step step) {
        return takenBack.containsKey(step.change())
                        && step.event() instanceof Event.Readied(Ready ready)
                ? new Step(
                        step.change(),
                        new Event.Lacking(
                                ready.change(),
                                ready.kept(),
                                ready.charterHash(),
                                ready.parties(),
                                "it was taken back before it came"),
                        step.cause())
                : step;
    }

    /** A withdrawal may come first: what it ends was set aside or published late. */
    private Uni<Void> remember(
            List<Step> withdrawals, List<Outcome> outcomes, Map<UUID, Early> early) {
        List<Early> unknown = new ArrayList<>();
        for (int n = 0; n < withdrawals.size(); n++) {
            Early one = early.get(withdrawals.get(n).change());
            if (one != null && outcomes.get(n).next() instanceof Route.Unrouted) {
                unknown.add(one);
            }
        }
        return unknown.isEmpty() ? Uni.createFrom().voidItem() : takenBack.add(unknown);
    }

    /** What a charter protected that others have taken the place of may be free now. */
    private static Set<Concern> freed(Set<Concern> left, Collection<Charter.Lookup> gone) {
        Set<Concern> all = new HashSet<>(left);
        for (Charter.Lookup each : gone) {
            switch (each) {
                case Charter.Lookup.Found(Charter charter) ->
                        charter.guarded().forEach(one -> all.add(one.concern()));
                // it was not known what it protects: whatever waits may have waited for it
                case Charter.Lookup.Missing _ -> all.add(Concern.halts());
            }
        }
        return all;
    }

    /** What is not about to be taken away any more is news to whoever waits for it. */
    private Uni<Void> settle(List<Received> batch, List<Step> reports, Outbox outbox) {
        Removals.Observed observed = readings.observed(batch);
        if (reports.isEmpty() && observed.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Set<UUID> untouched = new HashSet<>();
        Set<UUID> succeeded = new HashSet<>();
        Set<UUID> failed = new HashSet<>();
        Set<UUID> ended = new HashSet<>();
        for (Step each : reports) {
            if (each.event() instanceof Event.Executed report) {
                (!report.begun() ? untouched : report.succeeded() ? succeeded : failed)
                        .add(each.change());
            } else {
                ended.add(each.change());
            }
        }
        return removals.settle(
                        new Removals.Reports(untouched, succeeded, failed, ended),
                        observed,
                        outbox.now())
                .chain(freed ->
                        tell(
                                freed.stream()
                                        .map(Entitlement::concern)
                                        .collect(Collectors.toSet()),
                                Set.of()));
    }

    /** Of what was executed, only that which somebody is to look at afterwards is loaded. */
    private Uni<List<Step>> reviewed(List<Step> reports) {
        return reports.isEmpty()
                ? Uni.createFrom().item(List.of())
                : routes.granted(reports.stream().map(Step::change).collect(Collectors.toSet()))
                        .map(granted ->
                                reports.stream()
                                        .filter(each -> granted.contains(each.change()))
                                        .toList());
    }

    /** The groups that accounts are about to leave, the roles they lose: concerned too. */
    private Uni<Set<Concern>> left(Set<Concern> told) {
        Set<Concern> accounts =
                told.stream()
                        .filter(each ->
                                each.kind() == Concern.Kind.ACCOUNT
                                        || each.kind() == Concern.Kind.TARGET)
                        .collect(Collectors.toSet());
        return accounts.isEmpty() ? Uni.createFrom().item(Set.of()) : people.around(accounts);
    }

    private Uni<Void> tell(Set<Concern> told, Set<Concern> left) {
        if (told.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Set<Concern> all = new HashSet<>(told);
        all.addAll(left);
        return news.add(all);
    }

    private static void setAside(Received received, String code, String reason, Outbox outbox) {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        received.envelope()
                .headers()
                .forEach(
                        (name, value) -> headers.put(name, value.getBytes(StandardCharsets.UTF_8)));
        outbox.deadLetter(
                code,
                reason,
                received.topic() + "[" + received.partition() + "]@" + received.offset(),
                received.envelope().subject(),
                headers,
                received.payload());
    }
}
