package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.connector.application.ObservedAccounts;
import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Event;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Accounts as last observed. */
@Singleton
class PostgresObservedAccounts implements ObservedAccounts {
    /** Fingerprints that are read at once. */
    private static final int PIECE = 1_000;

    /**
     * An enabled account that this charter was not told of under this id: another one each time it
     * was disabled between, and once for each change that has ended long enough ago, whatever as:
     * what a change was to end may hold still. The last of them is named.
     */
    private static final String FOUND =
            """
            select found.event_id, found.words, account.id, account.worker_id, account.manager,
              array_to_string(group_paths, chr(10)), array_to_string(roles, chr(10))
            from account %s,
            lateral (select concat_ws('|', %s, cast(extract(epoch from account.enabled_since) as bigint)) as id, %s as words) as base,
            lateral (select base.words || coalesce('; found again after change '
                || (array_agg(cast(proposal.change_id as text) || ', which ended ' || coalesce(proposal.outcome, 'unknown')
                  order by proposal.ended_at desc))[1], '') as words,
                base.id || coalesce('#' || nullif(count(*), 0), '') as event_id
              from occurrence told join proposal on proposal.change_id = told.change_id
              where told.source = ?1 and told.finding = base.id
                and proposal.ended_at < cast(?5 as timestamptz)) as found
            where account.system = ?1 and account.enabled and account.id > ?2 and %s
              and not exists (select 1 from occurrence where source = ?1 and occurrence.event_id = found.event_id)
            order by account.id limit ?3
            """;

    private static final String GONE =
            "(worker.back_on is null or worker.back_on <= worker.left_on or worker.back_on > cast(?6 as date))";

    /** Whose it is. */
    private static final String WORKER =
            "left join worker on worker.worker_id = account.worker_id and " + GONE;

    /**
     * Who answers for it and leaves: whom its system names as owner, by the worker id or by an
     * account of theirs, or as manager; of two the first who leaves.
     */
    private static final String ANSWERING =
            "join lateral (select worker.worker_id, worker.left_on from worker where worker.worker_id = any(array["
                    + "account.manager, account.owner, (select own.worker_id from account own"
                    + " where own.system = account.system and own.id = account.owner)])"
                    + " and worker.left_on is not null and worker.worker_id is distinct from account.worker_id and "
                    + GONE
                    + " order by worker.left_on, worker.worker_id limit 1) as worker on true";

    @Override
    public Uni<Map<String, String>> fingerprints(String system) {
        return fingerprints(system, "", new HashMap<>());
    }

    /** Piece by piece: whoever shares the event loop is not kept waiting for all of them. */
    private static Uni<Map<String, String>> fingerprints(
            String system, String after, Map<String, String> known) {
        return new Statement(
                        "select id, fingerprint from account where system = ?1 and id > ?2"
                                + " order by id limit ?3",
                        system,
                        after,
                        PIECE)
                .rows()
                .chain(rows -> {
                    rows.forEach(row -> known.put((String) row[0], (String) row[1]));
                    return rows.size() < PIECE
                            ? Uni.createFrom().item(known)
                            : fingerprints(system, (String) rows.getLast()[0], known);
                });
    }

    @Override
    public Uni<Map<String, Long>> counts(Collection<String> systems) {
        return new Statement(
                        "select asked.system, (select count(*) from account where account.system = asked.system)"
                                + " from unnest(cast(?1 as text[])) as asked (system)",
                        texts(systems))
                .rows()
                .map(rows ->
                        rows.stream()
                                .collect(
                                        Collectors.toMap(
                                                row -> (String) row[0],
                                                row -> ((Number) row[1]).longValue())));
    }

    @Override
    public Uni<Map<String, String>> workers(String system, Collection<String> ids) {
        return new Statement(
                        "select id, worker_id from account"
                                + " where system = ?1 and id = any(cast(?2 as text[])) and worker_id is not null",
                        system,
                        texts(ids))
                .rows()
                .map(rows ->
                        rows.stream()
                                .collect(
                                        Collectors.toMap(
                                                row -> (String) row[0], row -> (String) row[1])));
    }

    @Override
    public Uni<Optional<Holding>> holding(String system, String id) {
        return new Statement(
                        "select worker_id, coalesce(owner, manager) from account where system = ?1 and id = ?2",
                        system,
                        id)
                .rows()
                .map(rows ->
                        rows.stream()
                                .map(row ->
                                        new Holding(
                                                Optional.ofNullable((String) row[0]),
                                                Optional.ofNullable((String) row[1])))
                                .findFirst());
    }

    @Override
    public Uni<Void> put(String system, Collection<Seen> accounts) {
        return new Statement(
                        "insert into account (system, id, fingerprint, worker_id, enabled, manager, group_paths, roles, owner, enabled_since)"
                                + " select ?1, id, fingerprint, nullif(worker_id, ''), enabled = 'true', nullif(manager, ''),"
                                + " string_to_array(nullif(paths, ''), chr(10)), string_to_array(nullif(roles, ''), chr(10)), nullif(owner, ''),"
                                + " case when enabled = 'true' then now() end"
                                + " from unnest(cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]), cast(?5 as text[]),"
                                + " cast(?6 as text[]), cast(?7 as text[]), cast(?8 as text[]), cast(?9 as text[]))"
                                + " as seen (id, fingerprint, worker_id, enabled, manager, paths, roles, owner)"
                                + " on conflict (system, id) do update"
                                + " set fingerprint = excluded.fingerprint, worker_id = excluded.worker_id, enabled = excluded.enabled,"
                                + " manager = excluded.manager, group_paths = excluded.group_paths, roles = excluded.roles, owner = excluded.owner,"
                                + " enabled_since = case when excluded.enabled and not account.enabled then now() else account.enabled_since end",
                        system,
                        texts(accounts, each -> each.account().id()),
                        texts(accounts, Seen::fingerprint),
                        texts(accounts, each -> text(each.account().workerId())),
                        texts(accounts, each -> String.valueOf(each.account().enabled())),
                        texts(accounts, each -> text(each.account().managerWorkerId())),
                        texts(
                                accounts,
                                each ->
                                        each.account().groups().stream()
                                                .map(Account.Group::path)
                                                .collect(Collectors.joining("\n"))),
                        texts(accounts, each -> String.join("\n", each.account().roles())),
                        texts(accounts, each -> text(each.account().owner())))
                .execute();
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    @Override
    public Uni<List<Found>> find(Search search) {
        List<Object> asked =
                new ArrayList<>(
                        List.of(
                                search.system(),
                                search.after(),
                                search.atMost(),
                                search.event() + "|" + search.charter(),
                                time(search.ended()),
                                search.today()));
        switch (search.event()) {
            case ORPHAN_FOUND -> asked.add(search.by());
            case CREDENTIAL_TOO_OLD -> {
                asked.add(search.by());
                asked.add(time(search.read()));
            }
            default -> {}
        }
        return new Statement(sql(search.event()), asked.toArray())
                .rows(PostgresObservedAccounts::found);
    }

    /** The statement that looks for an event. */
    static String sql(Event event) {
        String named = "cast(?4 as text), account.id, ";
        return switch (event) {
            case ORPHAN_FOUND ->
                    FOUND.formatted(
                            WORKER,
                            named + "coalesce(account.worker_id, '-'), worker.left_on",
                            "case when account.worker_id is null then 'it carries no worker id, and nobody answers for it'"
                                    + " else 'its worker left on ' || worker.left_on end",
                            "(worker.left_on <= cast(?7 as date)"
                                    + " or coalesce(account.worker_id, account.owner, account.manager) is null)");
            case OWNER_LEFT ->
                    FOUND.formatted(
                            ANSWERING,
                            named + "worker.worker_id, worker.left_on",
                            "'worker ' || worker.worker_id || ', who answers for it, leaves on ' || worker.left_on",
                            "true");
            case CREDENTIAL_TOO_OLD ->
                    FOUND.formatted(
                            WORKER,
                            named + "cast(extract(epoch from account.credential_at) as bigint)",
                            "'its credential is in use since ' || cast(account.credential_at at time zone 'UTC' as date)",
                            "account.credential_at < cast(cast(?7 as date) as timestamp) at time zone 'UTC'"
                                    + " and account.credential_read_at >= cast(?8 as timestamptz)");
            case JOINED, MOVED, LEFT, CREDENTIAL_EXPOSED, CERTIFICATION_REVOKED, SCHEDULE ->
                    throw new IllegalArgumentException(event + " is told, not found");
        };
    }

    private static Found found(Object[] row) {
        return new Found(
                (String) row[0],
                (String) row[1],
                new Account(
                        (String) row[2],
                        true,
                        (String) row[3],
                        (String) row[4],
                        lines(row[5]).stream().map(path -> new Account.Group("", path)).toList(),
                        lines(row[6]),
                        ""));
    }

    private static List<String> lines(@Nullable Object text) {
        return text == null ? List.of() : List.of(text.toString().split("\n", -1));
    }

    @Override
    public Uni<List<String>> enabled(String system, String after, int atMost) {
        return new Statement(
                        "select id from account where system = ?1 and enabled and id > ?2 order by id limit ?3",
                        system,
                        after,
                        atMost)
                .values(String.class);
    }

    @Override
    public Uni<Void> credentials(String system, Map<String, Optional<Instant>> since, Instant now) {
        List<Map.Entry<String, Optional<Instant>>> all = List.copyOf(since.entrySet());
        return new Statement(
                        "update account set credential_at = cast(nullif(read.since, '') as timestamptz),"
                                + " credential_read_at = cast(?4 as timestamptz)"
                                + " from unnest(cast(?2 as text[]), cast(?3 as text[])) as read (id, since)"
                                + " where account.system = ?1 and account.id = read.id",
                        system,
                        texts(all, Map.Entry::getKey),
                        texts(all, each -> each.getValue().map(Instant::toString).orElse("")),
                        time(now))
                .execute();
    }

    @Override
    public Uni<Void> remove(String system, Collection<String> ids) {
        return new Statement(
                        "delete from account where system = ?1 and id = any(cast(?2 as text[]))",
                        system,
                        texts(ids))
                .execute();
    }
}
