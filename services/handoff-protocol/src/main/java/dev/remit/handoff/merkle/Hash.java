package dev.remit.handoff.merkle;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A SHA-256 hash: exactly 32 bytes, compared by value. */
public final class Hash {
    public static final int BYTES = 32;

    /** Characters of its base64: the last is padding, the one before it holds four bits. */
    private static final int TEXT = 44;

    private static final String FOUR_BITS = "AEIMQUYcgkosw048";

    /**
     * Looking a digest up among the providers costs more than a short one; use it through {@link
     * #fresh()}.
     */
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(Hash::sha256);

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
        byte[] bytes = Base64.getDecoder().decode(base64);
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("hash: SHA-256 has 32 bytes, got " + bytes.length);
        }
        if (base64.length() != TEXT || FOUR_BITS.indexOf(base64.charAt(TEXT - 2)) < 0) {
            throw new IllegalArgumentException("hash: not in the one base64 form of its bytes");
        }
        return new Hash(bytes);
    }

    /** SHA-256 of the bytes. */
    public static Hash sha256(byte[] content) {
        return new Hash(fresh().digest(content));
    }

    /** SHA-256 of these bytes, one part after the other. */
    static Hash sha256(byte prefix, byte[]... parts) {
        MessageDigest sha = fresh();
        sha.update(prefix);
        for (byte[] part : parts) {
            sha.update(part);
        }
        return new Hash(sha.digest());
    }

    /** SHA-256 of a prefix and two hashes. */
    static Hash sha256(byte prefix, Hash left, Hash right) {
        return sha256(prefix, left.bytes, right.bytes);
    }

    /** The thread's own, without what a call that failed may have left in it. */
    private static MessageDigest fresh() {
        MessageDigest sha = SHA_256.get();
        sha.reset();
        return sha;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
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
