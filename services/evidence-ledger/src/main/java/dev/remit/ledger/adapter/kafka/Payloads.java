package dev.remit.ledger.adapter.kafka;

import dev.remit.handoff.Envelope;
import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/** Reads payloads without a registry: the envelope names the writer's schema by fingerprint. */
public final class Payloads {
    /** Magic byte and the registry's content id. */
    private static final int PREFIX = 5;

    private Payloads() {}

    /**
     * The record in a payload.
     *
     * @throws IllegalArgumentException if it was written with a schema unknown here, or does not
     *     read
     */
    public static SpecificRecord decode(Envelope envelope, byte[] payload) {
        Schema written =
                envelope.handoff()
                        .written(envelope.dataschema())
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "written with schema "
                                                + envelope.dataschema()
                                                + ", which is not known here"));
        if (payload.length < PREFIX || payload[0] != 0) {
            throw new IllegalArgumentException("does not start with a registry content id");
        }
        try {
            BinaryDecoder decoder =
                    DecoderFactory.get()
                            .binaryDecoder(payload, PREFIX, payload.length - PREFIX, null);
            SpecificRecord record =
                    new SpecificDatumReader<SpecificRecord>(written, envelope.handoff().schema())
                            .read(null, decoder);
            if (!decoder.isEnd()) {
                throw new IllegalArgumentException("has bytes after its record");
            }
            return record;
        } catch (IOException | AvroRuntimeException e) {
            throw new IllegalArgumentException("is not the Avro record it claims to be", e);
        }
    }
}
