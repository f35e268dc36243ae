package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.texts;

import dev.remit.connector.application.Subjects;
import dev.remit.connector.domain.Admission;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Whom the accounts as last observed belong to. */
@Singleton
class PostgresSubjects implements Subjects {
    /**
     * How long a count of a system's accounts is good for: it walks through all of them, and a
     * limit on a share of thousands does not turn on a few.
     */
    private static final Duration COUNTED = Duration.ofSeconds(5);

    /**
     * Of each asked: its number, whose the account is or which worker that is, how many accounts of
     * the target are theirs, the account's own id if it is one of the target and nobody is behind
     * it, and the worker by HR, where HR says that they are there. Each is looked up by itself,
     * whatever is known of the tables.
     */
    static final String FIND =
            """
            select asked.n, max(account.worker_id), count(*) filter (where account.system = asked.target),
              max(known.id) filter (where known.system = asked.target and known.worker_id is null),
              max(worker.worker_id)
            from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]))
              with ordinality as asked (system, id, target, n)
            left join lateral (select system, id, worker_id from account
              where system = asked.system and id = asked.id offset 0) known on true
            left join lateral (select system, worker_id from account where worker_id =
              case when asked.system = 'hr' then asked.id else known.worker_id end offset 0) account on true
            left join lateral (select worker_id from worker where asked.system = 'hr' and worker_id = asked.id
              and back_on is not null and (left_on is null or back_on > left_on) offset 0) worker on true
            group by asked.n
            """;

    private record Count(long accounts, long nanoTime) {
        boolean isFresh() {
            return accounts > 0 && System.nanoTime() - nanoTime < COUNTED.toNanos();
        }
    }

    private final Map<String, Count> counts = new ConcurrentHashMap<>();

    @Override
    public Uni<Map<Asked, Admission.Subject>> find(Collection<Asked> asked) {
        List<Asked> all = List.copyOf(asked);
        return count(all)
                .chain(() ->
                        Statement.BY_KEYS.and(
                                new Statement(
                                                FIND,
                                                texts(all, Asked::system),
                                                texts(all, Asked::id),
                                                texts(all, Asked::target))
                                        .rows()))
                .map(rows -> {
                    Map<Asked, Admission.Subject> found = new HashMap<>();
                    for (Object[] row : rows) {
                        Asked each = all.get(((Number) row[0]).intValue() - 1);
                        Count count = counts.get(each.target());
                        found.put(
                                each,
                                new Admission.Subject(
                                        Optional.ofNullable((String) row[1]),
                                        Optional.ofNullable((String) row[3]),
                                        ((Number) row[2]).longValue(),
                                        count == null ? 0 : count.accounts(),
                                        Optional.ofNullable((String) row[4])));
                    }
                    return found;
                });
    }

    /** Counts the accounts of the targets whose last count is old, or found none. */
    private Uni<Void> count(Collection<Asked> asked) {
        List<String> old =
                asked.stream()
                        .map(Asked::target)
                        .distinct()
                        .filter(target -> {
                            Count count = counts.get(target);
                            return count == null || !count.isFresh();
                        })
                        .toList();
        return old.isEmpty()
                ? Uni.createFrom().voidItem()
                : new Statement(
                                "select system, count(*) from account where system = any(cast(?1 as text[])) group by system",
                                texts(old))
                        .rows()
                        .invoke(rows -> {
                            long now = System.nanoTime();
                            Set<String> gone = new HashSet<>(old);
                            for (Object[] row : rows) {
                                counts.put(
                                        (String) row[0],
                                        new Count(((Number) row[1]).longValue(), now));
                                gone.remove((String) row[0]);
                            }
                            counts.keySet().removeAll(gone);
                        })
                        .replaceWithVoid();
    }
}
