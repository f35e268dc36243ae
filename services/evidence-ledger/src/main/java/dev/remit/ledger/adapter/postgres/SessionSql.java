package dev.remit.ledger.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/** Statements in the session of Hibernate Reactive. */
@Singleton
class SessionSql implements Sql {
    @Override
    public <T> Uni<List<T>> rows(String sql, Class<T> row, Map<String, Object> parameters) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session -> {
                            var query = session.createNativeQuery(sql, row);
                            parameters.forEach(query::setParameter);
                            return query.getResultList();
                        }));
    }

    @Override
    public Uni<Integer> update(String sql, Map<String, Object> parameters) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session -> {
                            var query = session.createNativeQuery(sql);
                            parameters.forEach(query::setParameter);
                            return query.executeUpdate();
                        }));
    }
}
