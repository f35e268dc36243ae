package dev.remit.bench;

import dev.remit.handoff.Handoff;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Reads the mesh's messages without its generated classes and without the registry. */
final class Records {
    /** The registry's content id: a magic byte and four bytes. */
    private static final int PREFIX = 5;

    private final ConcurrentMap<String, GenericDatumReader<GenericRecord>> readers =
            new ConcurrentHashMap<>();

    /** A header's text, empty when it is absent. */
    static String header(ConsumerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** The record, if it is of this kind. */
    Optional<GenericRecord> read(Handoff handoff, ConsumerRecord<String, byte[]> record) {
        if (!header(record, "ce_type").equals(handoff.type())) {
            return Optional.empty();
        }
        GenericDatumReader<GenericRecord> reader =
                readers.computeIfAbsent(
                        header(record, "ce_dataschema"),
                        name ->
                                new GenericDatumReader<>(
                                        handoff.written(name)
                                                .orElseThrow(() ->
                                                        new IllegalStateException(
                                                                "schema " + name + " is unknown")),
                                        handoff.schema()));
        byte[] payload = record.value();
        try {
            return Optional.of(
                    reader.read(
                            null,
                            DecoderFactory.get()
                                    .binaryDecoder(
                                            payload, PREFIX, payload.length - PREFIX, null)));
        } catch (IOException e) {
            throw new IllegalStateException("a " + handoff.recordName() + " does not read", e);
        }
    }
}
