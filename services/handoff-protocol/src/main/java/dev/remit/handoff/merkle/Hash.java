package dev.remit.handoff.merkle;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

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

    /**
     * Reads what {@link #toString()} writes, and nothing else.
     *
     * @throws IllegalArgumentException if the text is not the base64 of 32 bytes in its only form
     */
    public static Hash parse(String base64) {
        Hash hash = of(Base64.getDecoder().decode(base64));
        if (!hash.toString().equals(base64)) {
            throw new IllegalArgumentException("hash: not in the one base64 form of its bytes");
        }
        return hash;
    }

    /** SHA-256 of the bytes. */
    public static Hash sha256(byte[] content) {
        try {
            return new Hash(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** 64 lower-case hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(bytes);
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
