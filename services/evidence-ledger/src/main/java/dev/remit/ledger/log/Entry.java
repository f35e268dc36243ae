package dev.remit.ledger.log;

import dev.remit.handoff.Envelope;

/**
 * A message as the log keeps it: as it was received, what hides it, and its leaf.
 *
 * @param origin topic, partition and offset
 * @param payload the Avro bytes as they were sent
 * @param sealed the exact bytes that the seal covers, see {@link
 *     dev.remit.handoff.seal.Seal#sealedBytes}
 * @param sealKey what it was sealed with
 * @param seal the seal's text
 * @param policy hash of the keys trusted when it was logged
 * @param salt what the leaf hides it with
 * @param leaf see {@link EvidenceLeaf}
 */
public record Entry(
        Envelope envelope,
        String origin,
        byte[] payload,
        byte[] sealed,
        String sealKey,
        String seal,
        String policy,
        byte[] salt,
        byte[] leaf) {
    /**
     * An entry and its place.
     *
     * @param index the leaf's index, from 0
     */
    public record Logged(long index, Entry entry) {}
}
