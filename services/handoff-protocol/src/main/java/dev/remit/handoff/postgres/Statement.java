package dev.remit.handoff.postgres;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jspecify.annotations.Nullable;

/**
 * One SQL statement in the caller's session, and so in its transaction; many rows go in as arrays,
 * one a column.
 *
 * @param parameters those of {@code ?1}, {@code ?2} and so on, in their order
 */
public record Statement(String sql, @Nullable Object... parameters) {
    public Uni<Void> execute() {
        return affected().replaceWithVoid();
    }

    /** How many rows it wrote or deleted. */
    public Uni<Integer> affected() {
        return Panache.getSession()
                .chain(session -> bound(session.createNativeQuery(sql)).executeUpdate());
    }

    /** The rows of several columns. */
    public Uni<List<Object[]>> rows() {
        return values(Object[].class);
    }

    /** The rows of several columns, each as it reads. */
    public <T> Uni<List<T>> rows(Function<Object[], T> read) {
        return rows().map(rows -> rows.stream().map(read).toList());
    }

    /** The rows of one column, or those of an entity. */
    public <T> Uni<List<T>> values(Class<T> type) {
        return query(type).chain(Mutiny.SelectionQuery::getResultList);
    }

    /** The only row, or its only column; fails where there are none or more. */
    public <T> Uni<T> single(Class<T> type) {
        return query(type).chain(Mutiny.SelectionQuery::getSingleResult);
    }

    /** The only row, or its only column, empty for null; fails where there are more. */
    public <T> Uni<Optional<T>> optional(Class<T> type) {
        return query(type)
                .chain(Mutiny.SelectionQuery::getSingleResultOrNull)
                .map(Optional::ofNullable);
    }

    /** A time as the driver gives it. */
    public static Instant instant(Object column) {
        return switch (column) {
            case Instant instant -> instant;
            case OffsetDateTime time -> time.toInstant();
            default -> throw new IllegalStateException("not a time: " + column.getClass());
        };
    }

    /** A time as the driver takes it. */
    public static Object time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    /** A column of texts as one parameter; no array, which alone would be all parameters. */
    public static Object texts(Collection<String> column) {
        return column.toArray(String[]::new);
    }

    /** The same, of rows. */
    public static <T> Object texts(Collection<T> rows, Function<? super T, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }

    /** A column of ids as one parameter. */
    public static Object ids(Collection<UUID> column) {
        return column.toArray(UUID[]::new);
    }

    /** The same, of rows. */
    public static <T> Object ids(Collection<T> rows, Function<? super T, UUID> column) {
        return rows.stream().map(column).toArray(UUID[]::new);
    }

    private <T> Uni<Mutiny.SelectionQuery<T>> query(Class<T> type) {
        return Panache.getSession().map(session -> bound(session.createNativeQuery(sql, type)));
    }

    private <Q extends Mutiny.AbstractQuery> Q bound(Q query) {
        for (int n = 0; n < parameters.length; n++) {
            query.setParameter(n + 1, parameters[n]);
        }
        return query;
    }
}
