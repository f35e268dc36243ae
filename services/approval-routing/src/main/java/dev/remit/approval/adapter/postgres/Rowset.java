package dev.remit.approval.adapter.postgres;

import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes any number of rows of a table by one statement. Values travel as arrays of text, one a
 * column; nothing travels as the empty text, which no column holds that may be null.
 *
 * @param conflict what follows {@code on conflict}; empty for rows that are new
 */
record Rowset<T>(String table, String conflict, List<Column<T>> columns) {
    /**
     * A column.
     *
     * @param type what the text becomes
     */
    record Column<T>(String name, Type type, Function<T, @Nullable Object> value) {}

    /** What a text becomes, as SQL with the column's name for {@code %s}. */
    enum Type {
        UUID("cast(%s as uuid)"),
        INTEGER("cast(%s as integer)"),
        TIME("cast(nullif(%s, '') as timestamptz)"),
        /** Bytes that travel in base64. */
        BYTES("decode(%s, 'base64')"),
        TEXT("%s"),
        NULLABLE("nullif(%s, '')");

        private final String sql;

        Type(String sql) {
            this.sql = sql;
        }
    }

    /** One that keeps the rows that are there with these keys up to date. */
    static <T> Rowset<T> of(String table, String key, List<Column<T>> columns) {
        return new Rowset<>(
                table,
                "(%s) do update set %s"
                        .formatted(
                                key,
                                columns.stream()
                                        .map(Column::name)
                                        .filter(name -> !name.equals(key))
                                        .map(name -> name + " = excluded." + name)
                                        .collect(Collectors.joining(", "))),
                columns);
    }

    String sql() {
        String names = columns.stream().map(Column::name).collect(Collectors.joining(", "));
        return "insert into %s (%s) select %s from unnest(%s) as row (%s)%s"
                .formatted(
                        table,
                        names,
                        columns.stream()
                                .map(each -> each.type().sql.formatted(each.name()))
                                .collect(Collectors.joining(", ")),
                        IntStream.rangeClosed(1, columns.size())
                                .mapToObj("cast(?%d as text[])"::formatted)
                                .collect(Collectors.joining(", ")),
                        names,
                        conflict.isEmpty() ? "" : " on conflict " + conflict);
    }

    /** The values of a column. */
    String[] values(Column<T> column, Collection<T> rows) {
        return rows.stream()
                .map(row -> Objects.toString(column.value().apply(row), ""))
                .toArray(String[]::new);
    }

    Uni<Void> write(Collection<T> rows) {
        return rows.isEmpty()
                ? Uni.createFrom().voidItem()
                : new Statement(sql(), columns.stream().map(each -> values(each, rows)).toArray())
                        .execute();
    }
}
