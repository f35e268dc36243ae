package dev.remit.ledger.adapter.postgres;

import io.smallrye.mutiny.Uni;
import jakarta.persistence.Column;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The log's own statements over JDBC, in the caller's thread: a process with this starts fast. */
public final class JdbcSql implements Sql {
    private static final Pattern PARAMETER = Pattern.compile("(?<!:):([A-Za-z]+)");

    private final Supplier<Connection> connection;
    private final Consumer<String> steps;

    /**
     * @param connection the caller's, in the state that it is to run in
     * @param steps told before each statement
     */
    public JdbcSql(Supplier<Connection> connection, Consumer<String> steps) {
        this.connection = connection;
        this.steps = steps;
    }

    @Override
    public <T> Uni<List<T>> rows(String sql, Class<T> row, Map<String, Object> parameters) {
        return Uni.createFrom()
                .item(() -> {
                    try (PreparedStatement statement = prepare(sql, parameters);
                            ResultSet found = statement.executeQuery()) {
                        List<T> rows = new ArrayList<>();
                        while (found.next()) {
                            rows.add(read(found, row));
                        }
                        return rows;
                    } catch (SQLException | ReflectiveOperationException e) {
                        throw new IllegalStateException(sql, e);
                    }
                });
    }

    @Override
    public Uni<Integer> update(String sql, Map<String, Object> parameters) {
        return Uni.createFrom()
                .item(() -> {
                    try (PreparedStatement statement = prepare(sql, parameters)) {
                        return statement.executeUpdate();
                    } catch (SQLException e) {
                        throw new IllegalStateException(sql, e);
                    }
                });
    }

    private PreparedStatement prepare(String sql, Map<String, Object> parameters)
            throws SQLException {
        String[] words = sql.strip().split("\\s+", 4);
        steps.accept("statement: " + String.join(" ", words[0], words[1], words[2]));
        List<Object> values = new ArrayList<>();
        Matcher matcher = PARAMETER.matcher(sql);
        StringBuilder positional = new StringBuilder();
        while (matcher.find()) {
            values.add(Objects.requireNonNull(parameters.get(matcher.group(1)), matcher.group()));
            matcher.appendReplacement(positional, "?");
        }
        matcher.appendTail(positional);
        Connection own = connection.get();
        PreparedStatement statement = own.prepareStatement(positional.toString());
        for (int n = 0; n < values.size(); n++) {
            set(own, statement, n + 1, values.get(n));
        }
        return statement;
    }

    private static void set(Connection own, PreparedStatement statement, int place, Object value)
            throws SQLException {
        if (value instanceof Object[] array) {
            String type =
                    switch (array.getClass().getComponentType().getSimpleName()) {
                        case "UUID" -> "uuid";
                        case "String" -> "text";
                        case "Integer" -> "integer";
                        case "Long" -> "bigint";
                        case String other -> throw new IllegalArgumentException(other);
                    };
            statement.setArray(place, own.createArrayOf(type, array));
        } else if (value instanceof Instant time) {
            statement.setObject(place, time.atOffset(ZoneOffset.UTC));
        } else {
            statement.setObject(place, value);
        }
    }

    private static <T> T read(ResultSet found, Class<T> row)
            throws SQLException, ReflectiveOperationException {
        if (row.isArray() && !row.equals(byte[].class)) {
            Object[] columns = new Object[found.getMetaData().getColumnCount()];
            for (int n = 0; n < columns.length; n++) {
                columns[n] = found.getObject(n + 1);
            }
            return row.cast(columns);
        }
        if (!row.getName().startsWith("dev.remit.")) {
            return row.cast(found.getObject(1));
        }
        T mapped = row.getDeclaredConstructor().newInstance();
        for (Field field : row.getDeclaredFields()) {
            Column column = field.getAnnotation(Column.class);
            String name = column == null ? field.getName() : column.name();
            Object value = found.getObject(name);
            field.set(mapped, value instanceof Timestamp time ? time.toInstant() : value);
        }
        return mapped;
    }
}
