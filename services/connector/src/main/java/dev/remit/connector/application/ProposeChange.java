package dev.remit.connector.application;

import dev.remit.connector.application.Proposals.Field;
import dev.remit.connector.application.Proposals.Kept;
import dev.remit.connector.application.Proposals.Matter;
import dev.remit.connector.application.Proposals.Waiting;
import dev.remit.connector.domain.Admission;
import dev.remit.connector.domain.Admission.Load;
import dev.remit.connector.domain.Brake;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Event;
import dev.remit.connector.domain.Proposal;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Rule;
import dev.remit.handoff.halt.Halts;
import dev.remit.handoff.halt.InForce;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * A change enters the mesh: by a trigger, when its day comes, or because someone asked. What
 * triggers would open beyond the charter's limits, a brake holds until a person decides.
 */
@Singleton
public class ProposeChange {
    private static final Logger LOG = Logger.getLogger(ProposeChange.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int BATCH = 500;

    /** Only HR says what is to come. */
    static final String HR = "hr";

    private final Letters letters;
    private final Handoffs handoffs;
    private final Proposals proposals;
    private final Brakes brakes;
    private final ObservedAccounts accounts;
    private final Charters charters;
    private final HrEvents events;
    private final Halts halts;
    private final MeterRegistry meters;

    ProposeChange(
            Handoffs handoffs,
            Proposals proposals,
            Brakes brakes,
            ObservedAccounts accounts,
            Charters charters,
            HrEvents events,
            Halts halts,
            MeterRegistry meters,
            Letters letters) {
        this.letters = letters;
        this.handoffs = handoffs;
        this.proposals = proposals;
        this.brakes = brakes;
        this.accounts = accounts;
        this.charters = charters;
        this.events = events;
        this.halts = halts;
        this.meters = meters;
    }

    /**
     * Proposes what is due and keeps the rest until its day. Knowing a change already is no fault.
     *
     * @param wanted of changes that are locked, no two of the same change
     * @return how many were not known
     */
    Uni<Integer> propose(Collection<Kept> wanted, Outbox outbox) {
        return wanted.isEmpty()
                ? Uni.createFrom().item(0)
                : halts.inForce().chain(halted -> propose(wanted, halted, outbox));
    }

    /** The same, where it is known what is halted. */
    Uni<Integer> propose(Collection<Kept> wanted, InForce halted, Outbox outbox) {
        if (wanted.isEmpty()) {
            return Uni.createFrom().item(0);
        }
        LocalDate today = today(outbox);
        List<Kept> kept = wanted.stream().map(each -> inItsMode(each, halted)).toList();
        return proposals
                .add(kept, today, outbox.now())
                .invoke(added ->
                        kept.stream()
                                .filter(each -> added.contains(each.change()))
                                .filter(each -> !each.due().isAfter(today))
                                .forEach(each -> handOn(each, outbox)))
                .map(Collection::size);
    }

    /** Where a digital employee is demoted, people execute; never the other way round. */
    private static Kept inItsMode(Kept kept, InForce demoted) {
        return demoted.over(Set.of(Scopes.own(kept.proposal().charter())))
                .map(_ -> kept.as(kept.proposal().assisted(), kept.effect()))
                .orElse(kept);
    }

    /**
     * The same for what nobody asked for: a brake holds what is too much.
     *
     * @param source where it comes from, for example {@code hr}
     */
    Uni<Void> trigger(String source, Collection<Kept> wanted, Outbox outbox) {
        LocalDate today = today(outbox);
        return forWhoLeft(
                        wanted.stream().filter(each -> !each.due().isAfter(today)).toList(), today)
                .invoke(left -> left.forEach(each -> refuse(each, left(each), outbox)))
                .chain(left -> staying(source, without(wanted, changes(List.of(left))), outbox));
    }

    /** Of these, those that would make an account for who has left. */
    private Uni<List<Kept>> forWhoLeft(List<Kept> due, LocalDate today) {
        List<Kept> making = due.stream().filter(Kept::makes).toList();
        return making.isEmpty()
                ? Uni.createFrom().item(List.of())
                : events.left(
                                making.stream()
                                        .map(each -> each.proposal().subjectId())
                                        .collect(Collectors.toSet()),
                                today)
                        .map(left ->
                                making.stream()
                                        .filter(each -> left.contains(each.proposal().subjectId()))
                                        .toList());
    }

    private static Charter.Refusal left(Kept kept) {
        return new Charter.Refusal(
                422,
                "subject",
                "SUBJECT_LEFT",
                "HR says that %s has left: no account is made"
                        .formatted(kept.proposal().subjectId()));
    }

    private Uni<Void> staying(String source, Collection<Kept> wanted, Outbox outbox) {
        LocalDate today = today(outbox);
        List<Kept> due = wanted.stream().filter(each -> !each.due().isAfter(today)).toList();
        // what others tell or find was compared with what is open when it was admitted
        return (source.equals(HR) ? behind(due) : Uni.createFrom().item(Map.<UUID, UUID>of()))
                .chain(behind ->
                        held(source, without(due, behind.keySet()), outbox)
                                .chain(held -> {
                                    Set<UUID> stays = changes(held.values());
                                    stays.addAll(behind.keySet());
                                    return propose(without(wanted, stays), outbox)
                                            .chain(() -> hold(held, outbox));
                                })
                                .chain(() -> wait(due, behind, outbox)));
    }

    /**
     * Those that do what another change, which is under way or among them, does to the same
     * account; by that one. They wait until it has ended.
     */
    private Uni<Map<UUID, UUID>> behind(List<Kept> due) {
        if (due.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        Set<String> names = new TreeSet<>();
        for (Kept each : due) {
            names.add(each.matter().queue());
            charters.find(each.proposal().charter())
                    .filter(Charter::isLimited)
                    .ifPresent(charter -> names.add(Brake.scope(charter.name())));
        }
        return proposals
                .queue(names)
                .chain(() -> proposals.underWay(due.stream().map(Kept::matter).toList()))
                .map(open -> {
                    Map<String, Map<Matter, UUID>> ahead = new HashMap<>();
                    open.forEach((matter, change) ->
                            ahead.computeIfAbsent(matter.queue(), _ -> new HashMap<>())
                                    .put(matter, change));
                    Map<UUID, UUID> behind = new LinkedHashMap<>();
                    for (Kept each : due) {
                        Map<Matter, UUID> others =
                                ahead.computeIfAbsent(each.matter().queue(), _ -> new HashMap<>());
                        Matter.open(each.matter(), others)
                                .filter(other -> !other.equals(each.change()))
                                .ifPresentOrElse(
                                        other -> behind.put(each.change(), other),
                                        () -> others.put(each.matter(), each.change()));
                    }
                    return behind;
                });
    }

    /** They wait, with a record of what for. */
    private Uni<Void> wait(List<Kept> due, Map<UUID, UUID> behind, Outbox outbox) {
        List<Kept> all = due.stream().filter(each -> behind.containsKey(each.change())).toList();
        return all.isEmpty()
                ? Uni.createFrom().voidItem()
                : proposals
                        .addBehind(all, outbox.now())
                        .invoke(added ->
                                all.stream()
                                        .filter(each -> added.contains(each.change()))
                                        .forEach(each -> waits(each, behind, outbox)))
                        .replaceWithVoid();
    }

    private void waits(Kept kept, Map<UUID, UUID> behind, Outbox outbox) {
        UUID id =
                dev.remit.handoff.Ids.derived(
                        dev.remit.connector.domain.Ids.NAMESPACE, "behind|" + kept.change());
        outbox.publish(
                id,
                id.toString(),
                letters.refused(
                        kept.proposal().wish(),
                        Admission.duplicate(behind.getOrDefault(kept.change(), kept.change())),
                        Optional.of(kept.proposal().charterHash()),
                        outbox.now()),
                null,
                kept.cause());
    }

    private static List<Kept> without(Collection<Kept> all, Set<UUID> some) {
        return all.stream().filter(each -> !some.contains(each.change())).toList();
    }

    /** Proposes what waited for today; any replica may, the changes' locks keep it to one. */
    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> proposeDue() {
        return charters.known()
                ? inBatches(this::someLeft, "accounts are made for who left")
                        .chain(() -> inBatches(this::someDue, "changes that are due wait"))
                        .chain(() -> inBatches(this::someDiscarded, "discarded changes stay open"))
                : Uni.createFrom().voidItem();
    }

    private Uni<Void> inBatches(Function<Outbox, Uni<Integer>> work, String otherwise) {
        return Multi.createBy()
                .repeating()
                .uni(() -> handoffs.transact(List.of(), work))
                .whilst(taken -> taken == BATCH)
                .collect()
                .last()
                .onFailure()
                .invoke(failure -> LOG.warnf("%s: %s", otherwise, failure))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    private Uni<Integer> someDue(Outbox outbox) {
        return proposals
                .due(today(outbox), BATCH)
                .chain(changes ->
                        changes.isEmpty()
                                ? Uni.createFrom().item(0)
                                : outbox.lock(changes)
                                        .chain(() -> proposals.waiting(changes))
                                        .chain(waiting -> anew(waiting, outbox))
                                        .chain(waiting ->
                                                behind(waiting.stream().map(Waiting::kept).toList())
                                                        .map(behind ->
                                                                waiting.stream()
                                                                        .filter(each ->
                                                                                !behind.containsKey(
                                                                                        each.kept()
                                                                                                .change()))
                                                                        .toList()))
                                        .chain(waiting -> open(waiting, outbox))
                                        .replaceWith(changes.size()));
    }

    /**
     * What waited is judged on its day: the charter in force then opens it, in its own words and
     * mode, or refuses it with a record. A version of the day on which it was read may be no more.
     */
    private Uni<List<Waiting>> anew(List<Waiting> waiting, Outbox outbox) {
        List<Kept> due = waiting.stream().map(Waiting::kept).toList();
        Map<UUID, Charter.Refusal> saidSince = new HashMap<>();
        return forWhoLeft(due, today(outbox))
                .invoke(all -> all.forEach(each -> saidSince.put(each.change(), left(each))))
                .chain(() -> forWhoStays(due, today(outbox)))
                .invoke(all -> all.forEach(each -> saidSince.put(each.change(), back(each))))
                .chain(() -> anew(waiting, saidSince, outbox));
    }

    /** Of these, those that waited because somebody leaves, and HR said since that they do not. */
    private Uni<List<Kept>> forWhoStays(List<Kept> due, LocalDate today) {
        List<Kept> leaving =
                due.stream()
                        .filter(each ->
                                Charter.openedBy(
                                                each.change(),
                                                each.proposal().charter(),
                                                each.proposal().subjectId(),
                                                each.due())
                                        .filter(Event.LEFT::equals)
                                        .isPresent())
                        .toList();
        return events.back(
                        leaving.stream()
                                .map(each -> each.proposal().subjectId())
                                .collect(Collectors.toSet()),
                        today)
                .map(back ->
                        leaving.stream()
                                .filter(each -> back.contains(each.proposal().subjectId()))
                                .toList());
    }

    private static Charter.Refusal back(Kept kept) {
        return new Charter.Refusal(
                422,
                "subject",
                "SUBJECT_BACK",
                "HR has said since that %s does not leave on %s"
                        .formatted(kept.proposal().subjectId(), kept.due()));
    }

    private Uni<List<Waiting>> anew(
            List<Waiting> waiting, Map<UUID, Charter.Refusal> saidSince, Outbox outbox) {
        return halts.inForce()
                .chain(demoted -> {
                    List<Waiting> opened = new ArrayList<>();
                    List<Kept> other = new ArrayList<>();
                    Map<UUID, Proposals.End> ends = new LinkedHashMap<>();
                    for (Waiting each : waiting) {
                        Kept kept = each.kept();
                        Charter.Refusal since = saidSince.get(kept.change());
                        switch (since != null
                                ? new Admission.Refused(since)
                                : anew(kept, outbox.now())) {
                            case Admission.Admitted(Proposal proposal) -> {
                                Kept next = inItsMode(kept.as(proposal, effect(proposal)), demoted);
                                opened.add(new Waiting(next, each.released()));
                                if (!next.equals(kept)) {
                                    other.add(next);
                                }
                            }
                            case Admission.Refused(Charter.Refusal refusal) -> {
                                refuse(kept, refusal, outbox);
                                ends.put(
                                        kept.change(),
                                        new Proposals.End(Proposals.End.REFUSED, outbox.now()));
                            }
                        }
                    }
                    return (ends.isEmpty() ? Uni.createFrom().voidItem() : proposals.ended(ends))
                            .chain(() ->
                                    other.isEmpty()
                                            ? Uni.createFrom().voidItem()
                                            : proposals.renew(other))
                            .replaceWith(opened);
                });
    }

    /** An account that is to be made for who has left meanwhile is to be made no more. */
    private Uni<Integer> someLeft(Outbox outbox) {
        return proposals
                .makingForWhoLeft(today(outbox), BATCH)
                .chain(changes ->
                        changes.isEmpty()
                                ? Uni.createFrom().item(0)
                                : outbox.lock(changes)
                                        .chain(() -> proposals.standing(changes))
                                        .chain(found -> supersede(found, outbox))
                                        .replaceWith(changes.size()));
    }

    /** In the name of whom the charter has propose what HR says. */
    private Uni<Void> supersede(List<Proposals.Standing> found, Outbox outbox) {
        List<UUID> superseded = new ArrayList<>();
        for (Proposals.Standing each : found) {
            if (each.end().isEmpty() && each.withdrawnAt().isEmpty()) {
                superseded.add(each.change());
                outbox.publish(
                        dev.remit.handoff.Ids.derived(
                                dev.remit.connector.domain.Ids.NAMESPACE,
                                "withdrawn|" + each.change()),
                        each.change().toString(),
                        letters.withdrawn(
                                each.change(),
                                charters.find(each.proposal().charter())
                                        .map(charter ->
                                                new Proposer(
                                                        charter.employee(),
                                                        Optional.of(charter.principal()),
                                                        Optional.empty()))
                                        .orElse(each.proposal().by()),
                                "HR says that the subject has left",
                                outbox.now()),
                        each.change(),
                        null);
            }
        }
        return superseded.isEmpty()
                ? Uni.createFrom().voidItem()
                : proposals.superseded(superseded, outbox.now());
    }

    private Admission anew(Kept kept, Instant now) {
        Proposal waiting = kept.proposal();
        Optional<Charter> charter = charters.find(waiting.charter());
        if (charter.isEmpty()) {
            return new Admission.Refused(
                    Rule.CHARTER_UNKNOWN.refuses(
                            "charter", "no charter named '" + waiting.charter() + "' is in force"));
        }
        Optional<Charter.Refusal> refusal = charter.get().refusesAt(now);
        if (refusal.isPresent()) {
            return new Admission.Refused(refusal.get());
        }
        return charter.get()
                .opensAnew(
                        waiting,
                        Charter.openedBy(
                                kept.change(), waiting.charter(), waiting.subjectId(), kept.due()))
                .<Admission>map(Admission.Admitted::new)
                .orElseGet(() ->
                        new Admission.Refused(
                                new Charter.Refusal(
                                        422,
                                        "charter",
                                        "TRIGGER_OUTSIDE_CHARTER",
                                        "charter %s opens no change by this in version %s, as which it is in force on the day"
                                                .formatted(
                                                        waiting.charter(),
                                                        charter.get().version()))));
    }

    private String effect(Proposal proposal) {
        return charters.find(proposal.charter())
                .map(charter -> charter.effect(proposal.action()))
                .orElse(proposal.action());
    }

    private void refuse(Kept kept, Charter.Refusal refusal, Outbox outbox) {
        LOG.warnf(
                "change %s of %s is not opened: %s %s",
                kept.change(), kept.due(), refusal.code(), refusal.detail());
        meters.counter("remit.proposals.refused", "code", refusal.code()).increment();
        UUID id =
                dev.remit.handoff.Ids.derived(
                        dev.remit.connector.domain.Ids.NAMESPACE,
                        String.join("|", "due", kept.change().toString(), refusal.code()));
        outbox.publish(
                id,
                id.toString(),
                letters.refused(
                        kept.proposal().wish(),
                        refusal,
                        charters.find(kept.proposal().charter()).map(Charter::hash),
                        outbox.now()),
                null,
                kept.cause());
    }

    private Uni<Void> open(List<Waiting> waiting, Outbox outbox) {
        return held(
                        HR,
                        waiting.stream()
                                .filter(each -> !each.released())
                                .map(Waiting::kept)
                                .toList(),
                        outbox)
                .chain(held -> {
                    Set<UUID> stays = changes(held.values());
                    List<Kept> goes = without(waiting.stream().map(Waiting::kept).toList(), stays);
                    return (goes.isEmpty()
                                    ? Uni.createFrom().voidItem()
                                    : proposals
                                            .take(changes(List.of(goes)), outbox.now())
                                            .invoke(() ->
                                                    goes.forEach(each -> handOn(each, outbox))))
                            .chain(() -> hold(held, outbox));
                });
    }

    private Uni<Void> hold(Map<UUID, List<Kept>> held, Outbox outbox) {
        return Multi.createFrom()
                .iterable(held.entrySet())
                .onItem()
                .transformToUniAndConcatenate(
                        each -> proposals.hold(each.getValue(), each.getKey(), outbox.now()))
                .collect()
                .last()
                .replaceWithVoid();
    }

    /** Of changes that are due, those that a brake holds, by brake. */
    private Uni<Map<UUID, List<Kept>>> held(String source, List<Kept> due, Outbox outbox) {
        if (due.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        Map<String, List<Kept>> wanted =
                due.stream()
                        .collect(
                                Collectors.groupingBy(
                                        each -> each.proposal().charter(),
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        Set<String> scopes = new TreeSet<>();
        wanted.keySet().forEach(charter -> scopes.add(Brake.scope(charter)));
        boolean limited =
                wanted.keySet().stream()
                        .anyMatch(
                                name -> charters.find(name).filter(Charter::isLimited).isPresent());
        return brakes.on(scopes)
                .chain(on ->
                        on.isEmpty() && !limited
                                ? Uni.createFrom().item(Map.of())
                                : proposals
                                        .queue(scopes)
                                        .chain(() -> brakes.on(scopes))
                                        .chain(now -> judge(source, wanted, now, outbox)));
    }

    private Uni<Map<UUID, List<Kept>>> judge(
            String source, Map<String, List<Kept>> wanted, Map<String, Brake> on, Outbox outbox) {
        Set<Field> fields =
                wanted.values().stream()
                        .flatMap(List::stream)
                        .map(each -> field(each.proposal()))
                        .collect(Collectors.toSet());
        return proposals
                .load(fields, charters.shared(wanted.keySet()), outbox.now().minus(HOUR))
                .chain(loads ->
                        accounts.counts(
                                        fields.stream()
                                                .map(Field::target)
                                                .collect(Collectors.toSet()))
                                .chain(known -> {
                                    Map<UUID, List<Kept>> held = new LinkedHashMap<>();
                                    List<Brake> applied = new ArrayList<>();
                                    wanted.forEach((charter, changes) -> {
                                        Optional<Brake> brake =
                                                Optional.ofNullable(on.get(Brake.scope(charter)));
                                        if (brake.isEmpty()) {
                                            brake =
                                                    brake(
                                                            source, charter, changes, loads, known,
                                                            outbox);
                                            brake.ifPresent(applied::add);
                                        }
                                        brake.ifPresent(each -> held.put(each.id(), changes));
                                    });
                                    return apply(applied, outbox).replaceWith(held);
                                }));
    }

    private Optional<Brake> brake(
            String source,
            String name,
            List<Kept> changes,
            Map<Field, Load> loads,
            Map<String, Long> known,
            Outbox outbox) {
        Optional<Charter> charter = charters.find(name);
        Map<String, Set<String>> subjects =
                changes.stream()
                        .map(Kept::proposal)
                        .collect(
                                Collectors.groupingBy(
                                        Proposal::target,
                                        Collectors.mapping(
                                                Proposal::subjectId, Collectors.toSet())));
        return subjects.keySet().stream()
                .sorted()
                .flatMap(target ->
                        charter
                                .flatMap(each ->
                                        Brake.ofTrigger(
                                                each.limits(),
                                                loads.getOrDefault(
                                                        new Field(name, target), new Load(0, 0)),
                                                known.getOrDefault(target, 0L),
                                                changes.size(),
                                                subjects.getOrDefault(target, Set.of()).size()))
                                .stream())
                .findFirst()
                .map(trip ->
                        new Brake(
                                outbox.newId(),
                                source,
                                charter.map(each ->
                                        new Brake.Origin(
                                                name,
                                                each.version(),
                                                each.hash(),
                                                each.triggers().stream()
                                                        .map(trigger -> trigger.event().name())
                                                        .collect(Collectors.joining(", ")))),
                                trip,
                                changes.size(),
                                outbox.now()));
    }

    private Uni<Void> apply(List<Brake> applied, Outbox outbox) {
        return Multi.createFrom()
                .iterable(applied)
                .onItem()
                .transformToUniAndConcatenate(
                        brake -> apply(brake, brakes, letters, meters, outbox))
                .collect()
                .last()
                .replaceWithVoid();
    }

    /** Puts a brake on and hands that on. */
    static Uni<Void> apply(
            Brake brake, Brakes brakes, Letters letters, MeterRegistry meters, Outbox outbox) {
        LOG.warnf("brake %s on %s", brake.id(), brake.words());
        meters.counter("remit.brakes.applied", "rule", brake.trip().rule().name()).increment();
        outbox.publish(brake.id(), brake.scope(), letters.braked(brake), null, null);
        return brakes.apply(brake);
    }

    /** Ends what a person discarded with its brake, and records each. */
    private Uni<Integer> someDiscarded(Outbox outbox) {
        return proposals
                .discarded(BATCH)
                .chain(changes ->
                        changes.isEmpty()
                                ? Uni.createFrom().item(0)
                                : outbox.lock(changes)
                                        .chain(() -> proposals.standing(changes))
                                        .chain(found -> end(found, outbox))
                                        .replaceWith(changes.size()));
    }

    private Uni<Void> end(List<Proposals.Standing> found, Outbox outbox) {
        Map<UUID, Proposals.End> ends = new LinkedHashMap<>();
        for (Proposals.Standing each : found) {
            if (each.end().isEmpty() && !each.proposed()) {
                ends.put(each.change(), new Proposals.End("DISCARDED", outbox.now()));
                outbox.publish(
                        dev.remit.handoff.Ids.derived(
                                dev.remit.connector.domain.Ids.NAMESPACE,
                                // HR may say it anew, and it may be discarded anew
                                "discarded|" + each.change() + "|" + each.brake().orElse(null)),
                        each.change().toString(),
                        letters.discarded(each, outbox.now()),
                        null,
                        each.brake().orElse(null));
            }
        }
        return ends.isEmpty() ? Uni.createFrom().voidItem() : proposals.ended(ends);
    }

    private static Set<UUID> changes(Collection<List<Kept>> kept) {
        return kept.stream()
                .flatMap(List::stream)
                .map(Kept::change)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static Field field(Proposal proposal) {
        return new Field(proposal.charter(), proposal.target());
    }

    private void handOn(Kept kept, Outbox outbox) {
        outbox.handOn(
                kept.change(),
                letters.proposed(kept.change(), kept.proposal(), kept.cause(), outbox.now()),
                kept.cause());
    }

    static LocalDate today(Outbox outbox) {
        return outbox.now().atZone(ZoneOffset.UTC).toLocalDate();
    }
}
