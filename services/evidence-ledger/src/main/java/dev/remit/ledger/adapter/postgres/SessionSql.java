package dev.remit.ledger.adapter.postgres;

import dev.remit.handoff.postgres.Statement;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.persistence.Entity;
import java.util.List;
import java.util.Map;

/** Statements in the session of Hibernate Reactive. */
@Singleton
class SessionSql implements Sql {
    @Override
    @SuppressWarnings("unchecked")
    public <T> Uni<List<T>> rows(String sql, Class<T> row, Map<String, Object> parameters) {
        Statement statement = Statement.named(sql, parameters);
        return Panache.withSession(() ->
                row == Object[].class
                        ? (Uni<List<T>>) (Uni<?>) statement.rows()
                        : row.isAnnotationPresent(Entity.class)
                                ? statement.entities(row)
                                : statement.values(row));
    }

    @Override
    public Uni<Integer> update(String sql, Map<String, Object> parameters) {
        return Panache.withSession(() -> Statement.named(sql, parameters).affected());
    }
}
