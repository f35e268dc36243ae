package dev.remit.readiness.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.postgres.Statement;
import dev.remit.readiness.adapter.kafka.AvroLetters;
import dev.remit.readiness.application.Readinesses;
import dev.remit.readiness.domain.Concern;
import dev.remit.readiness.domain.Judgement.Fact;
import dev.remit.readiness.domain.Judgement.State;
import dev.remit.readiness.domain.Judgement.Verdict;
import dev.remit.readiness.domain.Plan;
import dev.remit.readiness.domain.Proposal;
import dev.remit.readiness.domain.Readiness;
import dev.remit.readiness.domain.Readiness.Held;
import dev.remit.readiness.domain.Readiness.Judged;
import dev.remit.readiness.domain.Withdrawal;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How each change stands, one row each, and what the held ones wait for. Rows are read as entities
 * that are not kept in the session, and written by one upsert, so that what is read is always what
 * is stored.
 */
@Singleton
class PostgresReadinesses implements Readinesses {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What was taken back before it came has neither change nor proposal: both come with it. */
    static final String STORE =
            """
            insert into readiness (change_id, change, cause, state, reasons, facts, plan, plan_hash, corrections,
              held_since, hold_until, look_at)
            select change_id, decode(change, 'base64'), cause, state, reasons, facts, plan, plan_hash, corrections,
              held_since, hold_until, look_at
            from json_to_recordset(cast(cast(?1 as text) as json)) as kept (change_id uuid, change text, cause uuid,
              state text, reasons text, facts text, plan text, plan_hash text, corrections text,
              held_since timestamptz, hold_until timestamptz, look_at timestamptz)
            order by change_id
            on conflict (change_id) do update set state = excluded.state, reasons = excluded.reasons,
              facts = excluded.facts, plan = excluded.plan, plan_hash = excluded.plan_hash,
              corrections = excluded.corrections,
              held_since = excluded.held_since, hold_until = excluded.hold_until, look_at = excluded.look_at,
              change = coalesce(readiness.change, excluded.change),
              cause = case when readiness.change is null then excluded.cause else readiness.cause end
            """;

    static final String REMEMBER =
            """
            insert into readiness (change_id, cause, state, reasons, facts, corrections, held_since, look_at, withdrawal)
            select change_id, cause, 'TAKEN_BACK', reasons, '[]', '{}', null, null, withdrawal
            from json_to_recordset(cast(cast(?1 as text) as json)) as taken (change_id uuid, cause uuid, reasons text,
              withdrawal text)
            order by change_id
            on conflict (change_id) do nothing
            """;

    /** A fact as it is kept; rows of before V11 lack the last two. */
    private record KeptFact(
            String name,
            String state,
            String value,
            String source,
            String reason,
            @Nullable String observedAt,
            boolean corrected) {}

    /**
     * Who took a change back before it came; the message and the reason have columns of their own.
     */
    private record KeptWithdrawal(String by, String kind, @Nullable String principal) {}

    /** What a held change waits for, and the facts that people were asked for. */
    private record Waits(Set<Concern> concerns, Set<String> asked) {
        static Waits none() {
            return new Waits(new LinkedHashSet<>(), new TreeSet<>());
        }
    }

    @Override
    public Uni<Map<UUID, Readiness>> load(Collection<UUID> changes) {
        return Panache.withSession(() ->
                new Statement(
                                "select "
                                        + ReadinessRow.COLUMNS
                                        + " from readiness where change_id = any(cast(?1 as uuid[]))",
                                ids(changes))
                        .rows(ReadinessRow.FIELDS)
                        .chain(rows -> waits(rows).map(waits -> read(rows, waits))));
    }

    @Override
    public Uni<Void> store(Collection<Readiness.Kept> readinesses) {
        ArrayNode rows = JSON.createArrayNode();
        readinesses.forEach(each -> rows.add(row(each)));
        return new Statement(STORE, rows.toString()).and(await(readinesses));
    }

    @Override
    public Uni<Void> remember(Collection<Readiness.TakenBack> takenBack) {
        ArrayNode rows = JSON.createArrayNode();
        takenBack.forEach(each -> rows.add(row(each.withdrawal())));
        return new Statement(REMEMBER, rows.toString()).execute();
    }

    @Override
    public Uni<List<UUID>> waitingFor(Collection<Concern> concerns, UUID after, int limit) {
        return new Statement(
                        "select distinct change_id from awaited where concern = any(cast(?1 as text[])) and change_id > ?2"
                                + " order by change_id limit ?3",
                        texts(concerns, ConcernKey::of),
                        after,
                        limit)
                .values(UUID.class);
    }

    @Override
    public Uni<Void> lookAtOnce(Collection<Concern> concerns, UUID after, Instant now) {
        return new Statement(
                        "update readiness set look_at = ?3 where state = 'HELD' and look_at > ?3 and change_id in"
                                + " (select change_id from awaited where concern = any(cast(?1 as text[])) and change_id > ?2)",
                        texts(concerns, ConcernKey::of),
                        after,
                        time(now))
                .execute();
    }

    @Override
    public Uni<List<UUID>> due(Instant now, int limit) {
        return new Statement(
                        "select change_id from readiness where state = 'HELD' and look_at <= ?1 order by look_at limit ?2",
                        time(now),
                        limit)
                .values(UUID.class);
    }

    @Override
    public Uni<List<HeldFor>> held() {
        return new Statement(
                        "select reasons, count(*), cast(extract(epoch from now() - min(held_since)) as bigint)"
                                + " from readiness where state = 'HELD' group by reasons")
                .rows(row ->
                        new HeldFor(
                                (String) row[0],
                                ((Number) row[1]).longValue(),
                                Duration.ofSeconds(Math.max(0, ((Number) row[2]).longValue()))));
    }

    /** What these changes wait for from now on, and nothing else. */
    private static Uni<Void> await(Collection<Readiness.Kept> readinesses) {
        List<UUID> changes = new ArrayList<>();
        List<String> concerns = new ArrayList<>();
        for (Readiness.Kept each : readinesses) {
            if (each instanceof Held held) {
                for (Concern concern : held.waitsFor()) {
                    changes.add(held.proposal().change());
                    concerns.add(ConcernKey.of(concern));
                }
            }
        }
        return new Statement(
                        """
                        with kept as (
                          select change_id, concern
                          from unnest(cast(?2 as uuid[]), cast(?3 as text[])) as kept (change_id, concern)),
                        ended as (
                          delete from awaited where change_id = any(cast(?1 as uuid[])) and not exists (
                            select from kept where kept.change_id = awaited.change_id and kept.concern = awaited.concern))
                        insert into awaited (concern, change_id)
                        select concern, change_id from kept order by concern, change_id on conflict do nothing
                        """,
                        ids(readinesses, each -> each.proposal().change()),
                        ids(changes),
                        texts(concerns))
                .execute();
    }

    private static Uni<Map<UUID, Waits>> waits(List<ReadinessRow> rows) {
        List<UUID> held =
                rows.stream()
                        .filter(row -> row.state.equals("HELD"))
                        .map(row -> row.changeId)
                        .toList();
        return held.isEmpty()
                ? Uni.createFrom().item(Map.of())
                : new Statement(
                                "select change_id, true, fact from correction where change_id = any(cast(?1 as uuid[]))"
                                        + " union all"
                                        + " select change_id, false, concern from awaited where change_id = any(cast(?1 as uuid[]))"
                                        + " order by 1, 2, 3",
                                ids(held))
                        .rows()
                        .map(PostgresReadinesses::waits);
    }

    private static Map<UUID, Waits> waits(Collection<Object[]> rows) {
        Map<UUID, Waits> waits = new HashMap<>();
        for (Object[] row : rows) {
            Waits each = waits.computeIfAbsent((UUID) row[0], change -> Waits.none());
            if ((Boolean) row[1]) {
                each.asked().add((String) row[2]);
            } else {
                each.concerns().add(ConcernKey.read((String) row[2]));
            }
        }
        return waits;
    }

    private static Map<UUID, Readiness> read(List<ReadinessRow> rows, Map<UUID, Waits> waits) {
        Map<UUID, Readiness> read = new HashMap<>();
        rows.forEach(row ->
                read.put(row.changeId, read(row, waits.getOrDefault(row.changeId, Waits.none()))));
        return read;
    }

    private static Readiness read(ReadinessRow row, Waits waits) {
        if (row.change == null) {
            return new Readiness.TakenBack(withdrawal(row));
        }
        Proposal proposal = new Proposal(AvroLetters.request(row.change), row.cause, row.change);
        Map<String, String> corrections =
                parse(row.corrections, new TypeReference<TreeMap<String, String>>() {});
        List<Fact> facts =
                parse(row.facts, new TypeReference<List<KeptFact>>() {}).stream()
                        .map(PostgresReadinesses::fact)
                        .toList();
        return row.state.equals("HELD")
                ? new Held(
                        proposal,
                        facts,
                        row.reasons,
                        waits.concerns(),
                        waits.asked(),
                        corrections,
                        held(row.heldSince),
                        held(row.holdUntil),
                        held(row.lookAt))
                : new Judged(
                        proposal,
                        facts,
                        Verdict.valueOf(row.state),
                        row.reasons,
                        row.plan == null || row.planHash == null
                                ? Optional.empty()
                                : Optional.of(new Plan(row.plan, row.planHash)),
                        corrections);
    }

    private static Withdrawal withdrawal(ReadinessRow row) {
        KeptWithdrawal kept =
                parse(
                        Objects.requireNonNull(row.withdrawal, "who took it back is kept"),
                        new TypeReference<KeptWithdrawal>() {});
        return new Withdrawal(
                row.changeId,
                row.cause,
                kept.by(),
                kept.kind(),
                Optional.ofNullable(kept.principal()),
                row.reasons);
    }

    private static ObjectNode row(Withdrawal withdrawal) {
        ObjectNode row = JSON.createObjectNode();
        row.put("change_id", withdrawal.change().toString());
        row.put("cause", withdrawal.message().toString());
        row.put("reasons", withdrawal.reason());
        row.put(
                "withdrawal",
                text(
                        new KeptWithdrawal(
                                withdrawal.by(),
                                withdrawal.kind(),
                                withdrawal.principal().orElse(null))));
        return row;
    }

    private static Instant held(@Nullable Instant time) {
        return Objects.requireNonNull(time, "a held change has its times");
    }

    private static ObjectNode row(Readiness.Kept kept) {
        ObjectNode row = JSON.createObjectNode();
        row.put("change_id", kept.proposal().change().toString());
        row.put("change", Base64.getEncoder().encodeToString(kept.proposal().kept()));
        row.put("cause", kept.proposal().message().toString());
        row.put("facts", text(kept.facts().stream().map(PostgresReadinesses::kept).toList()));
        row.put("corrections", text(kept.corrections()));
        switch (kept) {
            case Held held -> {
                row.put("state", Verdict.HELD.name());
                row.put("reasons", held.reasons());
                row.put("held_since", held.since().toString());
                row.put("hold_until", held.until().toString());
                row.put("look_at", held.lookAt().toString());
            }
            case Judged judged -> {
                row.put("state", judged.verdict().name());
                row.put("reasons", judged.reason());
                judged.plan().ifPresent(plan -> row.put("plan", plan.json()));
                judged.plan().ifPresent(plan -> row.put("plan_hash", plan.hash()));
            }
        }
        return row;
    }

    private static Fact fact(KeptFact kept) {
        return new Fact(
                kept.name(),
                State.valueOf(kept.state()),
                kept.value().isEmpty() ? Optional.empty() : Optional.of(kept.value()),
                kept.source(),
                Optional.ofNullable(kept.observedAt()).map(Instant::parse),
                kept.corrected(),
                kept.reason());
    }

    private static KeptFact kept(Fact fact) {
        return new KeptFact(
                fact.name(),
                fact.state().name(),
                fact.value().orElse(""),
                fact.source(),
                fact.reason(),
                fact.observedAt().map(Instant::toString).orElse(null),
                fact.enriched());
    }

    private static <T> T parse(String json, TypeReference<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a kept readiness does not read", e);
        }
    }

    private static String text(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON", e);
        }
    }
}
