package dev.remit.handoff.loop;

import dev.remit.handoff.Handoff;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.Unprocessable.Code;
import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import io.apicurio.registry.serde.avro.strategy.RecordIdStrategy;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Avro bytes with the registry's content id in front (magic byte 0, four bytes, Avro binary).
 * Schemas are looked up, never registered. May block on the registry the first time it meets a
 * schema: call it from a worker thread.
 */
@Singleton
class Wire {
    /** The magic byte and the content id. */
    private static final int HEAD = 5;

    private final Map<Handoff, byte[]> heads = new ConcurrentHashMap<>();
    private final AvroKafkaSerializer<SpecificRecord> serializer = new AvroKafkaSerializer<>();
    private final AvroKafkaDeserializer<SpecificRecord> deserializer =
            new AvroKafkaDeserializer<>();

    Wire(@ConfigProperty(name = "remit.registry.url") String registry) {
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
                        "apicurio.registry.check-period-ms",
                        Duration.ofDays(1).toMillis(),
                        "apicurio.registry.avro-datum-provider",
                        Datums.class.getName());
        serializer.configure(config, false);
        deserializer.configure(config, false);
    }

    /**
     * The registry is asked for a schema's content id once; the id never changes.
     *
     * @throws Unavailable if the registry does not give it
     */
    byte[] encode(SpecificRecord message) {
        Handoff handoff = Handoff.of(message);
        byte[] head = heads.get(handoff);
        if (head == null) {
            byte[] payload;
            try {
                synchronized (serializer) {
                    payload = serializer.serialize(handoff.topic().topicName(), message);
                }
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
            heads.put(handoff, Arrays.copyOf(payload, HEAD));
            return payload;
        }
        var out = new ByteArrayOutputStream(512);
        out.writeBytes(head);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            Datums.writer(handoff.schema()).write(message, encoder);
        } catch (IOException e) {
            throw new UncheckedIOException("an array does not refuse bytes", e);
        }
        return out.toByteArray();
    }

    /**
     * Reads a payload as the record that its envelope announces.
     *
     * @throws Unprocessable UNKNOWN_SCHEMA or UNDECODABLE
     * @throws Unavailable if the registry does not answer
     */
    SpecificRecord decode(Handoff handoff, byte[] payload) throws Unprocessable {
        if (payload.length <= HEAD || payload[0] != 0) {
            throw new Unprocessable(
                    Code.UNDECODABLE, "the payload does not start with a registry content id");
        }
        SpecificRecord message;
        try {
            synchronized (deserializer) {
                message = deserializer.deserialize(handoff.topic().topicName(), payload);
            }
        } catch (AvroRuntimeException | ClassCastException | IndexOutOfBoundsException e) {
            throw new Unprocessable(
                    Code.UNDECODABLE, "the payload is not the Avro record it claims to be");
        } catch (RuntimeException e) {
            if (Unavailable.isCauseOf(e)) {
                throw new Unavailable("the schema registry does not answer", e);
            }
            throw new Unprocessable(
                    Wire.isAboutBytes(e) ? Code.UNDECODABLE : Code.UNKNOWN_SCHEMA,
                    Wire.isAboutBytes(e)
                            ? "the payload is not the Avro record it claims to be"
                            : "the registry does not know the payload's schema");
        }
        if (message == null || !message.getSchema().getFullName().equals(handoff.type())) {
            throw new Unprocessable(
                    Code.UNDECODABLE, "the payload is not a " + handoff.recordName());
        }
        return message;
    }

    /**
     * The deserialiser wraps what Avro throws on bytes that do not fit the schema in exceptions of
     * its own.
     */
    private static boolean isAboutBytes(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AvroRuntimeException
                    || cause instanceof java.io.EOFException
                    || cause instanceof java.io.UncheckedIOException
                    || cause instanceof java.nio.BufferUnderflowException
                    || cause instanceof IndexOutOfBoundsException) {
                return true;
            }
        }
        return false;
    }
}
