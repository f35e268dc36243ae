package dev.remit.handoff.seal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * An Ed25519 private key with its owner's name, as the C2SP signed-note tools keep it: {@code
 * PRIVATE+KEY+<name>+<key id>+<base64 of 0x01 and the 32-byte seed>}.
 */
public final class SigningKey {
    /** The first line of a file whose key is good for nothing but development. */
    public static final String FOR_DEVELOPMENT = "# for development only";

    private static final String PREFIX = "PRIVATE+KEY+";

    private final byte[] seed;
    private final VerifierKey verifier;

    private SigningKey(String name, byte[] seed) {
        byte[] publicKey = new byte[Ed25519.PUBLIC_KEY_SIZE];
        Ed25519.generatePublicKey(seed, 0, publicKey, 0);
        this.seed = seed;
        this.verifier = new VerifierKey(name, publicKey);
    }

    /** A new key for this owner. */
    public static SigningKey generate(String name, SecureRandom random) {
        byte[] seed = new byte[Ed25519.SECRET_KEY_SIZE];
        random.nextBytes(seed);
        return new SigningKey(name, seed);
    }

    /**
     * Reads one private key text; no error text holds any of it.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static SigningKey parse(String text) {
        String stripped = text.strip();
        String[] parts =
                stripped.startsWith(PREFIX)
                        ? stripped.substring(PREFIX.length()).split("\\+", 3)
                        : new String[0];
        if (parts.length != 3) {
            throw new IllegalArgumentException(
                    "signing key: not of the form " + PREFIX + "name+id+seed");
        }
        byte[] typed = decode(parts[2]);
        if (typed.length != Ed25519.SECRET_KEY_SIZE + 1 || typed[0] != VerifierKey.ED25519) {
            throw new IllegalArgumentException(
                    "signing key '" + parts[0] + "': not an Ed25519 seed of 32 bytes");
        }
        SigningKey key = new SigningKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
        if (!key.verifier.reference().equals(parts[0] + "+" + parts[1])) {
            throw new IllegalArgumentException(
                    "signing key '" + parts[0] + "': its id does not fit its seed");
        }
        return key;
    }

    /** Reads the key in a file; lines that start with # are comments. */
    public static SigningKey read(Path file) throws IOException {
        return parse(
                Files.readString(file)
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .collect(Collectors.joining("\n")));
    }

    /** Whether the key in a file was made for development: its first line says so. */
    public static boolean isForDevelopment(Path file) throws IOException {
        return Files.readString(file).startsWith(FOR_DEVELOPMENT);
    }

    public VerifierKey verifier() {
        return verifier;
    }

    /** The 64-byte signature over the message (RFC 8032, pure Ed25519). */
    public byte[] sign(byte[] message) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(seed, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    /** The private key text, for a file that only its owner reads. */
    public String secretText() {
        return PREFIX
                + verifier.reference()
                + "+"
                + Base64.getEncoder().encodeToString(VerifierKey.typed(seed));
    }

    /** The public half only: a key that is logged by mistake gives nothing away. */
    @Override
    public String toString() {
        return "SigningKey[" + verifier.reference() + "]";
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            // the decoder's own message can quote what it read
            throw new IllegalArgumentException("signing key: its last part is not base64");
        }
    }
}
