package dev.remit.handoff.postgres;

import jakarta.persistence.Column;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads the rows of a statement that names its columns into objects with a field for each: what an
 * entity has to be mapped for, without the session that would watch each of them.
 */
public final class Fields<T> implements Function<Object[], T> {
    private final Supplier<T> made;
    private final List<Field> fields;

    private Fields(Supplier<T> made, List<Field> fields) {
        this.made = made;
        this.fields = fields;
    }

    /**
     * @param columns as the statement names them, with commas between; each is a field's {@link
     *     Column} or name
     * @throws IllegalArgumentException naming the column that has no field
     */
    public static <T> Fields<T> of(Class<T> row, Supplier<T> made, String columns) {
        Map<String, Field> known = new HashMap<>();
        for (Field field : row.getDeclaredFields()) {
            Column column = field.getAnnotation(Column.class);
            known.put(
                    column == null || column.name().isEmpty() ? field.getName() : column.name(),
                    field);
        }
        List<Field> fields = new ArrayList<>();
        for (String column : columns.split(",", -1)) {
            Field field = known.get(column.strip());
            if (field == null) {
                throw new IllegalArgumentException(
                        row.getSimpleName() + " has no field for column " + column.strip());
            }
            field.setAccessible(true);
            fields.add(field);
        }
        return new Fields<>(made, fields);
    }

    @Override
    public T apply(Object[] columns) {
        T row = made.get();
        for (int n = 0; n < columns.length; n++) {
            try {
                fields.get(n).set(row, columns[n]);
            } catch (IllegalAccessException | IllegalArgumentException e) {
                throw new IllegalStateException(
                        "column " + (n + 1) + " does not fit field " + fields.get(n), e);
            }
        }
        return row;
    }
}
