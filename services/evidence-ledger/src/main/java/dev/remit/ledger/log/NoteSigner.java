package dev.remit.ledger.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPrivateKeyParameters;
import org.bouncycastle.crypto.signers.MLDSASigner;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * A private key that makes signature lines of notes, as the C2SP signed-note tools keep it: {@code
 * PRIVATE+KEY+<name>+<key id>+<base64 of type and 32-byte seed>}. The seed of ML-DSA-44 is that of
 * FIPS 204, algorithm 6.
 */
public final class NoteSigner {
    private static final String PREFIX = "PRIVATE+KEY+";
    private static final int SEED_BYTES = 32;

    private final byte[] seed;
    private final NoteKey verifier;

    private NoteSigner(String name, NoteKey.Kind kind, byte[] seed) {
        this.seed = seed;
        this.verifier = new NoteKey(name, kind, publicKey(kind, seed));
    }

    /** A new key. */
    public static NoteSigner generate(String name, NoteKey.Kind kind, SecureRandom random) {
        byte[] seed = new byte[SEED_BYTES];
        random.nextBytes(seed);
        return new NoteSigner(name, kind, seed);
    }

    /**
     * Reads one private key text; no error text holds any of it.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static NoteSigner parse(String text) {
        String stripped = text.strip();
        String[] parts =
                stripped.startsWith(PREFIX)
                        ? stripped.substring(PREFIX.length()).split("\\+", 3)
                        : new String[0];
        if (parts.length != 3) {
            throw new IllegalArgumentException(
                    "note signer: not of the form " + PREFIX + "name+id+seed");
        }
        byte[] typed;
        try {
            typed = Base64.getDecoder().decode(parts[2]);
        } catch (IllegalArgumentException e) {
            // the decoder's own message can quote what it read
            throw new IllegalArgumentException(
                    "note signer '" + parts[0] + "': its last part is not base64");
        }
        if (typed.length != SEED_BYTES + 1) {
            throw new IllegalArgumentException(
                    "note signer '" + parts[0] + "': not a type and a seed of 32 bytes");
        }
        NoteSigner signer =
                new NoteSigner(
                        parts[0],
                        NoteKey.Kind.of(typed[0] & 0xff),
                        Arrays.copyOfRange(typed, 1, typed.length));
        if (!signer.verifier.reference().equals(parts[0] + "+" + parts[1])) {
            throw new IllegalArgumentException(
                    "note signer '" + parts[0] + "': its id does not fit its seed");
        }
        return signer;
    }

    /** Reads the keys in a file, one a line; lines that start with # are comments. */
    public static List<NoteSigner> readAll(Path file) throws IOException {
        return Files.readString(file)
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(NoteSigner::parse)
                .toList();
    }

    /** The same key, under the name of the log's shard of this origin. */
    public NoteSigner of(String origin) {
        return verifier.of(origin).equals(verifier)
                ? this
                : new NoteSigner(origin, verifier.kind(), seed);
    }

    public NoteKey verifier() {
        return verifier;
    }

    /**
     * The signature line of a note's text, with its newline.
     *
     * @param time goes into the signature of the kinds that hold one, in whole seconds
     */
    public String line(String text, Instant time) {
        long seconds = time.getEpochSecond();
        ByteBuffer line =
                ByteBuffer.allocate(Integer.BYTES + Long.BYTES + verifier.kind().signatureBytes);
        line.putInt(verifier.id());
        switch (verifier.kind()) {
            case ED25519 -> line.put(ed25519(text.getBytes(StandardCharsets.UTF_8)));
            case ED25519_COSIGNATURE ->
                    line.putLong(seconds)
                            .put(
                                    ed25519(
                                            NoteKey.cosigned(
                                                    verifier.kind(),
                                                    verifier.name(),
                                                    seconds,
                                                    text)));
            case ML_DSA_44_COSIGNATURE ->
                    line.putLong(seconds)
                            .put(
                                    mlDsa(
                                            NoteKey.cosigned(
                                                    verifier.kind(),
                                                    verifier.name(),
                                                    seconds,
                                                    text)));
        }
        return new SignedNote.Line(verifier.name(), Arrays.copyOf(line.array(), line.position()))
                        .text()
                + "\n";
    }

    private byte[] ed25519(byte[] message) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(seed, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    private byte[] mlDsa(byte[] message) {
        MLDSASigner signer = new MLDSASigner();
        signer.init(true, new MLDSAPrivateKeyParameters(MLDSAParameters.ml_dsa_44, seed));
        signer.update(message, 0, message.length);
        try {
            return signer.generateSignature();
        } catch (CryptoException e) {
            throw new IllegalStateException("ML-DSA-44 does not sign", e);
        }
    }

    private static byte[] publicKey(NoteKey.Kind kind, byte[] seed) {
        return switch (kind) {
            case ED25519, ED25519_COSIGNATURE -> {
                byte[] key = new byte[Ed25519.PUBLIC_KEY_SIZE];
                Ed25519.generatePublicKey(seed, 0, key, 0);
                yield key;
            }
            case ML_DSA_44_COSIGNATURE ->
                    new MLDSAPrivateKeyParameters(MLDSAParameters.ml_dsa_44, seed)
                            .getPublicKeyParameters()
                            .getEncoded();
        };
    }

    /** The private key text, for a file that only its owner reads. */
    public String secretText() {
        byte[] typed = new byte[SEED_BYTES + 1];
        typed[0] = (byte) verifier.kind().type;
        System.arraycopy(seed, 0, typed, 1, SEED_BYTES);
        return PREFIX + verifier.reference() + "+" + Base64.getEncoder().encodeToString(typed);
    }

    /** The public half only: a key that is logged by mistake gives nothing away. */
    @Override
    public String toString() {
        return "NoteSigner[" + verifier.reference() + "]";
    }
}
