package dev.remit.approval.application;

import dev.remit.approval.application.AccessViolations.Ended;
import dev.remit.approval.application.AccessViolations.Found;
import dev.remit.approval.application.AccessViolations.Kept;
import dev.remit.approval.application.AccessViolations.Page;
import dev.remit.approval.application.AccessViolations.Published;
import dev.remit.approval.application.AccessViolations.Run;
import dev.remit.approval.application.AccessViolations.Standing;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Duties;
import dev.remit.approval.domain.EntitlementFact;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Rules about access hold for what people hold already, not only for what a change would give them.
 * Every period everybody in the directory is looked at, and each account that belongs to nobody,
 * page by page, by one replica at a time. A violation is told once, stands while it is so, and its
 * end is told once; a page that did not commit is looked at again and has told nothing.
 */
@Singleton
public class DetectViolations {
    private static final Logger LOG = Logger.getLogger(DetectViolations.class);
    private static final int PAGE = 500;

    /** Of one turn; the next one goes on behind them. */
    private static final int PAGES = 20;

    private final AccessViolations violations;
    private final People people;
    private final Charters charters;
    private final Letters letters;
    private final Notices notices;
    private final Handoffs handoffs;
    private final MeterRegistry meters;
    private final Duration every;
    private volatile long standing;
    private volatile Optional<Instant> finished = Optional.empty();

    DetectViolations(
            AccessViolations violations,
            People people,
            Charters charters,
            Letters letters,
            Notices notices,
            Handoffs handoffs,
            MeterRegistry meters,
            @ConfigProperty(name = "remit.sod.run.every") Duration every) {
        if (every.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new IllegalArgumentException("remit.sod.run.every: is at least PT1M");
        }
        this.violations = violations;
        this.people = people;
        this.charters = charters;
        this.letters = letters;
        this.notices = notices;
        this.handoffs = handoffs;
        this.meters = meters;
        this.every = every;
        meters.gauge("remit.sod.violations.standing", this, each -> each.standing);
        meters.gauge("remit.sod.run.finished.timestamp.seconds", this, each -> each.finishedAt());
    }

    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return pages(PAGES)
                .onFailure()
                .invoke(failure -> LOG.warnf("existing access was not looked at: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /** Every replica tells it, whichever of them looked. */
    @Scheduled(every = "15s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> measure() {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                violations
                                        .count()
                                        .invoke(count -> standing = count)
                                        .chain(violations::run)
                                        .invoke(run -> finished = run.finished()))
                .replaceWithVoid()
                .onFailure()
                .invoke(failure -> LOG.warnf("violations were not counted: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /** Begins a run now. */
    public Uni<Run> begin() {
        return handoffs.transact(List.of(), outbox -> violations.begin(outbox.now()));
    }

    /** How the run goes. */
    public Uni<Run> run() {
        return handoffs.transact(List.of(), outbox -> violations.run());
    }

    /** See {@link AccessViolations#list}. */
    public Uni<List<Kept>> list(boolean all, Optional<UUID> after, int limit) {
        return handoffs.transact(List.of(), outbox -> violations.list(all, after, limit));
    }

    private double finishedAt() {
        return finished.map(Instant::getEpochSecond).orElse(0L);
    }

    private Uni<Void> pages(int left) {
        return handoffs.transact(List.of(), this::page)
                .invoke(looked ->
                        meters.counter("remit.sod.violations.found").increment(looked.found()))
                .chain(looked ->
                        looked.more() && left > 1 ? pages(left - 1) : Uni.createFrom().voidItem());
    }

    /** What came of a page; counted once it is committed. */
    private record Looked(boolean more, int found) {}

    /**
     * What to hold people against.
     *
     * @param unread names of charters of which nothing reads here, or holds yet
     */
    private record Rules(
            Map<Published, Charter> charters,
            Map<String, Map<String, EntitlementFact>> told,
            Set<String> unread) {
        Lookup of(Published version) {
            Charter charter = charters.get(version);
            return charter == null
                    ? new Lookup.Missing("it is not in force")
                    : new Lookup.Found(charter);
        }
    }

    private Uni<Looked> page(Outbox outbox) {
        return violations
                .next(outbox.now(), PAGE)
                .chain(next ->
                        next.isEmpty()
                                ? Uni.createFrom().item(new Looked(false, 0))
                                : rules(outbox.now())
                                        .chain(rules -> look(next.get(), rules, outbox)));
    }

    private Uni<Rules> rules(Instant now) {
        return violations
                .charters()
                .chain(latest ->
                        charters.withHashes(
                                        latest.stream()
                                                .map(Published::hash)
                                                .collect(Collectors.toSet()))
                                .chain(lookups ->
                                        people.entitlements()
                                                .map(told -> rules(latest, lookups, told, now))));
    }

    private static Rules rules(
            List<Published> latest,
            Map<String, Lookup> lookups,
            Map<String, Map<String, EntitlementFact>> told,
            Instant now) {
        Map<Published, Charter> inForce = new LinkedHashMap<>();
        Set<String> unread = new HashSet<>();
        Set<String> over = new HashSet<>();
        for (Published each : latest) {
            if (over.contains(each.name())) {
                continue;
            }
            switch (lookups.get(each.hash())) {
                case Lookup.Found(Charter charter) -> {
                    if (charter.from().filter(now::isBefore).isPresent()) {
                        // until it begins the one before it holds
                        unread.add(each.name());
                    } else {
                        over.add(each.name());
                        unread.remove(each.name());
                        if (charter.judgesAccess() && charter.notInForce(now, now).isEmpty()) {
                            inForce.put(each, charter);
                        }
                    }
                }
                // what it replaced is over, and what it says is not known
                case Lookup.Missing _ -> {
                    over.add(each.name());
                    unread.add(each.name());
                }
                case null -> {
                    over.add(each.name());
                    unread.add(each.name());
                }
            }
        }
        return new Rules(inForce, told, unread);
    }

    private Uni<Looked> look(Page page, Rules rules, Outbox outbox) {
        return people.behind(
                        page.workers().stream()
                                .flatMap(each -> Stream.of(Concern.person(each), nobodys(each)))
                                .collect(Collectors.toSet()))
                .chain(accounts ->
                        violations
                                .standing(page.workers())
                                .chain(before -> tell(page, rules, accounts, before, outbox)));
    }

    private Uni<Looked> tell(
            Page page,
            Rules rules,
            Map<Concern, List<Account>> accounts,
            List<Standing> before,
            Outbox outbox) {
        Map<AccessViolations.Key, Standing> stood = new HashMap<>();
        before.forEach(each -> stood.put(each.key(), each));
        List<Found> fresh = new ArrayList<>();
        Set<AccessViolations.Key> now = new HashSet<>();
        for (String worker : page.workers()) {
            List<Account> theirs = held(worker, accounts);
            rules.charters()
                    .forEach((published, charter) -> {
                        for (Duties.Broken broken :
                                Duties.ofHolder(
                                        worker, theirs, charter, rules.told(), outbox.now())) {
                            Found found =
                                    new Found(
                                            outbox.newId(),
                                            worker,
                                            published,
                                            broken.violation(),
                                            broken.held(),
                                            Found.names(theirs),
                                            outbox.now());
                            if (now.add(found.key()) && !stood.containsKey(found.key())) {
                                fresh.add(found);
                            }
                        }
                    });
        }
        List<Ended> ended = ended(before, now, rules);
        letters.violations(fresh, ended, outbox);
        return violations
                .store(fresh, ended, outbox.now())
                .chain(() -> tellPeople(fresh, rules, outbox.now()))
                .chain(() -> violations.done(page, outbox.now(), every))
                .replaceWith(new Looked(!page.last(), fresh.size()));
    }

    /** An account by its system and id, if it is one. */
    private static Concern nobodys(String holder) {
        return new Concern(Concern.Kind.TARGET, holder);
    }

    /** The accounts of a worker, or the one that belongs to nobody. */
    private static List<Account> held(String holder, Map<Concern, List<Account>> accounts) {
        List<Account> theirs = accounts.getOrDefault(Concern.person(holder), List.of());
        return theirs.isEmpty()
                ? accounts.getOrDefault(nobodys(holder), List.of()).stream()
                        .filter(each -> each.workerId().isEmpty())
                        .toList()
                : theirs;
    }

    private Uni<Void> tellPeople(List<Found> fresh, Rules rules, Instant now) {
        Concern operators = Concern.role(Advance.OPERATOR);
        return fresh.isEmpty()
                ? Uni.createFrom().voidItem()
                : people.behind(Set.of(operators))
                        .chain(found ->
                                notices.add(
                                        Notices.ofViolations(
                                                fresh,
                                                each ->
                                                        Advance.guardians(
                                                                rules.of(each.charter()), found),
                                                now)));
    }

    /** Of a charter that does not read here, or does not hold yet, the violations stand. */
    private static List<Ended> ended(
            List<Standing> before, Set<AccessViolations.Key> now, Rules rules) {
        List<Ended> ended = new ArrayList<>();
        for (Standing each : before) {
            AccessViolations.Key key = each.key();
            if (now.contains(key) || rules.unread().contains(key.charter())) {
                continue;
            }
            boolean ruled =
                    rules.charters().entrySet().stream()
                            .anyMatch(one ->
                                    one.getKey().name().equals(key.charter())
                                            && one.getValue().duties().stream()
                                                    .anyMatch(duty ->
                                                            duty.rule().name().equals(key.rule())
                                                                    && duty.rule()
                                                                            .version()
                                                                            .equals(
                                                                                    key
                                                                                            .version())));
            ended.add(
                    new Ended(
                            each,
                            ruled
                                    ? "it is not held any more, or an exception of the rule spares the person"
                                    : "the rule is not in force any more"));
        }
        return ended;
    }
}
