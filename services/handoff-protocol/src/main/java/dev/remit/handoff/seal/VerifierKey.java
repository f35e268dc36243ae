package dev.remit.handoff.seal;

import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * An Ed25519 public key with its owner's name, as a C2SP signed-note verifier key: {@code
 * <name>+<key id, 8 hexadecimal digits>+<base64 of 0x01 and the 32-byte key>}.
 */
public final class VerifierKey {
    static final byte ED25519 = 0x01;

    private final String name;
    private final byte[] publicKey;
    private final int id;

    VerifierKey(String name, byte[] publicKey) {
        if (name.isEmpty()
                || name.indexOf('+') >= 0
                || name.chars().anyMatch(c -> Character.isWhitespace(c) || c < ' ')) {
            throw new IllegalArgumentException(
                    "key name '" + name + "': empty, or with a space or a plus sign");
        }
        if (publicKey.length != Ed25519.PUBLIC_KEY_SIZE
                || !Ed25519.validatePublicKeyFull(publicKey, 0)) {
            throw new IllegalArgumentException("key '" + name + "': not an Ed25519 public key");
        }
        this.name = name;
        this.publicKey = publicKey;
        this.id = idOf(name, publicKey);
    }

    /**
     * Reads one verifier key.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static VerifierKey parse(String text) {
        String[] parts = text.strip().split("\\+", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException("verifier key: not of the form name+id+key");
        }
        byte[] typed = Base64.getDecoder().decode(parts[2]);
        if (typed.length == 0 || typed[0] != ED25519) {
            throw new IllegalArgumentException(
                    "verifier key '" + parts[0] + "': not of type Ed25519 (1)");
        }
        VerifierKey key = new VerifierKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
        if (!key.toString().equals(text.strip())) {
            throw new IllegalArgumentException(
                    "verifier key '" + parts[0] + "': its id does not fit its key");
        }
        return key;
    }

    /** The owner: a service's name, or a log's origin. */
    public String name() {
        return name;
    }

    /** The first four bytes, big-endian, of SHA-256 over name, newline, type and key. */
    public int id() {
        return id;
    }

    /**
     * Name and id, for example {@code connector+1a2b3c4d}: what a {@code remit-key} header holds.
     */
    public String reference() {
        return name + "+" + HexFormat.of().toHexDigits(id);
    }

    /** Whether this key signed exactly this message. */
    public boolean verifies(byte[] message, byte[] signature) {
        return signature.length == Ed25519.SIGNATURE_SIZE
                && Ed25519.verify(signature, 0, publicKey, 0, message, 0, message.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerifierKey key
                && name.equals(key.name)
                && Arrays.equals(publicKey, key.publicKey);
    }

    @Override
    public int hashCode() {
        return id;
    }

    /** The verifier key text. */
    @Override
    public String toString() {
        return reference() + "+" + Base64.getEncoder().encodeToString(typed(publicKey));
    }

    static byte[] typed(byte[] key) {
        byte[] typed = new byte[key.length + 1];
        typed[0] = ED25519;
        System.arraycopy(key, 0, typed, 1, key.length);
        return typed;
    }

    private static int idOf(String name, byte[] publicKey) {
        byte[] head = (name + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] typed = typed(publicKey);
        byte[] all = Arrays.copyOf(head, head.length + typed.length);
        System.arraycopy(typed, 0, all, head.length, typed.length);
        return java.nio.ByteBuffer.wrap(Hash.sha256(all).bytes()).getInt();
    }
}
