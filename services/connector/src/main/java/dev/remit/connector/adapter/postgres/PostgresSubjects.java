package dev.remit.connector.adapter.postgres;

import dev.remit.connector.application.Subjects;
import dev.remit.connector.domain.Admission;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Whom the accounts as last observed belong to. */
@Singleton
class PostgresSubjects implements Subjects {
    @Override
    public Uni<Map<Asked, Admission.Subject>> find(Collection<Asked> asked) {
        List<Asked> all = List.copyOf(asked);
        return new Statement(
                        """
                        with asked as (
                          select n, target, case when asked.system = 'hr' then asked.id else known.worker_id end as worker
                          from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]))
                            with ordinality as asked (system, id, target, n)
                          left join account known on known.system = asked.system and known.id = asked.id),
                        population as (
                          select system, count(*) as accounts from account
                          where system in (select target from asked) group by system)
                        select asked.n, max(account.worker_id), count(*) filter (where account.system = asked.target),
                          coalesce(max(population.accounts), 0)
                        from asked left join account on account.worker_id = asked.worker
                        left join population on population.system = asked.target
                        group by asked.n
                        """,
                        column(all, Asked::system),
                        column(all, Asked::id),
                        column(all, Asked::target))
                .rows()
                .map(rows -> {
                    Map<Asked, Admission.Subject> found = new HashMap<>();
                    for (Object[] row : rows) {
                        found.put(
                                all.get(((Number) row[0]).intValue() - 1),
                                new Admission.Subject(
                                        Optional.ofNullable((String) row[1]),
                                        ((Number) row[2]).longValue(),
                                        ((Number) row[3]).longValue()));
                    }
                    return found;
                });
    }

    private static String[] column(Collection<Asked> asked, Function<Asked, String> column) {
        return asked.stream().map(column).toArray(String[]::new);
    }
}
