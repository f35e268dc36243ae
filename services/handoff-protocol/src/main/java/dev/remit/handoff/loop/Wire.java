package dev.remit.handoff.loop;

import dev.remit.handoff.Handoff;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.Unprocessable.Code;
import dev.remit.wire.Messages;
import io.apicurio.registry.resolver.strategy.ArtifactReference;
import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import io.apicurio.registry.serde.avro.strategy.RecordIdStrategy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Avro bytes with the registry's content id in front (magic byte 0, four bytes, Avro binary).
 * Schemas are looked up, never registered. May block on the registry the first time it meets a
 * schema: call it from a worker thread, unless it says that it will not.
 *
 * <p>It can keep to a released version: while replicas of that version may come back, nothing is
 * written, and nothing is read, that they would not know. What such a version cannot say is not
 * written at all: half a message could be taken for the whole.
 */
@Singleton
class Wire {
    /** The magic byte and the content id. */
    private static final int HEAD = 5;

    /**
     * A message's most bytes: what a broker takes that was not told otherwise (max.message.bytes),
     * less its key and headers. More would wait in the outbox for ever, and all that comes after
     * it.
     */
    static final int MOST_BYTES = 1_000_000;

    /** More bytes than that are not written in a moment. */
    private static final int LARGE = 16 * 1024;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * What a content id stands for; it never changes.
     *
     * @param dataschema as an envelope must name it
     */
    private record Written(Schema schema, String dataschema, DatumReader<IndexedRecord> reader) {}

    private final Map<Handoff, byte[]> heads = new ConcurrentHashMap<>();
    private final Set<Handoff> large = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Written> written = new ConcurrentHashMap<>();
    private final Asked<AvroKafkaSerializer<IndexedRecord>> serializer;
    private final Asked<AvroKafkaDeserializer<IndexedRecord>> deserializer;

    /** What is written otherwise than this build would. */
    private final Map<Handoff, Schema> older;

    private final Map<Handoff, String> dataschemas = new EnumMap<>(Handoff.class);

    /**
     * @param version a released version of the schemas to keep to, for example v1; empty for this
     *     build's
     * @throws IllegalArgumentException if no such version was released
     */
    @Inject
    Wire(
            @ConfigProperty(name = "remit.registry.url") String registry,
            @ConfigProperty(name = "remit.schemas.version") Optional<String> version) {
        this(registry, version, PATIENCE);
    }

    Wire(String registry, Optional<String> version, Duration patience) {
        this.older = version.map(Wire::older).orElse(Map.of());
        for (Handoff handoff : Handoff.values()) {
            Schema schema = older.get(handoff);
            dataschemas.put(
                    handoff, schema == null ? handoff.dataschema() : Handoff.dataschema(schema));
        }
        Map<String, Object> config =
                Map.of(
                        "apicurio.registry.url",
                        registry,
                        "apicurio.registry.auto-register",
                        false,
                        "apicurio.registry.dereference-schema",
                        true,
                        "apicurio.registry.artifact-resolver-strategy",
                        RecordIdStrategy.class.getName(),
                        // what it says is kept here, and for ever
                        "apicurio.registry.check-period-ms",
                        1,
                        "apicurio.registry.avro-datum-provider",
                        Datums.class.getName());
        this.serializer =
                new Asked<>(
                        () -> {
                            var made = new AvroKafkaSerializer<IndexedRecord>();
                            made.configure(config, false);
                            return made;
                        },
                        patience);
        this.deserializer =
                new Asked<>(
                        () -> {
                            var made = new AvroKafkaDeserializer<IndexedRecord>();
                            made.configure(config, false);
                            return made;
                        },
                        patience);
    }

    private static Map<Handoff, Schema> older(String version) {
        Map<Handoff, Schema> older = new EnumMap<>(Handoff.class);
        for (Handoff handoff : Handoff.values()) {
            Schema schema = Messages.asOf(version, handoff.schema());
            if (!schema.equals(handoff.schema())) {
                older.put(handoff, schema);
            }
        }
        return older;
    }

    /** Whether {@link #decode} needs no registry for it. */
    boolean isKnown(byte[] payload) {
        return payload.length <= HEAD || written.containsKey(ByteBuffer.wrap(payload).getInt(1));
    }

    /**
     * Whether {@link #encode} writes it in a moment: without the registry, as this build's, and
     * none of its kind was large yet.
     */
    boolean isBrief(Handoff handoff) {
        return heads.containsKey(handoff)
                && !older.containsKey(handoff)
                && !large.contains(handoff);
    }

    /** Names the schema that {@link #encode} writes with. */
    String dataschema(Handoff handoff) {
        return Objects.requireNonNull(dataschemas.get(handoff));
    }

    /**
     * The registry is asked for a schema's content id once; the id never changes.
     *
     * @throws Unavailable if the registry does not give it, or if the version that is kept to has
     *     no place for something that the message says
     * @throws TooLarge if it is larger than brokers take
     */
    byte[] encode(SpecificRecord record) {
        Handoff handoff = Handoff.of(record);
        return fitting(handoff, noted(handoff, encode(handoff, record)));
    }

    /** What its kind begins with, and whether it may be large, is known from here on. */
    byte[] noted(Handoff handoff, byte[] payload) {
        heads.computeIfAbsent(handoff, _ -> Arrays.copyOf(payload, HEAD));
        if (payload.length > LARGE) {
            large.add(handoff);
        }
        return payload;
    }

    static byte[] fitting(Handoff handoff, byte[] payload) {
        if (payload.length > MOST_BYTES) {
            throw new TooLarge(handoff, payload.length);
        }
        return payload;
    }

    private byte[] encode(Handoff handoff, SpecificRecord record) {
        Schema schema = older.get(handoff);
        IndexedRecord message = schema == null ? record : whole(record, schema, handoff);
        byte[] head = heads.get(handoff);
        if (head == null) {
            byte[] payload;
            try {
                payload =
                        serializer.ask(
                                each -> each.serialize(handoff.topic().topicName(), message));
            } catch (AvroRuntimeException e) {
                throw e;
            } catch (RuntimeException e) {
                // a schema that is not registered yet is waited for, as a registry that is away
                throw new Unavailable(
                        "the schema registry does not give the id of "
                                + handoff.recordName()
                                + "'s schema",
                        e);
            }
            return payload;
        }
        var out = new ByteArrayOutputStream(512);
        out.writeBytes(head);
        write(message, message.getSchema(), out);
        return out.toByteArray();
    }

    private static void write(IndexedRecord message, Schema schema, ByteArrayOutputStream out) {
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            Datums.writer(schema).write(message, encoder);
        } catch (IOException e) {
            throw new UncheckedIOException("an array does not refuse bytes", e);
        }
    }

    private static byte[] bytes(IndexedRecord message, Schema schema) {
        var out = new ByteArrayOutputStream(512);
        write(message, schema, out);
        return out.toByteArray();
    }

    private static IndexedRecord whole(SpecificRecord record, Schema schema, Handoff handoff) {
        byte[] bytes = bytes(record, handoff.schema());
        IndexedRecord older = as(schema, bytes, handoff);
        // compared as bytes: Avro's own equals does not know the times within arrays
        if (!Arrays.equals(
                again(bytes, handoff.schema(), handoff),
                again(bytes(older, schema), schema, handoff))) {
            throw new Unavailable(
                    "remit.schemas.version is too old for what this "
                            + handoff.recordName()
                            + " says");
        }
        return older;
    }

    /** Read and written by this build: the same content gives the same bytes. */
    private static byte[] again(byte[] bytes, Schema written, Handoff handoff) {
        return bytes(now(bytes, written, handoff), handoff.schema());
    }

    /** What a reader with the older schema makes of this build's bytes. */
    private static IndexedRecord as(Schema schema, byte[] bytes, Handoff handoff) {
        return read(new GenericDatumReader<>(handoff.schema(), schema), bytes);
    }

    /** What this build makes of bytes that were written with that schema. */
    private static SpecificRecord now(byte[] bytes, Schema written, Handoff handoff) {
        return read(new SpecificDatumReader<>(written, handoff.schema()), bytes);
    }

    private static <T> T read(DatumReader<T> reader, byte[] bytes) {
        try {
            return reader.read(null, DecoderFactory.get().binaryDecoder(bytes, null));
        } catch (IOException e) {
            throw new UncheckedIOException("an array does not fail", e);
        }
    }

    /**
     * Reads a payload as the record that its envelope announces. The registry is asked for the
     * schema of a content id once.
     *
     * @param dataschema the writer's schema as the envelope names it: whoever reads without a
     *     registry goes by it, so it must be the one that the registry gives
     * @throws Unprocessable UNKNOWN_SCHEMA or UNDECODABLE
     * @throws Unavailable if the registry does not answer
     */
    SpecificRecord decode(Handoff handoff, String dataschema, byte[] payload) throws Unprocessable {
        if (payload.length <= HEAD || payload[0] != 0) {
            throw new Unprocessable(
                    Code.UNDECODABLE, "the payload does not start with a registry content id");
        }
        Written with = written(ByteBuffer.wrap(payload).getInt(1));
        if (!with.schema().getFullName().equals(handoff.type())) {
            throw new Unprocessable(
                    Code.UNDECODABLE, "the payload is not a " + handoff.recordName());
        }
        if (!with.dataschema().equals(dataschema)) {
            throw new Unprocessable(
                    Code.UNKNOWN_SCHEMA,
                    "header ce_dataschema names another schema than the payload's content id");
        }
        if (!(record(with.reader(), payload) instanceof SpecificRecord record)) {
            throw new Unprocessable(
                    Code.UNDECODABLE, "the payload is not a " + handoff.recordName());
        }
        Schema schema = older.get(handoff);
        if (schema == null) {
            return record;
        }
        IndexedRecord known = as(schema, bytes(record, handoff.schema()), handoff);
        return now(bytes(known, schema), schema, handoff);
    }

    private Written written(int contentId) throws Unprocessable {
        Written known = written.get(contentId);
        if (known != null) {
            return known;
        }
        try {
            Schema schema =
                    deserializer.ask(each ->
                            each.getSchemaResolver()
                                    .resolveSchemaByArtifactReference(
                                            ArtifactReference.fromContentId((long) contentId))
                                    .getParsedSchema()
                                    .getParsedSchema());
            Written found = new Written(schema, Handoff.dataschema(schema), Datums.reader(schema));
            written.put(contentId, found);
            return found;
        } catch (RuntimeException e) {
            if (Unavailable.isCauseOf(e)) {
                throw new Unavailable("the schema registry does not answer", e);
            }
            throw new Unprocessable(
                    Code.UNKNOWN_SCHEMA, "the registry does not know the payload's schema");
        }
    }

    // whatever goes wrong in reading an array comes from the bytes in it
    private static IndexedRecord record(DatumReader<IndexedRecord> reader, byte[] payload)
            throws Unprocessable {
        try {
            BinaryDecoder decoder =
                    DecoderFactory.get().binaryDecoder(payload, HEAD, payload.length - HEAD, null);
            IndexedRecord message = reader.read(null, decoder);
            if (decoder.isEnd()) {
                return message;
            }
        } catch (IOException | RuntimeException e) {
            throw new Unprocessable(
                    Code.UNDECODABLE, "the payload is not the Avro record it claims to be");
        }
        throw new Unprocessable(Code.UNDECODABLE, "the payload has bytes after its record");
    }
}
