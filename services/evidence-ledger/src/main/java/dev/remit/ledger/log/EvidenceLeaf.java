package dev.remit.ledger.log;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.Service;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.Seal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * What the log holds of a message: commitments that hide it. Text, LF lines in a fixed order, so
 * that an auditor recomputes it with a shell. It holds no name, no time, and nothing that a guess
 * could confirm without the salt.
 */
public final class EvidenceLeaf {
    /** Bytes of a salt. */
    public static final int SALT_BYTES = 32;

    private static final byte[] BODY = "evidence-body/v1\0".getBytes(StandardCharsets.US_ASCII);

    private EvidenceLeaf() {}

    /**
     * The leaf of a message.
     *
     * @param salt 32 random bytes, kept beside the message
     * @param blindedChange the change under the log's blinding key, {@code -} for a message outside
     *     any change
     * @param policy hash of the trusted keys in force
     */
    public static byte[] of(
            Envelope envelope,
            byte[] payload,
            Seal seal,
            byte[] salt,
            String blindedChange,
            String policy) {
        return of(
                envelope,
                Seal.sealedBytes(envelope, payload),
                seal.key(),
                salt,
                blindedChange,
                policy);
    }

    /**
     * The leaf of a message whose sealed bytes are at hand.
     *
     * @param sealed see {@link Seal#sealedBytes}
     */
    public static byte[] of(
            Envelope envelope,
            byte[] sealed,
            String sealKey,
            byte[] salt,
            String blindedChange,
            String policy) {
        byte[] body =
                ByteBuffer.allocate(BODY.length + salt.length + sealed.length)
                        .put(BODY)
                        .put(salt)
                        .put(sealed)
                        .array();
        return ("evidence-leaf/v1\nid "
                        + id(envelope.source(), envelope.id())
                        + "\ntype "
                        + envelope.handoff().recordName()
                        + "\ncase "
                        + blindedChange
                        + "\nseq "
                        + envelope.sequence()
                        + "\nbody "
                        + Hash.sha256(body)
                        + "\nkey "
                        + sealKey
                        + "\npolicy "
                        + policy
                        + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** How a leaf names a message of a service. */
    public static Hash id(Service source, UUID message) {
        return Hash.sha256(
                ("evidence-id/v1\0" + source.id() + "\0" + message)
                        .getBytes(StandardCharsets.UTF_8));
    }
}
