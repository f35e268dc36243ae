package dev.remit.executor.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.texts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.remit.executor.application.Executions;
import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Next;
import dev.remit.executor.domain.Report;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.Halts;
import dev.remit.handoff.halt.InForce;
import dev.remit.handoff.postgres.Fields;
import dev.remit.handoff.postgres.Statement;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Executions as rows. Leases go by the database's clock, which all instances share. */
@Singleton
class PostgresExecutions implements Executions {
    private static final ObjectMapper JSON =
            new ObjectMapper().registerModules(new JavaTimeModule(), new Jdk8Module());

    private static final String HALTED =
            "exists (select 1 from handoff_halt where lifted_at is null"
                    + " and (handoff_halt.scope = any(string_to_array(execution.scopes, chr(10)))"
                    // of a scope that this build does not know: everything is halted
                    + " or left(handoff_halt.scope, 5) = 'mesh/'))";

    /**
     * Whether its authorization has begun, by the clock that its start is told by: the row may be
     * younger than the moment that was asked for. See {@link Intent#hasToWait}.
     */
    private static final String BEGUN =
            "(started_at is not null or ends_at is not null or authorized_at <= cast(:now as timestamptz)"
                    + " or authorized_at > cast(:now as timestamptz) + interval '"
                    + Intent.LONGEST_WAIT
                    + "')";

    /**
     * What no instance works on. What is halted waits, but not beyond its end: that is reported.
     */
    static final String FREE =
            "state = 'INTENDED' and (leased_until is null or leased_until < now()) and "
                    + BEGUN
                    // whatever has set the lease meanwhile, no grant ends early
                    + " and (ends_at is null or ends_at <= now())"
                    // what was granted ends whoever has halted what
                    // and so is taken back what failed for good
                    + " and (ends_at is not null or failed is not null or expires_at <= cast(:now as timestamptz) or not "
                    + HALTED
                    + ")";

    /**
     * Whether the digital employee is demoted under the execution's charter, see {@code
     * Scopes.own}.
     */
    private static final String DEMOTED =
            "exists (select 1 from handoff_halt where lifted_at is null and handoff_halt.scope like 'own/%%'"
                    + " and 'charter/' || substring(handoff_halt.scope from 5) = any(string_to_array(execution.scopes, chr(10))))";

    static final String STORE =
            "insert into execution"
                    + " (authorization_id, change_id, cause, target, account, plan, plan_hash, authorized_at, expires_at, assisted, scopes, owners, terms, state)"
                    + " select authorization_id, change_id, cause, target, account, decode(plan, 'base64'), plan_hash,"
                    + " cast(authorized_at as timestamptz), cast(expires_at as timestamptz), assisted, scopes, owners, terms,"
                    + " 'INTENDED'"
                    + " from unnest(cast(:authorizations as uuid[]), cast(:changes as uuid[]), cast(:causes as uuid[]),"
                    + " cast(:targets as text[]), cast(:accounts as text[]), cast(:plans as text[]),"
                    + " cast(:hashes as text[]), cast(:begins as text[]), cast(:ends as text[]), cast(:assisted as boolean[]),"
                    + " cast(:scopes as text[]), cast(:owners as text[]), cast(:terms as text[]))"
                    + " as intent (authorization_id, change_id, cause, target, account, plan, plan_hash, authorized_at, expires_at, assisted, scopes, owners, terms)"
                    + " order by authorization_id on conflict (authorization_id) do nothing";

    private static final String COLUMNS =
            "authorization_id, change_id, cause, target, account, plan, plan_hash, "
                    + "authorized_at, expires_at, state, attempt, interrupted, started_at, "
                    + "assisted, scopes, owners, early, person, worker, leased_until, ends_at, "
                    + "executed_at, terms, begun, failed, undo, outcome, reason, ending";

    private static final String QUALIFIED = "execution." + COLUMNS.replace(", ", ", execution.");

    private static final Fields<ExecutionRow> ROW =
            Fields.of(ExecutionRow.class, ExecutionRow::new, COLUMNS);

    static final String LEASE =
            "with due as materialized (select authorization_id from execution where "
                    + FREE
                    + " and %s order by expires_at limit cast(:most as integer) for update skip locked)"
                    + " update execution set attempt = attempt + 1, interrupted = started_at is not null,"
                    // what is not begun a person executes from now on; what is begun is finished
                    + " assisted = assisted or (started_at is null and ends_at is null and "
                    + DEMOTED
                    + "),"
                    + " started_at = coalesce(started_at, cast(:now as timestamptz)),"
                    // not when the transaction began: whoever leases counts from after that
                    + " leased_until = clock_timestamp() + cast(:millis as bigint) * interval '1 millisecond'"
                    + " from due where execution.authorization_id = due.authorization_id"
                    + " returning "
                    + QUALIFIED;

    /**
     * Skips what is being settled: waiting for it could be a deadlock. What was settled is not
     * leased any more, and its time to be free again stays.
     */
    static final String PROLONG =
            "with mine as materialized (select authorization_id from execution"
                    + " join unnest(cast(:authorizations as uuid[]), cast(:numbers as integer[])) as held (id, number)"
                    + " on authorization_id = held.id and attempt = held.number"
                    + " where state = 'INTENDED' and started_at is not null for update of execution skip locked)"
                    + " update execution set leased_until = now() + cast(:millis as bigint) * interval '1 millisecond'"
                    + " from mine where execution.authorization_id = mine.authorization_id"
                    + " returning execution.authorization_id";

    /**
     * Found by its key alone: the index of what is intended would be read whole while it is little.
     */
    static final String SETTLE =
            "update execution set state = settled.state,"
                    // what became of the execution stays, whatever becomes of its grant's end
                    + " outcome = coalesce(execution.outcome, nullif(settled.outcome, '')),"
                    + " reason = case when execution.ends_at is null then settled.reason else execution.reason end,"
                    + " ending = case when execution.ends_at is not null then settled.reason end,"
                    + " executed_at = coalesce(execution.executed_at, case when settled.ends <> '' then execution.started_at end),"
                    + " ends_at = coalesce(execution.ends_at, cast(nullif(settled.ends, '') as timestamptz)),"
                    + " started_at = case when settled.begun then execution.started_at end,"
                    // what touched nothing may be done by somebody else until the next attempt
                    + " begun = case when settled.begun then execution.begun end,"
                    + " failed = coalesce(execution.failed, nullif(settled.failed, '')),"
                    + " undo = coalesce(execution.undo, nullif(settled.undo, '')),"
                    + " leased_until = case when settled.ends <> '' then cast(nullif(settled.ends, '') as timestamptz)"
                    + " when settled.state = 'INTENDED' and settled.failed = ''"
                    + " then now() + cast(:millis as bigint) * interval '1 millisecond' end"
                    + " from unnest(cast(:authorizations as uuid[]), cast(:numbers as integer[]), cast(:states as text[]),"
                    + " cast(:outcomes as text[]), cast(:reasons as text[]), cast(:begun as boolean[]), cast(:ends as text[]),"
                    + " cast(:failed as text[]), cast(:undo as text[]))"
                    + " as settled (id, number, state, outcome, reason, begun, ends, failed, undo)"
                    + " where authorization_id = settled.id and attempt = settled.number"
                    + " and execution.state || '' = 'INTENDED' returning authorization_id";

    static final String BEGIN =
            "update execution set begun = coalesce(begun, :steps)"
                    + " where authorization_id = :authorization and attempt = :number and state = 'INTENDED'"
                    + " and leased_until > now() returning authorization_id";

    private static final String TAKE_ON =
            "update execution set person = coalesce(person, :person),"
                    + " worker = case when person is null then nullif(:worker, '') else worker end"
                    + " where change_id = :change and assisted and state = 'INTENDED' and ends_at is null"
                    + " and expires_at > cast(:now as timestamptz) and not "
                    + HALTED
                    + " returning person";

    static final String GRANTED =
            "select authorization_id, account, owners from execution"
                    + " where change_id = :change and state = 'INTENDED' and ends_at is not null";

    /** What rests until its end is leased by nobody. */
    static final String END_EARLY =
            "update execution set ends_at = now(), leased_until = null, early = :why"
                    + " where authorization_id = :authorization and state = 'INTENDED' and ends_at > now()"
                    + " returning authorization_id";

    private static final String GRANTS =
            "select count(*), count(*) filter (where ends_at < cast(:late as timestamptz))"
                    + " from execution where state = 'INTENDED' and ends_at is not null";

    private final Halts halts;

    PostgresExecutions(Halts halts) {
        this.halts = halts;
    }

    @Override
    public Uni<Void> store(Collection<Intent> intents) {
        return Statement.named(
                        STORE,
                        Map.ofEntries(
                                Map.entry("authorizations", ids(intents, Intent::authorization)),
                                Map.entry("changes", ids(intents, Intent::change)),
                                Map.entry("causes", ids(intents, Intent::cause)),
                                Map.entry("targets", texts(intents, Intent::target)),
                                Map.entry("accounts", texts(intents, Intent::account)),
                                Map.entry(
                                        "plans",
                                        texts(
                                                intents,
                                                intent ->
                                                        Base64.getEncoder()
                                                                .encodeToString(intent.plan()))),
                                Map.entry("hashes", texts(intents, Intent::planHash)),
                                Map.entry(
                                        "begins",
                                        texts(intents, intent -> intent.authorizedAt().toString())),
                                Map.entry(
                                        "ends",
                                        texts(intents, intent -> intent.expiresAt().toString())),
                                Map.entry(
                                        "scopes",
                                        texts(
                                                intents,
                                                intent -> String.join("\n", intent.scopes()))),
                                Map.entry(
                                        "owners",
                                        texts(
                                                intents,
                                                intent ->
                                                        intent.owners().stream()
                                                                .sorted()
                                                                .collect(
                                                                        Collectors.joining("\n")))),
                                Map.entry("terms", texts(intents, intent -> json(intent.terms()))),
                                Map.entry(
                                        "assisted",
                                        intents.stream()
                                                .map(Intent::assisted)
                                                .toArray(Boolean[]::new))))
                .affected()
                .replaceWithVoid();
    }

    @Override
    public Uni<Set<Lot>> due(Collection<Lot> lots, Instant now) {
        List<Lot> asked = List.copyOf(lots);
        var sql = new StringBuilder();
        for (int n = 0; n < asked.size(); n++) {
            sql.append(n == 0 ? "" : " union all ")
                    .append("select ")
                    .append(n)
                    .append(" where exists (select 1 from execution where ")
                    .append(FREE)
                    .append(" and ")
                    .append(of(asked.get(n), "lot" + n))
                    .append(")");
        }
        Map<String, Object> parameters = new HashMap<>(Map.of("now", now));
        for (int n = 0; n < asked.size(); n++) {
            parameters.put("lot" + n, parameter(asked.get(n), now));
        }
        return Panache.withSession(
                        () -> Statement.named(sql.toString(), parameters).values(Integer.class))
                .map(due -> due.stream().map(asked::get).collect(Collectors.toSet()));
    }

    @Override
    public Uni<List<Leased>> lease(Lot lot, int most, Duration lease, Instant now) {
        return Statement.named(
                        LEASE.formatted(of(lot, "lot")),
                        Map.of(
                                "lot",
                                parameter(lot, now),
                                "most",
                                most,
                                "now",
                                now,
                                "millis",
                                lease.toMillis()))
                .rows(ROW.andThen(PostgresExecutions::leased));
    }

    @Override
    public Uni<Boolean> begin(UUID authorization, int number, Set<String> steps) {
        return Statement.named(
                        BEGIN,
                        Map.of(
                                "steps",
                                sorted(steps),
                                "authorization",
                                authorization,
                                "number",
                                number))
                .values(UUID.class)
                .map(begun -> !begun.isEmpty());
    }

    @Override
    public Uni<Set<UUID>> prolong(Collection<Leased> leases, Duration lease) {
        return Panache.withTransaction(() ->
                        Statement.named(
                                        PROLONG,
                                        Map.of(
                                                "authorizations",
                                                ids(leases, each -> each.intent().authorization()),
                                                "numbers",
                                                numbers(leases, Leased::number),
                                                "millis",
                                                lease.toMillis()))
                                .values(UUID.class))
                .map(Set::copyOf);
    }

    @Override
    public Uni<Set<UUID>> settle(Collection<Settlement> settlements, Duration pause) {
        return Statement.named(
                        SETTLE,
                        Map.of(
                                "authorizations",
                                ids(settlements, Settlement::authorization),
                                "numbers",
                                numbers(settlements, Settlement::number),
                                "states",
                                texts(
                                        settlements,
                                        each ->
                                                switch (each.last()) {
                                                    case Next.End _ when each.ends().isPresent() ->
                                                            "INTENDED";
                                                    case Next.End _ -> "DONE";
                                                    case Next.Compensate _, Next.Later _ ->
                                                            "INTENDED";
                                                }),
                                "outcomes",
                                texts(
                                        settlements,
                                        each ->
                                                switch (each.last()) {
                                                    case Next.End(var report) ->
                                                            report.outcome().name();
                                                    case Next.Compensate _, Next.Later _ -> "";
                                                }),
                                "reasons",
                                texts(
                                        settlements,
                                        each ->
                                                switch (each.last()) {
                                                    case Next.End(var report) -> report.reason();
                                                    case Next.Compensate(var failed, _) ->
                                                            failed.reason();
                                                    case Next.Later(var reason, _) -> reason;
                                                }),
                                "begun",
                                settlements.stream()
                                        .map(each ->
                                                switch (each.last()) {
                                                    case Next.End _ -> each.ends().isEmpty();
                                                    case Next.Compensate _ -> true;
                                                    case Next.Later(_, var begun) -> begun;
                                                })
                                        .toArray(Boolean[]::new),
                                "ends",
                                texts(
                                        settlements,
                                        each -> each.ends().map(Instant::toString).orElse("")),
                                "failed",
                                texts(
                                        settlements,
                                        each ->
                                                each.last()
                                                                instanceof
                                                                Next.Compensate(var failed, _)
                                                        ? json(failed)
                                                        : ""),
                                "undo",
                                texts(
                                        settlements,
                                        each ->
                                                each.last() instanceof Next.Compensate(_, var undo)
                                                        ? sorted(undo)
                                                        : ""),
                                "millis",
                                pause.toMillis()))
                .values(UUID.class)
                .map(HashSet::new);
    }

    @Override
    public Uni<Optional<String>> takeOn(
            UUID change, String person, Optional<String> worker, Instant now) {
        return Panache.withTransaction(() ->
                        Statement.named(
                                        TAKE_ON,
                                        Map.of(
                                                "change",
                                                change,
                                                "person",
                                                person,
                                                "worker",
                                                worker.orElse(""),
                                                "now",
                                                now))
                                .values(String.class))
                .map(people -> people.stream().findFirst());
    }

    @Override
    public Uni<Optional<Granted>> granted(UUID change) {
        return Panache.withSession(() -> Statement.named(GRANTED, Map.of("change", change)).rows())
                .map(rows ->
                        rows.stream()
                                .findFirst()
                                .map(row ->
                                        new Granted(
                                                (UUID) row[0],
                                                (String) row[1],
                                                lines((String) row[2]))));
    }

    @Override
    public Uni<Boolean> endEarly(UUID authorization, String why) {
        return Panache.withTransaction(() ->
                        Statement.named(
                                        END_EARLY,
                                        Map.of("authorization", authorization, "why", why))
                                .values(UUID.class))
                .map(ended -> !ended.isEmpty());
    }

    @Override
    public Uni<Grants> grants(Instant now) {
        return Panache.withSession(
                        () -> Statement.named(GRANTS, Map.of("late", now.minusSeconds(60))).only())
                .map(row ->
                        new Grants(((Number) row[0]).longValue(), ((Number) row[1]).longValue()));
    }

    @Override
    public Uni<Optional<Shown>> find(UUID change) {
        return Panache.withSession(() ->
                ExecutionRow.<ExecutionRow>find("changeId = ?1 order by expiresAt desc", change)
                        .page(0, 1)
                        .firstResult()
                        .chain(row ->
                                row == null
                                        ? Uni.createFrom().item(Optional.empty())
                                        : halts.inForce()
                                                .map(halted -> Optional.of(shown(row, halted)))));
    }

    /** A lot as a condition, with one parameter of this name. */
    private static String of(Lot lot, String parameter) {
        return switch (lot) {
            case Lot.On _ -> "target = :" + parameter;
            case Lot.Expired _ ->
                    "started_at is null and ends_at is null and expires_at <= cast(:"
                            + parameter
                            + " as timestamptz)";
            case Lot.Elsewhere _ -> "target <> all(cast(:" + parameter + " as text[]))";
        };
    }

    private static Object parameter(Lot lot, Instant now) {
        return switch (lot) {
            case Lot.On(String system) -> system;
            case Lot.Expired _ -> now;
            case Lot.Elsewhere(Set<String> systems) -> systems.toArray(String[]::new);
        };
    }

    private static Intent intent(ExecutionRow row) {
        return new Intent(
                row.authorizationId,
                row.changeId,
                row.cause,
                row.target,
                row.account,
                row.plan,
                row.planHash,
                row.authorizedAt,
                row.expiresAt,
                row.assisted,
                scopes(row),
                lines(row.owners),
                row.terms.equals("{}") ? Intent.Terms.NONE : read(row.terms, Intent.Terms.class));
    }

    private static Leased leased(ExecutionRow row) {
        return new Leased(
                intent(row),
                row.attempt,
                row.interrupted,
                Objects.requireNonNull(row.startedAt, "a leased execution was started"),
                Optional.ofNullable(row.person),
                Optional.ofNullable(row.worker),
                Optional.ofNullable(row.endsAt),
                Optional.ofNullable(row.early),
                Optional.ofNullable(row.begun).map(PostgresExecutions::lines),
                row.failed == null || row.undo == null
                        ? Optional.empty()
                        : Optional.of(new Undo(read(row.failed, Report.class), lines(row.undo))));
    }

    private static Shown shown(ExecutionRow row, InForce halted) {
        return new Shown(
                row.changeId,
                row.authorizationId,
                row.state.equals("INTENDED") && row.endsAt != null ? "GRANTED" : row.state,
                row.planHash,
                row.executedAt == null ? row.startedAt : row.executedAt,
                row.expiresAt,
                row.outcome,
                row.state.equals("INTENDED") && row.ending != null ? row.ending : row.reason,
                row.assisted,
                row.person,
                halted.over(scopes(row)).map(Halt::words).orElse(null),
                intent(row));
    }

    static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static <T> T read(String json, Class<T> as) {
        try {
            return JSON.readValue(json, as);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "the stored " + as.getSimpleName() + " does not read", e);
        }
    }

    private static String sorted(Set<String> lines) {
        return lines.stream().sorted().collect(Collectors.joining("\n"));
    }

    private static Set<String> lines(String text) {
        return text.lines().collect(Collectors.toUnmodifiableSet());
    }

    private static Set<String> scopes(ExecutionRow row) {
        return Set.of(row.scopes.split("\n", -1));
    }

    private static <T> Integer[] numbers(Collection<T> all, Function<T, Integer> number) {
        return all.stream().map(number).toArray(Integer[]::new);
    }
}
