package dev.remit.executor.application;

import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Next;
import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;
import dev.remit.executor.domain.Report;
import dev.remit.executor.domain.TargetState;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.InForce;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.merkle.Hash;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * A database, two targets and a clock in memory, and instances of the executor that live on them.
 */
final class World {
    static final Duration LEASE = Duration.ofSeconds(30);
    static final int CONCURRENCY = 32;
    static final Group SALES = new Group("g1", "/sales");
    static final Group STAFF = new Group("g2", "/staff");
    static final Group EMERGENCY = new Group("g9", "/emergency");

    /** Time stands still until it is moved on. */
    static final class StandingClock extends Clock {
        private volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /** A process died: nothing that it still does has an effect. */
    static final class Dead extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private record Row(
            Intent intent,
            String state,
            int attempt,
            boolean interrupted,
            Optional<Instant> startedAt,
            Optional<Instant> leasedUntil,
            String reason,
            Optional<Instant> ends,
            Optional<Set<String>> begun,
            Optional<Executions.Undo> undo) {
        Row(
                Intent intent,
                String state,
                int attempt,
                boolean interrupted,
                Optional<Instant> startedAt,
                Optional<Instant> leasedUntil,
                String reason,
                Optional<Instant> ends) {
            this(
                    intent,
                    state,
                    attempt,
                    interrupted,
                    startedAt,
                    leasedUntil,
                    reason,
                    ends,
                    Optional.empty(),
                    Optional.empty());
        }

        Row keeping(Row row) {
            return new Row(
                    intent,
                    state,
                    attempt,
                    interrupted,
                    startedAt,
                    leasedUntil,
                    reason,
                    ends,
                    begun.or(row::begun),
                    undo.or(row::undo));
        }
    }

    record HandedOn(Intent intent, String actor, Report report, Optional<Instant> ended) {}

    /** A system whose accounts are in memory; what happens before each call can be chosen. */
    final class FakeTarget implements Target {
        private final String system;
        final Map<String, TargetState> accounts = new ConcurrentHashMap<>();
        final List<String> calls = new CopyOnWriteArrayList<>();

        /** Given the call, for example {@code disable a1}. */
        volatile Function<String, Uni<Void>> before = call -> Uni.createFrom().voidItem();

        /** The same, once the call has had its effect: its answer may be lost. */
        volatile Function<String, Uni<Void>> after = call -> Uni.createFrom().voidItem();

        FakeTarget(String system) {
            this.system = system;
        }

        @Override
        public String system() {
            return system;
        }

        @Override
        public Set<String> abilities() {
            return Set.of(
                    "create-account",
                    "delete-account",
                    "disable-account",
                    "enable-account",
                    "leave-groups",
                    "join-groups",
                    "join-group",
                    "set-owner",
                    "leave-group-at-expiry");
        }

        @Override
        public Uni<String> actor() {
            return Uni.createFrom().item("actor-of-" + system);
        }

        @Override
        public Uni<Void> ask() {
            return call("ask", () -> null);
        }

        @Override
        public Uni<TargetState> read(String account) {
            return call(
                    "read " + account,
                    () -> {
                        TargetState state = accounts.get(account);
                        if (state == null) {
                            throw new Gone("no such account");
                        }
                        return state;
                    });
        }

        /** What it lists by worker id or name; several accounts are nobody's. */
        @Override
        public Uni<TargetState> find(Step.CreateAccount account) {
            return call(
                    "find " + account.username(),
                    () -> {
                        List<TargetState> found =
                                accounts.values().stream()
                                        .filter(each ->
                                                each.identity().worker().equals(account.worker())
                                                        || isNamed(each, account.username()))
                                        .toList();
                        return found.isEmpty()
                                ? TargetState.GONE
                                : found.size() == 1
                                        ? found.getFirst()
                                        : new TargetState(false, 0, List.of());
                    });
        }

        private boolean isNamed(TargetState state, String username) {
            return state.identity().username().equalsIgnoreCase(username);
        }

        /** No name twice, as every directory has it. */
        @Override
        public Uni<String> create(Step.CreateAccount account) {
            return call(
                    "create " + account.username(),
                    () -> {
                        if (accounts.values().stream()
                                .anyMatch(each -> isNamed(each, account.username()))) {
                            throw new Impossible(system + " answers 409 for this account");
                        }
                        String id = "made-" + account.username();
                        accounts.put(
                                id,
                                new TargetState(
                                                account.enabled(),
                                                0,
                                                List.of(),
                                                account.manager(),
                                                true,
                                                Optional.empty())
                                        .of(
                                                new TargetState.Identity(
                                                        id, account.username(), account.worker())));
                        return id;
                    });
        }

        @Override
        public Uni<Void> disable(String account) {
            return call(
                    "disable " + account,
                    () -> {
                        accounts.computeIfPresent(
                                account, (_, was) -> new TargetState(false, 0, was.groups()));
                        return null;
                    });
        }

        @Override
        public Uni<Void> enable(String account) {
            return call(
                    "enable " + account,
                    () -> {
                        accounts.computeIfPresent(
                                account, (_, was) -> new TargetState(true, 0, was.groups()));
                        return null;
                    });
        }

        @Override
        public Uni<Void> setManager(String account, String manager) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<Void> setOwner(String account, String owner) {
            return call(
                    "own " + account + " " + owner,
                    () -> {
                        accounts.computeIfPresent(account, (_, was) -> was.ownedBy(owner));
                        return null;
                    });
        }

        @Override
        public Uni<Void> delete(String account) {
            return call(
                    "delete " + account,
                    () -> {
                        accounts.remove(account);
                        return null;
                    });
        }

        @Override
        public Uni<Void> endSessions(String account) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<Void> leave(String account, Group group) {
            return call(
                    "leave " + account + " " + group.path(),
                    () -> {
                        accounts.computeIfPresent(
                                account,
                                (_, was) ->
                                        new TargetState(
                                                was.enabled(),
                                                0,
                                                was.groups().stream()
                                                        .filter(each -> !each.equals(group))
                                                        .toList()));
                        return null;
                    });
        }

        @Override
        public Uni<Void> join(String account, Group group) {
            return call(
                    "join " + account + " " + group.path(),
                    () -> {
                        accounts.computeIfPresent(
                                account,
                                (_, was) ->
                                        new TargetState(
                                                was.enabled(),
                                                0,
                                                Stream.concat(
                                                                was.groups().stream(),
                                                                Stream.of(group))
                                                        .distinct()
                                                        .toList(),
                                                was.manager(),
                                                true,
                                                was.secretSince(),
                                                was.identity()));
                        return null;
                    });
        }

        private <T> Uni<T> call(String name, java.util.function.Supplier<T> effect) {
            return Uni.createFrom()
                    .deferred(() -> before.apply(name))
                    .map(ready -> {
                        if (!name.equals("ask")) {
                            calls.add(name);
                        }
                        return effect.get();
                    })
                    .call(done -> after.apply(name));
        }
    }

    /** One process of the executor. */
    final class Instance implements Handoffs, StopPoints, Reports, Targets {
        final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        private final Optional<Point> death;
        private volatile boolean dead;
        final LeaseExecutions leases;
        final TakeAuthorization take;

        Instance(Optional<Point> death, Duration patience) {
            this.death = death;
            var performing =
                    new PerformPlan(
                            this,
                            this::plan,
                            this,
                            executions,
                            new WatchHalts(
                                    this,
                                    () -> Uni.createFrom().item(halted),
                                    () -> Uni.createFrom().item(ordersRead),
                                    Duration.ZERO),
                            this,
                            meters,
                            clock,
                            patience);
            var reporting = new ReportExecutions(this, executions, this, this, meters);
            this.leases =
                    new LeaseExecutions(
                            this,
                            executions,
                            this,
                            performing,
                            reporting,
                            this,
                            meters,
                            clock,
                            LEASE,
                            CONCURRENCY);
            this.take = new TakeAuthorization(executions, this::plan, leases);
        }

        void receives(Intent... intents) {
            transact(
                            List.of(),
                            outbox -> {
                                take.take(List.of(intents), outbox);
                                return Uni.createFrom().voidItem();
                            })
                    .await()
                    .atMost(PATIENCE);
        }

        void sweeps() {
            leases.sweep().await().atMost(PATIENCE);
            for (int n = 0; n < 3; n++) {
                // what the sweep set off, and what that set off
                transact(List.of(), outbox -> Uni.createFrom().voidItem())
                        .onFailure()
                        .recoverWithNull()
                        .await()
                        .atMost(PATIENCE);
            }
        }

        /** Waits until what every attempt led to is committed, and its lease is let go. */
        void rests() {
            until(() -> inFlight() == 0);
        }

        double inFlight() {
            return meters.get("remit.executor.in.flight")
                    .tag("system", acme.system())
                    .gauge()
                    .value();
        }

        boolean isDead() {
            return dead;
        }

        private Optional<Plan> plan(byte[] bytes) {
            return Optional.ofNullable(plans.get(new String(bytes, StandardCharsets.UTF_8)));
        }

        @Override
        public <T> Uni<T> transact(Collection<UUID> changes, Function<Outbox, Uni<T>> work) {
            return Uni.createFrom().item(() -> commit(work)).runSubscriptionOn(database);
        }

        private <T> T commit(Function<Outbox, Uni<T>> work) {
            synchronized (World.this) {
                if (dead) {
                    throw new Dead();
                }
                var rowsBefore = new LinkedHashMap<>(rows);
                var outbox = new FakeOutbox();
                boolean isCommitted = false;
                try {
                    T result = work.apply(outbox).await().atMost(PATIENCE);
                    if (refusedCommits > 0 && !outbox.letters.isEmpty()) {
                        refusedCommits--;
                        throw new IllegalStateException("the commit was refused");
                    }
                    handedOn.addAll(outbox.letters);
                    isCommitted = true;
                    return result;
                } catch (RuntimeException e) {
                    rows.clear();
                    rows.putAll(rowsBefore);
                    throw e;
                } finally {
                    for (Consumer<Boolean> each : outbox.atEnd) {
                        each.accept(isCommitted);
                    }
                }
            }
        }

        @Override
        public void reached(Point point) {
            if (death.isPresent() && death.get() == point) {
                dead = true;
                throw new Dead();
            }
        }

        @Override
        public void handOn(
                Outbox outbox,
                Intent intent,
                String actor,
                Optional<String> worker,
                Report report) {
            worker.ifPresent(each -> reportedWorkers.put(intent.change(), each));
            ((FakeOutbox) outbox)
                    .letters.add(new HandedOn(intent, actor, report, Optional.empty()));
        }

        @Override
        public void ended(Outbox outbox, Intent intent, String actor, Instant due, Report report) {
            ((FakeOutbox) outbox)
                    .letters.add(new HandedOn(intent, actor, report, Optional.of(due)));
        }

        @Override
        public Optional<Target> find(String system) {
            return all().stream().filter(each -> each.system().equals(system)).findFirst();
        }

        @Override
        public Collection<Target> all() {
            return Stream.of(acme, scim)
                    .map(each -> (Target) new Mortal(each, () -> dead))
                    .toList();
        }
    }

    /** What a process sees of a target: no call of a dead one arrives. */
    private record Mortal(FakeTarget target, BooleanSupplier dead) implements Target {
        private <T> Uni<T> alive(Uni<T> call) {
            return Uni.createFrom()
                    .deferred(() ->
                            dead.getAsBoolean() ? Uni.createFrom().failure(new Dead()) : call);
        }

        @Override
        public String system() {
            return target.system();
        }

        @Override
        public Set<String> abilities() {
            return target.abilities();
        }

        @Override
        public Uni<String> actor() {
            return alive(target.actor());
        }

        @Override
        public Uni<Void> ask() {
            return alive(target.ask());
        }

        @Override
        public Uni<TargetState> read(String account) {
            return alive(target.read(account));
        }

        @Override
        public Uni<TargetState> find(Step.CreateAccount account) {
            return alive(target.find(account));
        }

        @Override
        public Uni<String> create(Step.CreateAccount account) {
            return alive(target.create(account));
        }

        @Override
        public Uni<Void> disable(String account) {
            return alive(target.disable(account));
        }

        @Override
        public Uni<Void> enable(String account) {
            return alive(target.enable(account));
        }

        @Override
        public Uni<Void> setManager(String account, String manager) {
            return alive(target.setManager(account, manager));
        }

        @Override
        public Uni<Void> setOwner(String account, String owner) {
            return alive(target.setOwner(account, owner));
        }

        @Override
        public Uni<Void> delete(String account) {
            return alive(target.delete(account));
        }

        @Override
        public Uni<Void> endSessions(String account) {
            return alive(target.endSessions(account));
        }

        @Override
        public Uni<Void> join(String account, Group group) {
            return alive(target.join(account, group));
        }

        @Override
        public Uni<Void> leave(String account, Group group) {
            return alive(target.leave(account, group));
        }
    }

    /** Only its time is used; what is handed on goes through {@link Reports}. */
    private final class FakeOutbox implements Outbox {
        private final List<HandedOn> letters = new ArrayList<>();
        private final List<Consumer<Boolean>> atEnd = new ArrayList<>();

        @Override
        public Instant now() {
            return clock.instant();
        }

        @Override
        public void write(Uni<Void> statements) {
            statements.await().indefinitely();
        }

        @Override
        public void whenEnded(Consumer<Boolean> told) {
            atEnd.add(told);
        }

        @Override
        public UUID newId() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<Void> lock(Collection<UUID> changes) {
            return Uni.createFrom().voidItem();
        }

        @Override
        public UUID handOn(UUID change, SpecificRecord message, UUID cause) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UUID publish(
                UUID id, String subject, SpecificRecord message, UUID change, UUID cause) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void deadLetter(
                String code,
                String reason,
                String origin,
                String key,
                Map<String, byte[]> headers,
                byte[] payload) {
            throw new UnsupportedOperationException();
        }
    }

    /** The table of executions, with the rules of the real statements. */
    private final class FakeExecutions implements Executions {
        @Override
        public Uni<Void> store(Collection<Intent> intents) {
            return atomic(
                    "store",
                    () -> {
                        intents.forEach(intent ->
                                rows.putIfAbsent(
                                        intent.authorization(),
                                        new Row(
                                                intent,
                                                "INTENDED",
                                                0,
                                                false,
                                                Optional.empty(),
                                                Optional.empty(),
                                                "",
                                                Optional.empty())));
                        return null;
                    });
        }

        @Override
        public Uni<Set<Lot>> due(Collection<Lot> lots, Instant now) {
            return atomic(
                    "due",
                    () -> {
                        Set<Lot> due = new HashSet<>();
                        lots.stream()
                                .filter(lot -> free(lot, now).findAny().isPresent())
                                .forEach(due::add);
                        return due;
                    });
        }

        /** What is not begun a person executes once the digital employee is demoted. */
        private Intent inItsMode(Row row) {
            Intent intent = row.intent;
            return row.startedAt.isPresent()
                            || row.ends.isPresent()
                            || halted.over(Scopes.own(intent.scopes())).isEmpty()
                    ? intent
                    : new Intent(
                            intent.authorization(),
                            intent.change(),
                            intent.cause(),
                            intent.target(),
                            intent.account(),
                            intent.plan(),
                            intent.planHash(),
                            intent.authorizedAt(),
                            intent.expiresAt(),
                            true,
                            intent.scopes(),
                            intent.owners(),
                            intent.terms());
        }

        @Override
        public Uni<List<Leased>> lease(Lot lot, int most, Duration lease, Instant now) {
            return atomic(
                    "lease",
                    () ->
                            free(lot, now)
                                    .limit(most)
                                    .map(row ->
                                            new Row(
                                                            inItsMode(row),
                                                            row.state,
                                                            row.attempt + 1,
                                                            row.startedAt.isPresent(),
                                                            row.startedAt.or(
                                                                    () -> Optional.of(now)),
                                                            Optional.of(
                                                                    clock.instant().plus(lease)),
                                                            row.reason,
                                                            row.ends)
                                                    .keeping(row))
                                    .toList()
                                    .stream()
                                    .map(row -> {
                                        rows.put(row.intent.authorization(), row);
                                        return new Leased(
                                                row.intent,
                                                row.attempt,
                                                row.interrupted,
                                                row.startedAt.orElseThrow(),
                                                Optional.ofNullable(
                                                        people.get(row.intent.change())),
                                                Optional.ofNullable(
                                                        workers.get(row.intent.change())),
                                                row.ends,
                                                Optional.ofNullable(
                                                        early.get(row.intent.authorization())),
                                                row.begun,
                                                row.undo);
                                    })
                                    .toList());
        }

        @Override
        public Uni<Boolean> begin(UUID authorization, int number, Set<String> steps) {
            return atomic(
                    "begin",
                    () -> {
                        Row row = rows.get(authorization);
                        if (row.attempt != number || !row.state.equals("INTENDED")) {
                            return false;
                        }
                        rows.put(
                                authorization,
                                row.keeping(
                                        new Row(
                                                row.intent,
                                                row.state,
                                                row.attempt,
                                                row.interrupted,
                                                row.startedAt,
                                                row.leasedUntil,
                                                row.reason,
                                                row.ends,
                                                Optional.of(steps),
                                                Optional.empty())));
                        return true;
                    });
        }

        @Override
        public Uni<Set<UUID>> prolong(Collection<Leased> leases, Duration lease) {
            return atomic(
                    "prolong",
                    () -> {
                        Set<UUID> prolonged = new HashSet<>();
                        for (Leased each : leases) {
                            Row row = rows.get(each.intent().authorization());
                            if (row.state.equals("INTENDED")
                                    && row.startedAt.isPresent()
                                    && row.attempt == each.number()) {
                                rows.put(
                                        row.intent.authorization(),
                                        new Row(
                                                row.intent,
                                                row.state,
                                                row.attempt,
                                                row.interrupted,
                                                row.startedAt,
                                                Optional.of(clock.instant().plus(lease)),
                                                row.reason,
                                                row.ends,
                                                row.begun,
                                                row.undo));
                                prolonged.add(row.intent.authorization());
                            }
                        }
                        return prolonged;
                    });
        }

        @Override
        public Uni<Set<UUID>> settle(Collection<Settlement> settlements, Duration pause) {
            return atomic(
                    "settle",
                    () -> {
                        Set<UUID> settled = new HashSet<>();
                        for (Settlement each : settlements) {
                            Row row = rows.get(each.authorization());
                            if (!row.state.equals("INTENDED") || row.attempt != each.number()) {
                                continue;
                            }
                            settled.add(each.authorization());
                            rows.put(
                                    each.authorization(),
                                    switch (each.last()) {
                                        case Next.End(var report) when each.ends().isPresent() ->
                                                new Row(
                                                        row.intent,
                                                        "INTENDED",
                                                        row.attempt,
                                                        row.interrupted,
                                                        Optional.empty(),
                                                        each.ends(),
                                                        report.reason(),
                                                        each.ends());
                                        case Next.End(var report) ->
                                                new Row(
                                                        row.intent,
                                                        "DONE",
                                                        row.attempt,
                                                        row.interrupted,
                                                        row.startedAt,
                                                        Optional.empty(),
                                                        report.reason(),
                                                        row.ends);
                                        case Next.Compensate(var failed, var undo) ->
                                                new Row(
                                                        row.intent,
                                                        "INTENDED",
                                                        row.attempt,
                                                        row.interrupted,
                                                        row.startedAt,
                                                        Optional.empty(),
                                                        failed.reason(),
                                                        row.ends,
                                                        row.begun,
                                                        Optional.of(new Undo(failed, undo)));
                                        case Next.Later(var reason, var begun) ->
                                                new Row(
                                                        row.intent,
                                                        "INTENDED",
                                                        row.attempt,
                                                        row.interrupted,
                                                        row.startedAt.filter(_ -> begun),
                                                        Optional.of(clock.instant().plus(pause)),
                                                        reason,
                                                        row.ends,
                                                        row.begun.filter(_ -> begun),
                                                        row.undo);
                                    });
                        }
                        return settled;
                    });
        }

        @Override
        public Uni<Optional<String>> takeOn(
                UUID change, String person, Optional<String> worker, Instant now) {
            return atomic(
                    "take on",
                    () ->
                            rows.values().stream()
                                    .filter(row -> row.intent.change().equals(change))
                                    .filter(row -> row.intent.assisted())
                                    .filter(row -> row.state.equals("INTENDED"))
                                    .filter(row -> now.isBefore(row.intent.expiresAt()))
                                    .filter(row -> halted.over(row.intent.scopes()).isEmpty())
                                    .findFirst()
                                    .map(row -> {
                                        if (people.putIfAbsent(change, person) == null) {
                                            worker.ifPresent(each -> workers.put(change, each));
                                        }
                                        return people.get(change);
                                    }));
        }

        @Override
        public Uni<Optional<Granted>> granted(UUID change) {
            return atomic(
                    "granted",
                    () ->
                            rows.values().stream()
                                    .filter(row -> row.intent.change().equals(change))
                                    .filter(row -> row.state.equals("INTENDED"))
                                    .filter(row -> row.ends.isPresent())
                                    .findFirst()
                                    .map(row ->
                                            new Granted(
                                                    row.intent.authorization(),
                                                    row.intent.account(),
                                                    row.intent.owners())));
        }

        @Override
        public Uni<Boolean> endEarly(UUID authorization, String why) {
            return atomic(
                    "end early",
                    () -> {
                        Row row = rows.get(authorization);
                        if (!row.state.equals("INTENDED")
                                || !row.ends.map(clock.instant()::isBefore).orElse(false)) {
                            return false;
                        }
                        early.put(authorization, why);
                        rows.put(
                                authorization,
                                new Row(
                                        row.intent,
                                        row.state,
                                        row.attempt,
                                        row.interrupted,
                                        row.startedAt,
                                        Optional.empty(),
                                        row.reason,
                                        Optional.of(clock.instant())));
                        return true;
                    });
        }

        @Override
        public Uni<Grants> grants(Instant now) {
            return atomic(
                    "grants",
                    () ->
                            new Grants(
                                    rows.values().stream()
                                            .filter(row -> row.state.equals("INTENDED"))
                                            .filter(row -> row.ends.isPresent())
                                            .count(),
                                    0));
        }

        @Override
        public Uni<Optional<Shown>> find(UUID change) {
            return atomic(
                    "find",
                    () ->
                            rows.values().stream()
                                    .filter(row -> row.intent.change().equals(change))
                                    .findFirst()
                                    .map(World.this::shown));
        }

        private Stream<Row> free(Lot lot, Instant now) {
            return rows.values().stream()
                    .filter(row -> row.state.equals("INTENDED"))
                    .filter(row ->
                            row.leasedUntil
                                    .map(until -> until.isBefore(clock.instant()))
                                    .orElse(true))
                    .filter(row ->
                            row.startedAt.isPresent()
                                    || row.ends.isPresent()
                                    || !row.intent.hasToWait(now))
                    .filter(row -> row.ends.map(due -> !due.isAfter(clock.instant())).orElse(true))
                    .filter(row ->
                            row.ends.isPresent()
                                    || row.undo.isPresent()
                                    || row.intent.isExpired(now)
                                    || halted.over(row.intent.scopes()).isEmpty())
                    .filter(row ->
                            switch (lot) {
                                case Lot.On(var system) -> row.intent.target().equals(system);
                                case Lot.Expired _ ->
                                        row.startedAt.isEmpty()
                                                && row.ends.isEmpty()
                                                && row.intent.isExpired(now);
                                case Lot.Elsewhere(var systems) ->
                                        !systems.contains(row.intent.target());
                            })
                    .sorted(Comparator.comparing(row -> row.intent.expiresAt()));
        }

        private <T> Uni<T> atomic(String name, java.util.function.Supplier<T> work) {
            return Uni.createFrom()
                    .item(() -> {
                        synchronized (World.this) {
                            statements.merge(name, 1, Integer::sum);
                            return work.get();
                        }
                    });
        }
    }

    static final Duration PATIENCE = Duration.ofSeconds(60);

    final StandingClock clock = new StandingClock();
    final FakeTarget acme = new FakeTarget("keycloak:acme");
    final FakeTarget scim = new FakeTarget("scim:slow");
    final Executions executions = new FakeExecutions();
    final List<HandedOn> handedOn = new CopyOnWriteArrayList<>();
    final Map<String, Integer> statements = new ConcurrentHashMap<>();
    private final Map<UUID, Row> rows = new LinkedHashMap<>();
    private final Map<UUID, String> early = new java.util.concurrent.ConcurrentHashMap<>();
    private final Map<UUID, String> people = new java.util.concurrent.ConcurrentHashMap<>();
    private final Map<UUID, String> workers = new java.util.concurrent.ConcurrentHashMap<>();

    /** The workers that reports named, by change. */
    final Map<UUID, String> reportedWorkers = new java.util.concurrent.ConcurrentHashMap<>();

    /** Everybody's account carries a worker id. */
    Uni<Workers.Known> workerOf(String person) {
        return Uni.createFrom().item(new Workers.Known.Person(Optional.of("W-" + person)));
    }

    final Map<String, Plan> plans = new ConcurrentHashMap<>();
    volatile int refusedCommits;
    volatile InForce halted = InForce.NONE;
    volatile boolean ordersRead = true;

    /** One transaction after the other, so that who waits for a lock waits for the commit. */
    private final ExecutorService database =
            Executors.newSingleThreadExecutor(work -> {
                Thread thread = new Thread(work, "database");
                thread.setDaemon(true);
                return thread;
            });

    private int made;

    Instance instance() {
        return new Instance(Optional.empty(), Duration.ofMinutes(1));
    }

    Instance instanceThatDiesAt(StopPoints.Point point) {
        return new Instance(Optional.of(point), Duration.ofMinutes(1));
    }

    Instance instanceThatWaits(Duration patience) {
        return new Instance(Optional.empty(), patience);
    }

    /** An authorization to disable an account and to take it out of its two groups. */
    Intent intent(FakeTarget target, String account) {
        target.accounts.put(account, new TargetState(true, 0, List.of(SALES, STAFF)));
        return intent(target.system(), account, 0);
    }

    /** The same, authorized by a clock that is ahead of this one's. */
    Intent intentOfTheFuture(FakeTarget target, String account, Duration ahead) {
        Intent now = intent(target, account);
        return new Intent(
                now.authorization(),
                now.change(),
                now.cause(),
                now.target(),
                now.account(),
                now.plan(),
                now.planHash(),
                now.authorizedAt().plus(ahead),
                now.expiresAt().plus(ahead),
                now.assisted(),
                now.scopes());
    }

    Intent intent(String system, String account, int wrongHash) {
        int number = ++made;
        UUID change = new UUID(1, number);
        String text = "plan " + number;
        plans.put(
                text,
                new Plan(
                        change,
                        account,
                        system,
                        List.of(
                                new Step.DisableAccount(true),
                                new Step.LeaveGroups(List.of(SALES, STAFF)))));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Intent(
                new UUID(2, number),
                change,
                new UUID(3, number),
                system,
                account,
                bytes,
                wrongHash == 0 ? Hash.sha256(bytes).hex() : "0".repeat(64),
                clock.instant(),
                clock.instant().plusSeconds(3600),
                false,
                Set.of("mesh", "charter/leavers"));
    }

    /** The same, of a plan that takes its steps back if it fails for good. */
    Intent careful(FakeTarget target, String account) {
        Intent own = intent(target, account);
        Step disable = new Step.DisableAccount(true);
        Step leave = new Step.LeaveGroups(List.of(SALES, STAFF));
        plans.put(
                new String(own.plan(), StandardCharsets.UTF_8),
                new Plan(
                        own.change(),
                        account,
                        target.system(),
                        List.of(disable, leave),
                        Optional.empty(),
                        Map.of(
                                disable,
                                new Step.EnableAccount(),
                                leave,
                                new Step.JoinGroups(List.of(SALES, STAFF))),
                        Optional.empty()));
        return own;
    }

    /** An authorization to give an account another owner and disable it, or the owner back. */
    Intent transfer(FakeTarget target, String account, String from, String to) {
        Intent own = intent(target, account);
        target.accounts.computeIfPresent(account, (_, was) -> was.ownedBy(from));
        Step transfer = new Step.SetOwner(from, to);
        plans.put(
                new String(own.plan(), StandardCharsets.UTF_8),
                new Plan(
                        own.change(),
                        account,
                        target.system(),
                        List.of(transfer, new Step.DisableAccount(true)),
                        Optional.empty(),
                        Map.of(transfer, new Step.SetOwner(to, from)),
                        Optional.empty()));
        return own;
    }

    /**
     * An authorization to make an account for a worker and to let it into two groups; if that fails
     * for good it is removed again.
     */
    Intent creation(FakeTarget target, Step.CreateAccount create, boolean takesBack) {
        Intent own = intent(target.system(), Step.CreateAccount.YET_TO_BE + create.worker(), 0);
        plans.put(
                new String(own.plan(), StandardCharsets.UTF_8),
                new Plan(
                        own.change(),
                        own.account(),
                        target.system(),
                        List.of(create, new Step.JoinGroups(List.of(SALES, STAFF))),
                        Optional.empty(),
                        takesBack ? Map.of(create, new Step.DeleteAccount()) : Map.of(),
                        Optional.empty()));
        return own;
    }

    /** The same change, with these terms. */
    Intent on(Intent own, Intent.Terms terms) {
        return new Intent(
                own.authorization(),
                own.change(),
                own.cause(),
                own.target(),
                own.account(),
                own.plan(),
                own.planHash(),
                own.authorizedAt(),
                own.expiresAt(),
                own.assisted(),
                own.scopes(),
                own.owners(),
                terms);
    }

    /** An authorization, of an hour, to let an account into a group for two hours. */
    Intent grant(FakeTarget target, String account, boolean assisted) {
        return grant(target, account, assisted, Duration.ofHours(2));
    }

    /** An authorization to let an account into a group for so long. */
    Intent grant(FakeTarget target, String account, boolean assisted, Duration lasts) {
        Intent own = intent(target, account);
        plans.put(
                new String(own.plan(), StandardCharsets.UTF_8),
                new Plan(
                        own.change(),
                        account,
                        target.system(),
                        List.of(new Step.JoinGroup(EMERGENCY)),
                        Optional.of(new Plan.End(new Step.LeaveGroup(EMERGENCY), lasts))));
        return new Intent(
                own.authorization(),
                own.change(),
                own.cause(),
                own.target(),
                own.account(),
                own.plan(),
                own.planHash(),
                own.authorizedAt(),
                own.expiresAt(),
                assisted,
                own.scopes());
    }

    /** An authorization that a person is to execute. */
    Intent assisted(FakeTarget target, String account) {
        Intent own = intent(target, account);
        return new Intent(
                own.authorization(),
                own.change(),
                own.cause(),
                own.target(),
                own.account(),
                own.plan(),
                own.planHash(),
                own.authorizedAt(),
                own.expiresAt(),
                true,
                own.scopes());
    }

    private Executions.Shown shown(Row row) {
        return new Executions.Shown(
                row.intent.change(),
                row.intent.authorization(),
                row.state,
                row.intent.planHash(),
                row.startedAt.orElse(null),
                row.intent.expiresAt(),
                null,
                row.reason,
                row.intent.assisted(),
                people.get(row.intent.change()),
                halted.over(row.intent.scopes()).map(Halt::words).orElse(null),
                row.intent);
    }

    /** A person halts this scope, and nothing else is halted. */
    void halt(String scope) {
        halted =
                new InForce(
                        List.of(
                                new Halt(
                                        new UUID(7, 7),
                                        scope,
                                        "admin",
                                        "looks wrong",
                                        clock.instant())));
    }

    List<Report.Outcome> outcomes() {
        return handedOn.stream().map(each -> each.report().outcome()).toList();
    }

    synchronized long leased() {
        return rows.values().stream()
                .filter(row -> row.state.equals("INTENDED"))
                .filter(row ->
                        row.leasedUntil
                                .map(until -> !until.isBefore(clock.instant()))
                                .orElse(false))
                .count();
    }

    synchronized long open() {
        return rows.values().stream().filter(row -> row.state.equals("INTENDED")).count();
    }

    /** How many wait for another attempt. */
    synchronized long waiting() {
        return rows.values().stream()
                .filter(row -> row.state.equals("INTENDED") && !row.reason.isEmpty())
                .count();
    }

    /** Whether an attempt of each led to something. */
    synchronized boolean isTried() {
        return rows.values().stream()
                .noneMatch(row -> row.state.equals("INTENDED") && row.reason.isEmpty());
    }

    synchronized int statementsInAll() {
        return statements.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Waits for what other threads do. */
    static void until(BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it did not come true within " + PATIENCE);
            }
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
