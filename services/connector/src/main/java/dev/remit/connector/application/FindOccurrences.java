package dev.remit.connector.application;

import dev.remit.charter.Conditions;
import dev.remit.charter.Facts;
import dev.remit.connector.application.ObservedAccounts.Found;
import dev.remit.connector.application.ObservedAccounts.Search;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Event;
import dev.remit.connector.domain.Occurrence;
import dev.remit.connector.domain.Schedule;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What nobody has to tell: accounts as charters look for them in what was read, and schedules that
 * are due. Every replica looks; each finding opens its changes once.
 */
@Singleton
public class FindOccurrences {
    private static final Logger LOG = Logger.getLogger(FindOccurrences.class);
    private static final int PAGE = 200;
    private static final Conditions CONDITIONS = new Conditions();

    private final Handoffs handoffs;
    private final Charters charters;
    private final ObservedAccounts accounts;
    private final ScheduleRuns runs;
    private final OpenChanges open;

    FindOccurrences(
            Handoffs handoffs,
            Charters charters,
            ObservedAccounts accounts,
            ScheduleRuns runs,
            OpenChanges open) {
        this.handoffs = handoffs;
        this.charters = charters;
        this.accounts = accounts;
        this.runs = runs;
        this.open = open;
    }

    /** Looks once, in short transactions: one a page, and one a schedule. */
    @Scheduled(every = "10s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        List<Uni<Void>> looks = new ArrayList<>();
        for (Charter charter : charters.all()) {
            for (Charter.Trigger trigger : charter.triggers()) {
                switch (trigger.event()) {
                    case ORPHAN_FOUND, OWNER_LEFT, CREDENTIAL_TOO_OLD ->
                            looks.add(find(charter, trigger, ""));
                    case SCHEDULE ->
                            trigger.schedule()
                                    .map(schedule ->
                                            handoffs.transact(
                                                    List.of(),
                                                    outbox -> run(charter, schedule, outbox)))
                                    .ifPresent(looks::add);
                    case JOINED, MOVED, LEFT, CREDENTIAL_EXPOSED, CERTIFICATION_REVOKED -> {}
                }
            }
        }
        return Multi.createFrom()
                .iterable(looks)
                .onItem()
                .transformToUniAndConcatenate(look ->
                        look.onFailure()
                                .invoke(failure ->
                                        LOG.warnf("what triggers look for waits: %s", failure))
                                .onFailure()
                                .recoverWithNull())
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<Void> find(Charter charter, Charter.Trigger trigger, String after) {
        return handoffs.transact(List.of(), outbox -> page(charter, trigger, after, outbox))
                .chain(last ->
                        last.isPresent()
                                ? find(charter, trigger, last.get())
                                : Uni.createFrom().voidItem());
    }

    /** The last account of a page that was full. */
    private Uni<Optional<String>> page(
            Charter charter, Charter.Trigger trigger, String after, Outbox outbox) {
        if (charter.refusesAt(outbox.now()).isPresent()) {
            return Uni.createFrom().item(Optional.empty());
        }
        LocalDate by = ProposeChange.today(outbox).minus(trigger.after().orElse(Period.ZERO));
        return accounts.find(
                        new Search(
                                trigger.event(), charter.name(), trigger.target(), by, after, PAGE))
                .chain(found -> {
                    List<Occurrence> inside =
                            found.stream()
                                    .filter(each -> inside(charter, trigger, each.account()))
                                    .map(each -> occurrence(charter, trigger, each, outbox.now()))
                                    .toList();
                    return open.happened(inside, outbox)
                            .replaceWith(
                                    found.size() < PAGE
                                            ? Optional.empty()
                                            : Optional.of(found.getLast().account().id()));
                });
    }

    private static Occurrence occurrence(
            Charter charter, Charter.Trigger trigger, Found found, Instant now) {
        return new Occurrence(
                trigger.target(),
                found.id(),
                trigger.event(),
                trigger.target(),
                found.account().id(),
                Optional.empty(),
                found.words(),
                now,
                Optional.of(charter.name()),
                Optional.of(trigger.target()));
    }

    /** What the charter's domain leaves out is not looked for; what is not known is left out. */
    private static boolean inside(Charter charter, Charter.Trigger trigger, Account account) {
        return charter.bound()
                .map(bound ->
                        CONDITIONS.holds(
                                Conditions.Place.DOMAIN,
                                bound,
                                Facts.NONE
                                        .withChange(
                                                new Facts.Change(
                                                        charter.name(),
                                                        trigger.action(),
                                                        trigger.target(),
                                                        account.id(),
                                                        "",
                                                        charter.modes()
                                                                .getOrDefault(
                                                                        trigger.action(), "")))
                                        .withSubject(
                                                new Facts.Account(
                                                        trigger.target(),
                                                        account.id(),
                                                        account.enabled(),
                                                        Optional.ofNullable(account.workerId()),
                                                        Optional.ofNullable(
                                                                account.managerWorkerId()),
                                                        account.groups().stream()
                                                                .map(Account.Group::path)
                                                                .toList(),
                                                        account.roles()))))
                .orElse(true);
    }

    /** A run of several missed ones is made up for once, and says how many there were. */
    private Uni<Void> run(Charter charter, Schedule schedule, Outbox outbox) {
        if (charter.refusesAt(outbox.now()).isPresent()) {
            return Uni.createFrom().voidItem();
        }
        return runs.last(charter.name(), schedule.key(), outbox.now())
                .chain(last ->
                        schedule.due(last, outbox.now())
                                .map(run ->
                                        open.happened(occurrences(charter, schedule, run), outbox)
                                                .chain(() ->
                                                        runs.ran(
                                                                charter.name(),
                                                                schedule.key(),
                                                                run.at())))
                                .orElse(Uni.createFrom().voidItem()));
    }

    private static List<Occurrence> occurrences(
            Charter charter, Schedule schedule, Schedule.Run run) {
        String words =
                "due on "
                        + run.at().atOffset(ZoneOffset.UTC)
                        + (run.missed() == 0
                                ? ""
                                : "; " + run.missed() + " runs before it were missed");
        return schedule.subjects().stream()
                .map(subject ->
                        new Occurrence(
                                "schedule",
                                String.join(
                                        "|",
                                        charter.name(),
                                        schedule.key(),
                                        run.at().toString(),
                                        subject.system(),
                                        subject.id()),
                                Event.SCHEDULE,
                                subject.system(),
                                subject.id(),
                                Optional.empty(),
                                words,
                                run.at(),
                                Optional.of(charter.name()),
                                Optional.empty()))
                .toList();
    }
}
