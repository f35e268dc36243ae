package dev.remit.connector.adapter.postgres;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import org.hibernate.reactive.mutiny.Mutiny;

/** One SQL statement in the caller's transaction; many rows go in as arrays, one a column. */
record Statement(String sql, Object... parameters) {
    Uni<Integer> execute() {
        return session()
                .chain(session -> {
                    var query = session.createNativeQuery(sql);
                    for (int n = 0; n < parameters.length; n++) {
                        query.setParameter(n + 1, parameters[n]);
                    }
                    return query.executeUpdate();
                });
    }

    /** The rows of one column. */
    <T> Uni<List<T>> values(Class<T> type) {
        return session().chain(session -> bound(session, type).getResultList());
    }

    /** The rows of several columns. */
    Uni<List<Object[]>> rows() {
        return values(Object[].class);
    }

    static String[] texts(Collection<String> column) {
        return column.toArray(String[]::new);
    }

    /** A time as the driver gives it. */
    static Instant instant(Object column) {
        return switch (column) {
            case Instant instant -> instant;
            case OffsetDateTime time -> time.toInstant();
            default -> throw new IllegalStateException("not a time: " + column.getClass());
        };
    }

    private <T> Mutiny.SelectionQuery<T> bound(Mutiny.Session session, Class<T> type) {
        var query = session.createNativeQuery(sql, type);
        for (int n = 0; n < parameters.length; n++) {
            query.setParameter(n + 1, parameters[n]);
        }
        return query;
    }

    private static Uni<Mutiny.Session> session() {
        return Panache.getSession();
    }
}
