package dev.remit.handoff;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Message and change ids (RFC 9562). */
public final class Ids {
    private static final long LOW_62_BITS = 0x3fff_ffff_ffff_ffffL;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private Ids() {}

    /** A version 7 UUID: 48 bits of milliseconds since 1970, the rest random. */
    public static UUID timeOrdered(Instant now, RandomGenerator random) {
        long high = (now.toEpochMilli() << 16) | 0x7000L | (random.nextLong() & 0xfffL);
        return new UUID(high, (random.nextLong() & LOW_62_BITS) | VARIANT);
    }

    /**
     * A version 8 UUID that is the same each time, and near those of its time in an index: 48 bits
     * of milliseconds since 1970 as in version 7, the rest as {@link #derived(UUID, String)} has
     * it.
     *
     * @param time part of what the id is derived from, not of when it is made
     */
    public static UUID derived(Instant time, UUID namespace, String name) {
        UUID hashed = derived(namespace, name);
        long high =
                (time.toEpochMilli() << 16) | 0x8000L | (hashed.getMostSignificantBits() & 0xfffL);
        return new UUID(high, hashed.getLeastSignificantBits());
    }

    /** The time that an id begins with; empty if it is not of version 7 or 8. */
    public static Optional<Instant> time(UUID id) {
        return id.version() == 7 || id.version() == 8
                ? Optional.of(Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16))
                : Optional.empty();
    }

    /** A version 5 UUID: the same namespace and name always give the same id. */
    public static UUID derived(UUID namespace, String name) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(
                    ByteBuffer.allocate(16)
                            .putLong(namespace.getMostSignificantBits())
                            .putLong(namespace.getLeastSignificantBits())
                            .array());
            ByteBuffer digest = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
            long high = (digest.getLong() & 0xffff_ffff_ffff_0fffL) | 0x5000L;
            return new UUID(high, (digest.getLong() & LOW_62_BITS) | VARIANT);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-1", e);
        }
    }
}
