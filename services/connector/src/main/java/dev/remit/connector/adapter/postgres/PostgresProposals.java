package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.remit.connector.application.Proposals;
import dev.remit.connector.domain.Admission;
import dev.remit.connector.domain.Proposal;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Proposals, kept as JSON. */
@Singleton
class PostgresProposals implements Proposals {
    private static final String STANDING =
            "change_id, request, since, proposed, withdrawn_at, ended_at, outcome, case when proposed then null else brake_id end, superseded";

    /** Held, and a person let it go on. */
    private static final String RELEASED =
            " exists (select 1 from brake where brake.id = proposal.brake_id and brake.outcome = 'RELEASED')";

    /** Another change about the same is under way. */
    private static final String BEHIND =
            " exists (select 1 from proposal other where other.subject_id = any(array("
                    + "select proposal.subject_id union all select account.id from account"
                    + " where account.system = proposal.target and account.worker_id = proposal.subject_id))"
                    + " and other.target = proposal.target"
                    + " and (other.action = proposal.action or other.effect = proposal.effect)"
                    + " and other.proposed and other.ended_at is null and other.unproved_at is null)";

    static final String DUE =
            "select change_id from proposal where not proposed and ended_at is null and due_on <= ?1"
                    + " and (brake_id is null or"
                    + RELEASED
                    + ") and not "
                    + BEHIND
                    + " order by due_on limit ?2";

    /**
     * A change is about a worker also if it names their account, read when nobody was behind it.
     * Each is looked up by itself, whatever statistics say: few changes are open as a rule, and a
     * plan that begins with those reads all of them for each that is asked for when thousands are.
     * The fifth parameter: only what is under way.
     */
    static final String OPEN =
            "with wanted as (select * from"
                    + " unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]))"
                    + " as each (subject_id, target, action, effect)),"
                    + " asked as (select subject_id as known_as, wanted.* from wanted"
                    + " union all select account.id, wanted.* from wanted cross join lateral"
                    + " (select id from account where system = wanted.target and worker_id = wanted.subject_id offset 0) as account)"
                    + " select asked.subject_id, asked.target, asked.action, asked.effect, opened.change_id"
                    + " from asked cross join lateral (select change_id from proposal"
                    + " where subject_id = asked.known_as and target = asked.target"
                    + " and (action = asked.action or effect = asked.effect)"
                    + " and ended_at is null and unproved_at is null and (proposed or not cast(?5 as boolean)) offset 0) as opened";

    /**
     * Found by its key alone: the index of the open ones would be read whole while they are few.
     */
    static final String END =
            "update proposal set ended_at = cast(ended.at as timestamptz), outcome = ended.outcome"
                    + " from unnest(cast(?1 as uuid[]), cast(?2 as text[]), cast(?3 as text[])) as ended (change_id, outcome, at)"
                    + " where proposal.change_id = ended.change_id and coalesce(proposal.ended_at, 'infinity') = 'infinity'";

    /**
     * What goes on in fields; see {@link #load}. The minute in which the hour began counts whole.
     */
    static final String LOAD =
            """
            select asked.charter, asked.target,
              (select cast(coalesce(sum(changes), 0) as bigint) from proposed_in_minute
                 where charter = asked.charter and minute > cast(?3 as timestamptz) - interval '1 minute'),
              case when asked.charter = any(cast(?4 as text[])) then (select count(*) from (
                 select subject_id from proposal where charter = asked.charter and target = asked.target
                   and proposed_at > cast(?3 as timestamptz) and brake_id is null
                 union
                 select subject_id from proposal where charter = asked.charter and target = asked.target
                   and proposed and ended_at is null and brake_id is null) as touched) else 0 end
            from unnest(cast(?1 as text[]), cast(?2 as text[])) as asked (charter, target)
            """;

    /** See {@link #makingForWhoLeft}; by the index proposal_making. */
    static final String MAKING =
            "select proposal.change_id from proposal join worker on worker.worker_id = proposal.subject_id"
                    + " where proposal.proposed and proposal.ended_at is null and proposal.withdrawn_at is null"
                    + " and proposal.effect like '%create-account%' and"
                    + PostgresHrEvents.LEFT
                    + " limit ?2";

    /** Keeps what is not known; see {@link #add}. */
    static final String ADD =
            "insert into proposal (change_id, due_on, proposed, request, effect, since, proposed_at)"
                    + " select cast(change_id as uuid), cast(due_on as date), proposed = 'true', request, nullif(effect, ''),"
                    + " cast(?6 as timestamptz), case when proposed = 'true' then cast(?6 as timestamptz) end"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]), cast(?5 as text[]))"
                    + " as wanted (change_id, due_on, request, effect, proposed)"
                    + " order by 1 on conflict (change_id) do update set due_on = excluded.due_on, proposed = excluded.proposed,"
                    + " request = excluded.request, effect = excluded.effect, since = excluded.since,"
                    + " proposed_at = excluded.proposed_at, brake_id = null, ended_at = null, outcome = null"
                    + " where not proposal.proposed and proposal.outcome in ('REFUSED', 'DISCARDED') returning change_id";

    static final String RENEW =
            "update proposal set request = renewed.request, effect = nullif(renewed.effect, '')"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[])) as renewed (change_id, request, effect)"
                    + " where proposal.change_id = cast(renewed.change_id as uuid) and not proposal.proposed and proposal.ended_at is null";

    /** A brake holds these; see {@link #hold}. */
    static final String HOLD =
            "insert into proposal (change_id, due_on, proposed, request, effect, since, brake_id)"
                    + " select cast(change_id as uuid), cast(due_on as date), false, request, nullif(effect, ''), cast(?6 as timestamptz), cast(?5 as uuid)"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]))"
                    + " as wanted (change_id, due_on, request, effect)"
                    + " order by 1 on conflict (change_id) do update set brake_id = excluded.brake_id,"
                    + " request = case when proposal.ended_at is null then proposal.request else excluded.request end,"
                    + " effect = case when proposal.ended_at is null then proposal.effect else excluded.effect end,"
                    + " since = case when proposal.ended_at is null then proposal.since else excluded.since end,"
                    + " ended_at = null, outcome = null"
                    + " where not proposal.proposed and ((proposal.ended_at is null and proposal.brake_id is null)"
                    + " or proposal.outcome in ('REFUSED', 'DISCARDED'))";

    private static final ObjectMapper JSON = new ObjectMapper().registerModule(new Jdk8Module());

    /** The JSON in column request. */
    record Request(Proposal proposal, @Nullable UUID cause) {}

    @Override
    public Uni<Set<UUID>> add(Collection<Kept> proposals, LocalDate today, Instant now) {
        return insert(proposals, each -> !each.due().isAfter(today), now);
    }

    @Override
    public Uni<Set<UUID>> addBehind(Collection<Kept> proposals, Instant now) {
        return insert(proposals, _ -> false, now);
    }

    private static Uni<Set<UUID>> insert(
            Collection<Kept> proposals, Predicate<Kept> proposed, Instant now) {
        return new Statement(
                        ADD,
                        texts(proposals, each -> each.change().toString()),
                        texts(proposals, each -> each.due().toString()),
                        texts(proposals, each -> text(new Request(each.proposal(), each.cause()))),
                        texts(proposals, Kept::effect),
                        texts(proposals, each -> String.valueOf(proposed.test(each))),
                        time(now))
                .values(UUID.class)
                .map(HashSet::new);
    }

    @Override
    public Uni<List<UUID>> due(LocalDate today, int atMost) {
        return new Statement(DUE, today, atMost).values(UUID.class);
    }

    @Override
    public Uni<List<Waiting>> waiting(Collection<UUID> changes) {
        return new Statement(
                        "select change_id, due_on, request, effect, brake_id is not null from proposal"
                                + " where not proposed and ended_at is null and (brake_id is null or"
                                + RELEASED
                                + ") and change_id = any(cast(?1 as uuid[]))",
                        ids(changes))
                .rows(row -> new Waiting(kept(row), (Boolean) row[4]));
    }

    @Override
    public Uni<Void> renew(Collection<Kept> proposals) {
        return new Statement(
                        RENEW,
                        texts(proposals, each -> each.change().toString()),
                        texts(proposals, each -> text(new Request(each.proposal(), each.cause()))),
                        texts(proposals, Kept::effect))
                .execute();
    }

    @Override
    public Uni<Void> take(Collection<UUID> changes, Instant now) {
        return new Statement(
                        "update proposal set proposed = true, proposed_at = cast(?2 as timestamptz)"
                                + " where change_id = any(cast(?1 as uuid[]))",
                        ids(changes),
                        time(now))
                .execute();
    }

    @Override
    public Uni<Void> hold(Collection<Kept> proposals, UUID brake, Instant now) {
        return new Statement(
                        HOLD,
                        texts(proposals, each -> each.change().toString()),
                        texts(proposals, each -> each.due().toString()),
                        texts(proposals, each -> text(new Request(each.proposal(), each.cause()))),
                        texts(proposals, Kept::effect),
                        brake,
                        time(now))
                .execute();
    }

    @Override
    public Uni<List<UUID>> discarded(int atMost) {
        return new Statement(
                        "select change_id from proposal where brake_id is not null and not proposed and ended_at is null"
                                + " and exists (select 1 from brake where brake.id = proposal.brake_id and brake.outcome = 'DISCARDED')"
                                + " limit ?1",
                        atMost)
                .values(UUID.class);
    }

    @Override
    public Uni<Void> queue(Set<String> names) {
        return names.isEmpty()
                ? Uni.createFrom().voidItem()
                : Statement.BY_KEYS.and(
                        new Statement(
                                        "select cast(pg_advisory_xact_lock(name) as text) from ("
                                                + "select distinct hashtextextended(name, 0) as name from unnest(cast(?1 as text[])) as asked (name)"
                                                + " order by 1) as sorted",
                                        texts(names))
                                .execute());
    }

    @Override
    public Uni<Map<Matter, UUID>> open(Collection<Matter> matters) {
        return open(matters, false);
    }

    @Override
    public Uni<Map<Matter, UUID>> underWay(Collection<Matter> matters) {
        return open(matters, true);
    }

    private static Uni<Map<Matter, UUID>> open(Collection<Matter> matters, boolean underWay) {
        if (matters.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        return new Statement(
                        OPEN,
                        texts(matters, Matter::subjectId),
                        texts(matters, Matter::target),
                        texts(matters, Matter::action),
                        texts(matters, Matter::effect),
                        underWay)
                .rows()
                .map(rows -> {
                    Map<Matter, UUID> open = new HashMap<>();
                    for (Object[] row : rows) {
                        open.put(
                                new Matter(
                                        (String) row[0],
                                        (String) row[1],
                                        (String) row[2],
                                        (String) row[3]),
                                (UUID) row[4]);
                    }
                    return open;
                });
    }

    @Override
    public Uni<Map<Field, Admission.Load>> load(
            Collection<Field> fields, Set<String> shared, Instant since) {
        return new Statement(
                        LOAD,
                        texts(fields, Field::charter),
                        texts(fields, Field::target),
                        time(since),
                        texts(shared))
                .rows()
                .map(rows -> {
                    Map<Field, Admission.Load> loads = new HashMap<>();
                    for (Object[] row : rows) {
                        loads.put(
                                new Field((String) row[0], (String) row[1]),
                                new Admission.Load(
                                        ((Number) row[2]).longValue(),
                                        ((Number) row[3]).longValue()));
                    }
                    return loads;
                });
    }

    @Override
    public Uni<Void> prune(Instant now) {
        return new Statement(
                        "delete from proposed_in_minute where minute < cast(?1 as timestamptz) - interval '1 day'",
                        time(now))
                .execute();
    }

    @Override
    public Uni<List<Standing>> standing(Collection<UUID> changes) {
        return new Statement(
                        "select "
                                + STANDING
                                + " from proposal where change_id = any(cast(?1 as uuid[]))",
                        ids(changes))
                .rows(PostgresProposals::standing);
    }

    @Override
    public Uni<List<Standing>> list(Selection selection) {
        return new Statement(
                        "select "
                                + STANDING
                                + " from proposal where (cast(?1 as text) = '' or proposer = cast(?1 as text) or principal = cast(?1 as text))"
                                + " and (cast(?2 as text) = '' or cast(ended_at is null as text) = cast(?2 as text))"
                                + " and (since, change_id) < (cast(cast(?3 as text) as timestamptz), cast(cast(?4 as text) as uuid))"
                                + " order by since desc, change_id desc limit ?5",
                        selection.person().orElse(""),
                        selection.open().map(String::valueOf).orElse(""),
                        selection.after().map(place -> place.since().toString()).orElse("infinity"),
                        selection.after().map(Place::change).orElse(new UUID(0, 0)).toString(),
                        selection.limit())
                .rows(PostgresProposals::standing);
    }

    @Override
    public Uni<Void> withdrawn(UUID change, Instant now) {
        return new Statement(
                        "update proposal set withdrawn_at = cast(?2 as timestamptz),"
                                + " ended_at = case when proposed then ended_at else cast(?2 as timestamptz) end,"
                                + " outcome = case when proposed then outcome else 'WITHDRAWN' end where change_id = ?1",
                        change,
                        time(now))
                .execute();
    }

    @Override
    public Uni<List<UUID>> makingForWhoLeft(LocalDate day, int atMost) {
        return new Statement(MAKING, day, atMost).values(UUID.class);
    }

    @Override
    public Uni<Void> superseded(Collection<UUID> changes, Instant now) {
        return new Statement(
                        "update proposal set withdrawn_at = cast(?2 as timestamptz), superseded = true"
                                + " where change_id = any(cast(?1 as uuid[]))",
                        ids(changes),
                        time(now))
                .execute();
    }

    @Override
    public Uni<Void> ended(Map<UUID, End> ends) {
        List<Map.Entry<UUID, End>> all = List.copyOf(ends.entrySet());
        return new Statement(
                        END,
                        ids(all, Map.Entry::getKey),
                        texts(all, each -> each.getValue().outcome()),
                        texts(all, each -> each.getValue().at().toString()))
                .execute();
    }

    @Override
    public Uni<Void> unproved(Collection<UUID> changes, Instant now) {
        return new Statement(
                        "update proposal set unproved_at = coalesce(unproved_at, cast(?2 as timestamptz))"
                                + " where change_id = any(cast(?1 as uuid[])) and ended_at is null",
                        ids(changes),
                        time(now))
                .execute();
    }

    private static Standing standing(Object[] row) {
        return new Standing(
                (UUID) row[0],
                read((String) row[1]).proposal(),
                instant(row[2]),
                (Boolean) row[3],
                Optional.ofNullable(row[4]).map(Statement::instant),
                Optional.ofNullable(row[5]).map(at -> new End((String) row[6], instant(at))),
                Optional.ofNullable((UUID) row[7]),
                (Boolean) row[8]);
    }

    private static Kept kept(Object[] row) {
        Request request = read((String) row[2]);
        LocalDate due =
                row[1] instanceof LocalDate date ? date : LocalDate.parse(row[1].toString());
        return new Kept(
                (UUID) row[0],
                request.proposal(),
                request.cause(),
                due,
                Optional.ofNullable((String) row[3]).orElse(""));
    }

    private static String text(Request request) {
        try {
            return JSON.writeValueAsString(request);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a proposal is always JSON", e);
        }
    }

    private static Request read(String text) {
        try {
            return JSON.readValue(text, Request.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a kept proposal does not read", e);
        }
    }
}
