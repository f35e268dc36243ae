package dev.remit.handoff.postgres;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.data.Numeric;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;
import org.hibernate.reactive.mutiny.impl.MutinySessionImpl;
import org.hibernate.reactive.pool.ReactiveConnection;
import org.hibernate.reactive.session.ReactiveSession;
import org.jspecify.annotations.Nullable;

/**
 * One SQL statement in the caller's session, and so in its transaction; many rows go in as arrays,
 * one a column.
 *
 * <p>It goes to the session's own connection, behind what the session has to write: as a native
 * query of Hibernate's it would be parsed, and its types and its result be looked for, at each call
 * (decision 17).
 *
 * @param parameters those of {@code ?1}, {@code ?2} and so on, in their order
 */
public record Statement(String sql, @Nullable Object... parameters) {
    /**
     * From here on in this transaction rows are found by their keys: each statement is planned once
     * a connection, for any number of rows, and never to read a table from end to end because it
     * was short when the plan was made. What reports and searches is left to the server. Outside a
     * transaction it does nothing.
     */
    public static final Statement BY_KEYS =
            new Statement(
                    "select set_config('plan_cache_mode', 'force_generic_plan', true),"
                            + " set_config('enable_seqscan', 'off', true),"
                            + " set_config('remit.begun', 'yes', true)");

    /** Whether {@link #BY_KEYS} was said before in this transaction. */
    public static final String BEGUN = "current_setting('remit.begun', true) = 'yes'";

    /** What comes after it in this transaction is planned for its values, as a search needs it. */
    public static final Statement BY_VALUES =
            new Statement(
                    "select set_config('plan_cache_mode', 'force_custom_plan', true),"
                            + " set_config('enable_seqscan', 'on', true)");

    /** With parameters that have names, {@code :name} each. */
    public static Statement named(String sql, Map<String, ? extends @Nullable Object> parameters) {
        return new Statement(sql, parameters);
    }

    public Uni<Void> execute() {
        return affected().replaceWithVoid();
    }

    /**
     * This one and what follows, without waiting for its answer: a connection takes statements in
     * their order. Not in a session that has entities to write.
     */
    public <T> Uni<T> and(Uni<T> next) {
        return Uni.combine().all().unis(execute(), next).with((_, answer) -> answer);
    }

    /** How many rows it wrote or deleted. */
    public Uni<Integer> affected() {
        return run(this::update);
    }

    /** The rows of several columns; times are {@link Instant}s. */
    public Uni<List<Object[]>> rows() {
        return run(this::select);
    }

    /** The rows of several columns, each as it reads. */
    public <T> Uni<List<T>> rows(Function<Object[], T> read) {
        return rows().map(rows -> rows.stream().map(read).toList());
    }

    /**
     * The rows of one column.
     *
     * @param type as the driver gives it; a number may be any
     */
    public <T> Uni<List<T>> values(Class<T> type) {
        return rows().map(rows -> {
            List<T> values = new ArrayList<>(rows.size());
            rows.forEach(row -> values.add(value(row, type)));
            return values;
        });
    }

    /** The rows, as entities of the session. */
    public <T> Uni<List<T>> entities(Class<T> type) {
        return Panache.getSession()
                .chain(session -> bound(session.createNativeQuery(sql, type)).getResultList());
    }

    private <T> Mutiny.SelectionQuery<T> bound(Mutiny.SelectionQuery<T> query) {
        if (parameters.length == 1 && parameters[0] instanceof Map<?, ?> named) {
            named.forEach((name, value) -> query.setParameter((String) name, value));
        } else {
            for (int n = 0; n < parameters.length; n++) {
                query.setParameter(n + 1, parameters[n]);
            }
        }
        return query;
    }

    /** The only row's only column; fails where there are none or more. */
    public <T> Uni<T> single(Class<T> type) {
        return only().map(row -> value(row, type));
    }

    /** The only row; fails where there are none or more. */
    public Uni<Object[]> only() {
        return rows().map(rows -> {
            if (rows.size() != 1) {
                throw new IllegalStateException("one row was expected, not " + rows.size());
            }
            return rows.getFirst();
        });
    }

    /** The only row's only column, empty for null; fails where there are more. */
    public <T> Uni<Optional<T>> optional(Class<T> type) {
        return first().map(row -> row.map(each -> value(each, type)));
    }

    /** The only row, empty where there is none; fails where there are more. */
    public Uni<Optional<Object[]>> first() {
        return rows().map(rows -> {
            if (rows.size() > 1) {
                throw new IllegalStateException("at most one row was expected, not " + rows.size());
            }
            return rows.stream().findFirst();
        });
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

    private <T> Uni<T> run(BiFunction<ReactiveConnection, Text, CompletionStage<T>> work) {
        Text text = Text.of(sql);
        return Panache.getSession()
                .chain(session -> {
                    ReactiveSession reactive = reactive(session);
                    Uni<T> asked =
                            Uni.createFrom()
                                    .completionStage(() ->
                                            work.apply(reactive.getReactiveConnection(), text));
                    return hasNothingToWrite(reactive) ? asked : session.flush().chain(() -> asked);
                });
    }

    static ReactiveSession reactive(Mutiny.Session session) {
        return ((MutinySessionImpl) session).unwrap(ReactiveSession.class);
    }

    private static boolean hasNothingToWrite(ReactiveSession session) {
        return session.getSharedContract().getPersistenceContext().getNumberOfManagedEntities() == 0
                && !session.getReactiveActionQueue().hasAnyQueuedActions();
    }

    private CompletionStage<Integer> update(ReactiveConnection connection, Text text) {
        return connection.update(text.sql(), values(text));
    }

    private CompletionStage<List<Object[]>> select(ReactiveConnection connection, Text text) {
        return connection
                .select(text.sql(), values(text))
                .thenApply(result -> {
                    List<Object[]> rows = new ArrayList<>(result.size());
                    while (result.hasNext()) {
                        @Nullable Object[] row = result.next();
                        for (int n = 0; n < row.length; n++) {
                            row[n] = given(row[n]);
                        }
                        rows.add(row);
                    }
                    return rows;
                });
    }

    private @Nullable Object[] values(Text text) {
        @Nullable Object[] values = new Object[text.names().size()];
        for (int n = 0; n < values.length; n++) {
            values[n] = taken(parameter(text.names().get(n)));
        }
        return values;
    }

    private @Nullable Object parameter(String name) {
        if (parameters.length == 1 && parameters[0] instanceof Map<?, ?> named) {
            if (!named.containsKey(name)) {
                throw new IllegalArgumentException("parameter :" + name + " is not given");
            }
            return named.get(name);
        }
        return parameters[Integer.parseInt(name) - 1];
    }

    private static @Nullable Object taken(@Nullable Object value) {
        return switch (value) {
            case Instant at -> time(at);
            case byte[] bytes -> Buffer.buffer(bytes);
            case byte[][] column ->
                    Arrays.stream(column).map(Buffer::buffer).toArray(Buffer[]::new);
            case null, default -> value;
        };
    }

    private static @Nullable Object given(@Nullable Object value) {
        return switch (value) {
            case OffsetDateTime time -> time.toInstant();
            case Numeric number -> number.bigDecimalValue();
            case Buffer bytes -> bytes.getBytes();
            case null, default -> value;
        };
    }

    private static <T> T value(Object[] row, Class<T> type) {
        return type.cast(
                row[0] instanceof Number number && !type.isInstance(number)
                        ? as(type, number)
                        : row[0]);
    }

    private static Number as(Class<?> type, Number number) {
        if (type == Long.class) {
            return number.longValue();
        }
        if (type == Integer.class) {
            return Math.toIntExact(number.longValue());
        }
        return type == Double.class ? number.doubleValue() : new BigDecimal(number.toString());
    }
}
