package dev.remit.connector.application;

import dev.remit.charter.Conditions;
import dev.remit.charter.Facts;
import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.application.ObservedAccounts.Found;
import dev.remit.connector.application.ObservedAccounts.Search;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Event;
import dev.remit.connector.domain.Occurrence;
import dev.remit.connector.domain.Schedule;
import dev.remit.handoff.loop.Outbox;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * What nobody has to tell: accounts as charters look for them in what was read, and schedules that
 * are due. One replica at a time looks; each finding opens its changes once.
 */
@Singleton
public class FindOccurrences {
    private static final Logger LOG = Logger.getLogger(FindOccurrences.class);
    private static final String WORK = "triggers";
    private static final int PAGE = 200;

    /** How much of it one look takes in for one trigger; the next look goes on after it. */
    private static final int PAGES = 5;

    private static final Duration SOONEST = Duration.ofHours(1);
    private static final Conditions CONDITIONS = new Conditions();

    private final Feeds feeds;
    private final Charters charters;
    private final ObservedAccounts accounts;
    private final ScheduleRuns runs;
    private final OpenChanges open;
    private final Duration again;
    private final Duration ages;

    /** The last account that was looked at for a trigger; a look begins there. */
    private final ConcurrentMap<List<String>, String> places = new ConcurrentHashMap<>();

    FindOccurrences(
            Feeds feeds,
            Charters charters,
            ObservedAccounts accounts,
            ScheduleRuns runs,
            OpenChanges open,
            @ConfigProperty(name = "remit.findings.again-after", defaultValue = "P7D")
                    Duration again,
            @ConfigProperty(name = "remit.keycloak.credentials-every", defaultValue = "1h")
                    Duration ages) {
        if (again.compareTo(SOONEST) < 0) {
            throw new IllegalArgumentException(
                    "remit.findings.again-after: is at least " + SOONEST);
        }
        this.feeds = feeds;
        this.charters = charters;
        this.accounts = accounts;
        this.runs = runs;
        this.open = open;
        this.again = again;
        this.ages = ages;
    }

    void start(@Observes StartupEvent started) {
        feeds.share(WORK);
    }

    @Scheduled(
            every = "${remit.findings.every:30s}",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return feeds.read(WORK, this::look);
    }

    /** Looks once, in short transactions: one a page, and one a schedule. */
    private Uni<Void> look(Turn turn) {
        List<Uni<Void>> looks = new ArrayList<>();
        for (Charter charter : charters.all()) {
            for (Charter.Trigger trigger : charter.triggers()) {
                switch (trigger.event()) {
                    case ORPHAN_FOUND, OWNER_LEFT, CREDENTIAL_TOO_OLD ->
                            looks.add(find(turn, charter, trigger, PAGES));
                    case SCHEDULE ->
                            trigger.schedule()
                                    .map(schedule ->
                                            feeds.write(
                                                    turn,
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

    private Uni<Void> find(Turn turn, Charter charter, Charter.Trigger trigger, int pages) {
        List<String> place = List.of(charter.name(), trigger.event().name(), trigger.target());
        return Uni.createFrom()
                .deferred(() -> {
                    String after = places.getOrDefault(place, "");
                    return feeds.write(
                            turn, List.of(), outbox -> page(charter, trigger, after, outbox));
                })
                .invoke(last ->
                        last.ifPresentOrElse(
                                each -> places.put(place, each), () -> places.remove(place)))
                .chain(last ->
                        last.isPresent() && pages > 1
                                ? find(turn, charter, trigger, pages - 1)
                                : Uni.createFrom().voidItem());
    }

    /** The last account of a page that was full. */
    private Uni<Optional<String>> page(
            Charter charter, Charter.Trigger trigger, String after, Outbox outbox) {
        if (charter.refusesAt(outbox.now()).isPresent()) {
            return Uni.createFrom().item(Optional.empty());
        }
        LocalDate today = ProposeChange.today(outbox);
        return accounts.find(
                        new Search(
                                trigger.event(),
                                charter.name(),
                                trigger.target(),
                                today,
                                today.minus(trigger.after().orElse(Period.ZERO)),
                                outbox.now().minus(again),
                                outbox.now().minus(ages.multipliedBy(2)),
                                after,
                                PAGE))
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
                true,
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
                                true,
                                Optional.empty(),
                                words,
                                run.at(),
                                Optional.of(charter.name()),
                                Optional.empty()))
                .toList();
    }
}
