package dev.remit.connector.adapter.postgres;

import dev.remit.connector.application.ObservedAccounts;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Accounts as last observed. */
@Singleton
class PostgresObservedAccounts implements ObservedAccounts {
    @Override
    public Uni<Map<String, String>> fingerprints(String system) {
        return new Statement("select id, fingerprint from account where system = ?1", system)
                .rows()
                .map(rows ->
                        rows.stream()
                                .collect(
                                        Collectors.toMap(
                                                row -> (String) row[0], row -> (String) row[1])));
    }

    @Override
    public Uni<Map<String, Long>> counts(Collection<String> systems) {
        return new Statement(
                        "select asked.system, (select count(*) from account where account.system = asked.system)"
                                + " from unnest(cast(?1 as text[])) as asked (system)",
                        (Object) Statement.texts(systems))
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
                        Statement.texts(ids))
                .rows()
                .map(rows ->
                        rows.stream()
                                .collect(
                                        Collectors.toMap(
                                                row -> (String) row[0], row -> (String) row[1])));
    }

    @Override
    public Uni<Void> put(String system, Collection<Seen> accounts) {
        return new Statement(
                        "insert into account (system, id, fingerprint, worker_id)"
                                + " select ?1, id, fingerprint, nullif(worker_id, '')"
                                + " from unnest(cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[])) as seen (id, fingerprint, worker_id)"
                                + " on conflict (system, id) do update"
                                + " set fingerprint = excluded.fingerprint, worker_id = excluded.worker_id",
                        system,
                        column(accounts, Seen::id),
                        column(accounts, Seen::fingerprint),
                        column(accounts, each -> each.workerId().orElse("")))
                .execute()
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> remove(String system, Collection<String> ids) {
        return new Statement(
                        "delete from account where system = ?1 and id = any(cast(?2 as text[]))",
                        system,
                        Statement.texts(ids))
                .execute()
                .replaceWithVoid();
    }

    private static String[] column(Collection<Seen> accounts, Function<Seen, String> column) {
        return accounts.stream().map(column).toArray(String[]::new);
    }
}
