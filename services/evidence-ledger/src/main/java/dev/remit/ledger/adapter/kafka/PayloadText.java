package dev.remit.ledger.adapter.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.Handoff;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * A payload for people to read. By the schema it was written with and no newer one, so that it is
 * the same text for ever.
 */
public final class PayloadText {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int PREFIX = 5;

    private PayloadText() {}

    /**
     * The record in a payload: times as in ISO 8601, bytes in base64.
     *
     * @param type of the CloudEvent
     * @param dataschema names the writer's schema
     * @return empty if it does not read
     */
    public static Optional<JsonNode> of(String type, String dataschema, byte[] payload) {
        try {
            Schema written = Handoff.ofType(type).written(dataschema).orElse(null);
            if (written == null || payload.length < PREFIX) {
                return Optional.empty();
            }
            GenericRecord record =
                    new GenericDatumReader<GenericRecord>(written)
                            .read(
                                    null,
                                    DecoderFactory.get()
                                            .binaryDecoder(
                                                    payload,
                                                    PREFIX,
                                                    payload.length - PREFIX,
                                                    null));
            return Optional.of(text(record, written));
        } catch (IOException | AvroRuntimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static JsonNode text(@Nullable Object value, Schema schema) {
        if (value == null) {
            return JSON.nullNode();
        }
        return switch (schema.getType()) {
            case RECORD -> {
                ObjectNode object = JSON.objectNode();
                for (Schema.Field field : schema.getFields()) {
                    object.set(
                            field.name(),
                            text(((GenericRecord) value).get(field.pos()), field.schema()));
                }
                yield object;
            }
            case ARRAY -> {
                ArrayNode array = JSON.arrayNode();
                ((Collection<?>) value)
                        .forEach(each -> array.add(text(each, schema.getElementType())));
                yield array;
            }
            case MAP -> {
                Map<String, JsonNode> sorted = new TreeMap<>();
                ((Map<?, ?>) value)
                        .forEach((key, each) ->
                                sorted.put(key.toString(), text(each, schema.getValueType())));
                ObjectNode object = JSON.objectNode();
                object.setAll(sorted);
                yield object;
            }
            case UNION ->
                    text(
                            value,
                            schema.getTypes().get(GenericData.get().resolveUnion(schema, value)));
            case BYTES -> {
                ByteBuffer bytes = ((ByteBuffer) value).duplicate();
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                yield JSON.textNode(Base64.getEncoder().encodeToString(copy));
            }
            case LONG ->
                    named(schema, "timestamp-micros")
                            ? JSON.textNode(
                                    Instant.EPOCH.plus((Long) value, ChronoUnit.MICROS).toString())
                            : JSON.numberNode((Long) value);
            case INT ->
                    named(schema, "date")
                            ? JSON.textNode(LocalDate.ofEpochDay((Integer) value).toString())
                            : JSON.numberNode((Integer) value);
            case BOOLEAN -> JSON.booleanNode((Boolean) value);
            case NULL -> JSON.nullNode();
            case STRING, ENUM, FLOAT, DOUBLE, FIXED -> JSON.textNode(value.toString());
        };
    }

    private static boolean named(Schema schema, String logical) {
        return schema.getLogicalType() != null && schema.getLogicalType().getName().equals(logical);
    }
}
