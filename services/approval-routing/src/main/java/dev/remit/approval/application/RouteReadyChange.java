package dev.remit.approval.application;

import dev.remit.approval.application.Advance.Step;
import dev.remit.approval.application.Readings.Draft;
import dev.remit.approval.application.Readings.Reading;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Event;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Receiver;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A change's data is fit: its route opens. What the same batch says of people and charters is taken
 * in first, and open routes that it concerns are looked at again by {@link LookAgain}.
 */
@Singleton
public class RouteReadyChange implements Receiver {
    /** Who may be the second person to approve a charter (decision 14). */
    private static final List<String> SECOND = List.of("admin", "approver");

    private final People people;
    private final News news;
    private final Routes routes;
    private final Advance advance;
    private final Readings readings;
    private final Notices notices;

    RouteReadyChange(
            People people,
            News news,
            Routes routes,
            Advance advance,
            Readings readings,
            Notices notices) {
        this.notices = notices;
        this.routes = routes;
        this.people = people;
        this.news = news;
        this.advance = advance;
        this.readings = readings;
    }

    @Override
    public Uni<Void> receive(List<Received> batch, Outbox outbox) {
        Set<Concern> told = readings.news(batch);
        List<Step> steps = new ArrayList<>();
        List<Step> reports = new ArrayList<>();
        List<Draft> drafts = new ArrayList<>();
        for (Received received : batch) {
            switch (readings.of(received)) {
                case Reading.Says(UUID change, Event event) ->
                        steps.add(new Step(change, event, received.envelope().id()));
                case Reading.Reports(UUID change, Event event) ->
                        reports.add(new Step(change, event, received.envelope().id()));
                case Reading.Drafted(Draft draft) -> {
                    if (draft.until().isAfter(outbox.now())) {
                        drafts.add(draft);
                    }
                }
                case Reading.Unreadable(String code, String reason) ->
                        setAside(received, code, reason, outbox);
                case Reading.Nothing _ -> {}
            }
        }
        return left(told)
                .chain(left -> people.take(batch).chain(() -> tell(told, left)))
                .chain(() -> tellOf(drafts, outbox))
                .chain(() -> reviewed(reports))
                .invoke(steps::addAll)
                .chain(() -> advance.all(steps, outbox))
                .replaceWithVoid();
    }

    /**
     * Whoever the connector would let approve a draft is told, as it judges: its owner, and for a
     * second person everybody else in use with one of the roles; never who drafted it. That only
     * tells: who may, the connector decides when they try.
     */
    private Uni<Void> tellOf(List<Draft> drafts, Outbox outbox) {
        if (drafts.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Set<Concern> wanted = new HashSet<>();
        SECOND.forEach(role -> wanted.add(Concern.role(role)));
        drafts.forEach(
                draft -> draft.owner().ifPresent(owner -> wanted.add(Concern.account(owner))));
        return people.behind(wanted)
                .chain(found -> {
                    List<Notices.Notice> told = new ArrayList<>();
                    for (Draft draft : drafts) {
                        Set<String> asked =
                                wanted.stream()
                                        .filter(each ->
                                                each.kind() == Concern.Kind.ROLE
                                                        ? draft.second()
                                                        : draft.owner()
                                                                .filter(each.id()::equals)
                                                                .isPresent())
                                        .flatMap(each ->
                                                found.getOrDefault(each, List.of()).stream())
                                        .filter(Account::enabled)
                                        .filter(each -> !draft.drafter().contains(each.id()))
                                        .filter(each ->
                                                each.workerId()
                                                        .filter(draft.drafter()::contains)
                                                        .isEmpty())
                                        .map(Account::id)
                                        .collect(Collectors.toSet());
                        told.addAll(
                                Notices.ofDraft(draft.id(), asked, draft.until(), outbox.now()));
                    }
                    return told.isEmpty() ? Uni.createFrom().voidItem() : notices.add(told);
                });
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
                        .filter(each -> each.kind() == Concern.Kind.ACCOUNT)
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
