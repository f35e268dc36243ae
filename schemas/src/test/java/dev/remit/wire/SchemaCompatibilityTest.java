package dev.remit.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaParser;
import org.junit.jupiter.api.Test;

/**
 * Whoever reads the wire with any released schema can read what this build writes, and the other
 * way round. Avro's own check does not see logical types, docs and names; the rules here do.
 */
class SchemaCompatibilityTest {
    /** {@code released/<version>/<Record>.avsc}: what was shipped, never edited. */
    private static final Path RELEASED = Path.of("released");

    @Test
    void everyReleasedSchemaIsCompatibleBothWays() throws IOException {
        for (Path file : releasedFiles()) {
            assertThat(violations(parse(Files.readString(file)), current(file)))
                    .as(file.toString())
                    .isEmpty();
        }
    }

    @Test
    void everyMessageHasAReleasedBaseline() throws IOException {
        List<String> released =
                releasedFiles().stream().map(SchemaCompatibilityTest::recordName).toList();
        assertThat(Messages.schemas())
                .allSatisfy(schema -> assertThat(released).contains(schema.getName()));
    }

    @Test
    void everyFieldIsDocumentedAndEveryEnumFallsBackToUnknown() {
        Messages.schemas()
                .forEach(schema ->
                        named(schema)
                                .forEach(each -> {
                                    assertThat(each.getDoc())
                                            .as("doc of " + each.getName())
                                            .isNotBlank();
                                    if (each.getType() == Schema.Type.ENUM) {
                                        assertThat(each.getEnumDefault())
                                                .as(each.getName())
                                                .isEqualTo("UNKNOWN");
                                    } else {
                                        each.getFields()
                                                .forEach(field ->
                                                        assertThat(field.doc())
                                                                .as(
                                                                        each.getName()
                                                                                + "."
                                                                                + field.name())
                                                                .isNotBlank());
                                    }
                                }));
    }

    @Test
    void theRulesCatchWhatAvroLetsPass() {
        String before =
                record(
                        "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}}");
        assertThat(
                        violations(
                                parse(before),
                                parse(
                                        record(
                                                "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}"))))
                .anyMatch(violation ->
                        violation.contains("at") && violation.contains("logical type"));
        assertThat(violations(parse(before), parse(record(""))))
                .anyMatch(violation -> violation.contains("at"));
        assertThat(
                        violations(
                                parse(before),
                                parse(
                                        record(
                                                "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}},"
                                                        + "{\"name\":\"extra\",\"type\":\"string\"}"))))
                .as("a new field without a default")
                .isNotEmpty();
        assertThat(
                        violations(
                                parse(before),
                                parse(
                                        record(
                                                "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}},"
                                                        + "{\"name\":\"extra\",\"type\":\"string\",\"default\":\"\"}"))))
                .as("a new field with a default")
                .isEmpty();
    }

    private static List<String> violations(Schema released, Schema current) {
        var violations = new ArrayList<String>();
        if (!compatible(released, current) || !compatible(current, released)) {
            violations.add(current.getFullName() + " is not compatible both ways");
        }
        var now = new TreeMap<String, Schema>();
        named(current).forEach(schema -> now.put(schema.getFullName(), schema));
        for (Schema before : named(released)) {
            Schema after = now.get(before.getFullName());
            if (after == null) {
                violations.add(before.getFullName() + " is gone");
            } else if (before.getType() == Schema.Type.RECORD) {
                for (Schema.Field field : before.getFields()) {
                    Schema.Field same = after.getField(field.name());
                    if (same == null) {
                        violations.add(before.getName() + "." + field.name() + " is gone");
                    } else if (!logicalTypes(field.schema()).equals(logicalTypes(same.schema()))) {
                        violations.add(
                                before.getName()
                                        + "."
                                        + field.name()
                                        + " changed its logical type");
                    }
                }
            } else if (before.getType() == Schema.Type.ENUM
                    && !after.getEnumSymbols().containsAll(before.getEnumSymbols())) {
                violations.add(before.getName() + " lost a symbol");
            }
        }
        return violations;
    }

    private static boolean compatible(Schema reader, Schema writer) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType()
                == SchemaCompatibilityType.COMPATIBLE;
    }

    private static List<String> logicalTypes(Schema schema) {
        return switch (schema.getType()) {
            case UNION ->
                    schema.getTypes().stream()
                            .flatMap(each -> logicalTypes(each).stream())
                            .toList();
            case ARRAY -> logicalTypes(schema.getElementType());
            case MAP -> logicalTypes(schema.getValueType());
            default -> {
                LogicalType type = schema.getLogicalType();
                yield List.of(type == null ? "" : type.getName());
            }
        };
    }

    /** The records and enums that a schema is made of, itself included. */
    private static Set<Schema> named(Schema schema) {
        var found = new LinkedHashSet<Schema>();
        collect(schema, found);
        return found;
    }

    private static void collect(Schema schema, Set<Schema> found) {
        switch (schema.getType()) {
            case RECORD -> {
                if (found.add(schema)) {
                    schema.getFields().forEach(field -> collect(field.schema(), found));
                }
            }
            case ENUM -> found.add(schema);
            case UNION -> schema.getTypes().forEach(each -> collect(each, found));
            case ARRAY -> collect(schema.getElementType(), found);
            case MAP -> collect(schema.getValueType(), found);
            default -> {}
        }
    }

    private static Schema current(Path released) {
        return Messages.schemas().stream()
                .filter(schema -> schema.getName().equals(recordName(released)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(released + " has no successor"));
    }

    private static String recordName(Path file) {
        return file.getFileName().toString().replace(".avsc", "");
    }

    private static List<Path> releasedFiles() throws IOException {
        try (Stream<Path> files = Files.walk(RELEASED)) {
            return files.filter(file -> file.toString().endsWith(".avsc")).sorted().toList();
        }
    }

    private static Schema parse(String text) {
        return new SchemaParser().parse(text).mainSchema();
    }

    private static String record(String fields) {
        return "{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"n\",\"fields\":["
                + fields
                + "]}";
    }
}
