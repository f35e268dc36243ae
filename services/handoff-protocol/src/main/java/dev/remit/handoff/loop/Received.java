package dev.remit.handoff.loop;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.Seal;
import org.apache.avro.specific.SpecificRecord;

/**
 * A message that was verified, decoded and not seen before.
 *
 * @param message the Avro record
 * @param payload the exact bytes that the seal covers
 * @param hash the message's hash, see {@link Seal#hash}
 * @param topic the Kafka topic it was read from
 * @param partition the partition
 * @param offset the offset
 */
public record Received(
        Envelope envelope,
        SpecificRecord message,
        byte[] payload,
        Seal seal,
        Hash hash,
        String topic,
        int partition,
        long offset) {}
