package dev.remit.handoff.merkle;

import java.util.Arrays;
import java.util.Base64;

/** A SHA-256 hash: exactly 32 bytes, compared by value. */
public final class Hash {
    public static final int BYTES = 32;

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * @param bytes the hash, 32 bytes, copied
     * @throws IllegalArgumentException if the length is not 32
     */
    public static Hash of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("hash: SHA-256 has 32 bytes, got " + bytes.length);
        }
        return new Hash(bytes.clone());
    }

    /** The 32 bytes, a copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Standard base64, as in C2SP checkpoints. */
    @Override
    public String toString() {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
