package dev.remit.handoff.seal;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.Service;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.Unprocessable.Code;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Checks seals. Remembers the roots it has verified, so that a batch costs one signature check.
 * Safe for several threads.
 */
public final class SealVerifier {
    private static final int REMEMBERED_ROOTS = 4096;

    private final TrustedKeys trusted;
    private final boolean receives;
    private final Set<String> verified =
            Collections.synchronizedSet(
                    Collections.newSetFromMap(
                            new LinkedHashMap<String, Boolean>() {
                                private static final long serialVersionUID = 1L;

                                @Override
                                protected boolean removeEldestEntry(
                                        Map.Entry<String, Boolean> eldest) {
                                    return size() > REMEMBERED_ROOTS;
                                }
                            }));

    /**
     * What someone checks by who reads the log later: what was sealed before its key was revoked
     * holds.
     */
    public SealVerifier(TrustedKeys trusted) {
        this(trusted, false);
    }

    private SealVerifier(TrustedKeys trusted, boolean receives) {
        this.trusted = trusted;
        this.receives = receives;
    }

    /**
     * What a receiver of messages checks by: it accepts nothing by a revoked key, whatever time the
     * message says, since who has the key writes the time too.
     */
    public static SealVerifier ofReceiver(TrustedKeys trusted) {
        return new SealVerifier(trusted, true);
    }

    private void checkPeriod(TrustedKeys.Trusted key, Instant time) throws Unprocessable {
        if (key.revoked().isPresent() && (receives || !time.isBefore(key.revoked().get()))) {
            throw new Unprocessable(
                    Code.KEY_NOT_VALID,
                    "key " + key.key().reference() + " is revoked since " + key.revoked().get());
        }
        if (key.until().isPresent() && !time.isBefore(key.until().get())) {
            throw new Unprocessable(
                    Code.KEY_NOT_VALID,
                    "key "
                            + key.key().reference()
                            + " was retired at "
                            + key.until().get()
                            + ", ce_time is "
                            + time);
        }
    }

    /**
     * Checks that the envelope's sender sealed exactly this envelope and payload, and that it may
     * send such a message.
     *
     * @return the message's hash, see {@link Seal#hash}
     * @throws Unprocessable UNKNOWN_KEY, KEY_NOT_VALID, WRONG_PRODUCER or BAD_SEAL
     */
    public Hash verify(Envelope envelope, byte[] payload, Seal seal) throws Unprocessable {
        TrustedKeys.Trusted found =
                trusted.find(seal.key())
                        .orElseThrow(() ->
                                new Unprocessable(
                                        Code.UNKNOWN_KEY,
                                        "key " + seal.key() + " is not trusted here"));
        VerifierKey key = found.key();
        checkPeriod(found, envelope.time());
        if (!key.name().equals(envelope.source().id())) {
            throw new Unprocessable(
                    Code.WRONG_PRODUCER,
                    "ce_source says "
                            + envelope.source().id()
                            + ", the key belongs to "
                            + key.name());
        }
        Service sender = envelope.source();
        if (!envelope.handoff().maySend(sender)) {
            throw new Unprocessable(
                    Code.WRONG_PRODUCER,
                    sender.id() + " may not send " + envelope.handoff().recordName());
        }
        Hash leaf = Seal.hash(envelope, payload);
        Hash root =
                Merkle.rootFrom(seal.size(), seal.index(), leaf, seal.path())
                        .orElseThrow(() ->
                                new Unprocessable(
                                        Code.BAD_SEAL,
                                        "the seal's path has the wrong length for its batch"));
        String signed =
                key.reference()
                        + " "
                        + root
                        + " "
                        + seal.size()
                        + " "
                        + Base64.getEncoder().encodeToString(seal.signature());
        if (!verified.contains(signed)) {
            if (!key.verifies(Seal.signedBytes(seal.size(), root), seal.signature())) {
                throw new Unprocessable(
                        Code.BAD_SEAL,
                        "the signature of " + key.reference() + " does not cover these bytes");
            }
            verified.add(signed);
        }
        return leaf;
    }
}
