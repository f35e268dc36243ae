package dev.remit.ledger.log;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.VerifierKey;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.OptionalLong;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * A public key by which a note's signature line is verified, as a C2SP signed-note verifier key:
 * {@code <name>+<key id, 8 hexadecimal digits>+<base64 of type and key>}. Key, type and name
 * together give the id, so that one key is never taken for one of another type.
 */
public final class NoteKey {
    /** What a key signs, and how (C2SP signed-note, signature types). */
    public enum Kind {
        /** The note's text (C2SP signed-note). */
        ED25519(1, 32, 64),
        /** The text and a time (C2SP tlog-cosignature). */
        ED25519_COSIGNATURE(4, 32, 64),
        /** Origin, size, root, a time and the signer's name (C2SP tlog-cosignature). */
        ML_DSA_44_COSIGNATURE(6, 1312, 2420);

        final int type;
        final int keyBytes;
        final int signatureBytes;

        Kind(int type, int keyBytes, int signatureBytes) {
            this.type = type;
            this.keyBytes = keyBytes;
            this.signatureBytes = signatureBytes;
        }

        static Kind of(int type) {
            for (Kind kind : values()) {
                if (kind.type == type) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("note key: no signature type " + type);
        }
    }

    /** DER before the 1,312 bytes of an ML-DSA-44 key (RFC 9881, SubjectPublicKeyInfo). */
    private static final byte[] ML_DSA_44 =
            HexFormat.of().parseHex("30820532300b06096086480165030403110382052100");

    private final String name;
    private final Kind kind;
    private final byte[] key;
    private final int id;
    private final @Nullable PublicKey mlDsa;

    NoteKey(String name, Kind kind, byte[] key) {
        requireName(name);
        if (key.length != kind.keyBytes) {
            throw new IllegalArgumentException(
                    "note key '" + name + "': not " + kind.keyBytes + " bytes long");
        }
        this.name = name;
        this.kind = kind;
        this.key = key.clone();
        this.id = idOf(name, kind, key);
        this.mlDsa =
                switch (kind) {
                    case ED25519, ED25519_COSIGNATURE -> {
                        if (!Ed25519.validatePublicKeyFull(key, 0)) {
                            throw new IllegalArgumentException(
                                    "note key '" + name + "': not an Ed25519 public key");
                        }
                        yield null;
                    }
                    case ML_DSA_44_COSIGNATURE -> mlDsa(name, key);
                };
    }

    /**
     * Reads one verifier key.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    public static NoteKey parse(String text) {
        String stripped = text.strip();
        String[] parts = stripped.split("\\+", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException("note key: not of the form name+id+key");
        }
        byte[] typed = Base64.getDecoder().decode(parts[2]);
        if (typed.length == 0) {
            throw new IllegalArgumentException("note key '" + parts[0] + "': has no type");
        }
        NoteKey key =
                new NoteKey(
                        parts[0],
                        Kind.of(typed[0] & 0xff),
                        Arrays.copyOfRange(typed, 1, typed.length));
        if (!key.toString().equals(stripped)) {
            throw new IllegalArgumentException(
                    "note key '" + parts[0] + "': its id does not fit its key");
        }
        return key;
    }

    /** The same key, to be used beside others. */
    public static NoteKey of(VerifierKey key) {
        return parse(key.toString());
    }

    /**
     * The key by which checkpoints of this origin are verified: of the log's shards the same one,
     * under the shard's name; of any other origin, itself.
     */
    public NoteKey of(String origin) {
        return origin.equals(name) || Shard.period(origin, name).isEmpty()
                ? this
                : new NoteKey(origin, kind, key);
    }

    /** A key name: not empty, without Unicode spaces and plus signs. */
    static void requireName(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "key name '" + name + "': empty, or with a space or a plus sign");
        }
    }

    static boolean isName(String name) {
        return !name.isEmpty()
                && name.codePoints()
                        .noneMatch(each ->
                                each == '+'
                                        || each < ' '
                                        || each == 0x85
                                        || Character.isSpaceChar(each));
    }

    public String name() {
        return name;
    }

    public Kind kind() {
        return kind;
    }

    /** The first four bytes, big-endian, of SHA-256 over name, newline, type and key. */
    public int id() {
        return id;
    }

    /** Name and id. */
    public String reference() {
        return name + "+" + HexFormat.of().toHexDigits(id);
    }

    /** The key's bytes, as its algorithm encodes them. */
    public byte[] key() {
        return key.clone();
    }

    /** Whether the other wraps the same key, under whatever name and type. */
    boolean sameKey(NoteKey other) {
        return Arrays.equals(key, other.key);
    }

    /**
     * Verifies one signature line's bytes, without the key id.
     *
     * @return the time in it, seconds since 1970; 0 when this kind holds none; empty when it does
     *     not verify
     */
    OptionalLong verify(String text, byte[] signature) {
        boolean timed = kind != Kind.ED25519;
        if (signature.length != kind.signatureBytes + (timed ? Long.BYTES : 0)) {
            return OptionalLong.empty();
        }
        if (!timed) {
            return verifies(text.getBytes(StandardCharsets.UTF_8), signature)
                    ? OptionalLong.of(0)
                    : OptionalLong.empty();
        }
        long time = ByteBuffer.wrap(signature).getLong();
        byte[] bare = Arrays.copyOfRange(signature, Long.BYTES, signature.length);
        return time >= 0 && verifies(cosigned(kind, name, time, text), bare)
                ? OptionalLong.of(time)
                : OptionalLong.empty();
    }

    /** What a cosignature covers (C2SP tlog-cosignature). */
    static byte[] cosigned(Kind kind, String name, long time, String text) {
        if (kind == Kind.ED25519_COSIGNATURE) {
            return ("cosignature/v1\ntime " + time + "\n" + text).getBytes(StandardCharsets.UTF_8);
        }
        Checkpoint checkpoint = Checkpoint.parse(text);
        byte[] signer = name.getBytes(StandardCharsets.UTF_8);
        byte[] origin = checkpoint.origin().getBytes(StandardCharsets.UTF_8);
        if (signer.length > 255 || origin.length > 255) {
            throw new IllegalArgumentException(
                    "cosignature: a name or an origin is longer than 255 bytes");
        }
        var message = new ByteArrayOutputStream();
        message.writeBytes("subtree/v1\n\0".getBytes(StandardCharsets.US_ASCII));
        message.write(signer.length);
        message.writeBytes(signer);
        message.writeBytes(number(time));
        message.write(origin.length);
        message.writeBytes(origin);
        message.writeBytes(number(0));
        message.writeBytes(number(checkpoint.size()));
        message.writeBytes(checkpoint.root().bytes());
        return message.toByteArray();
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    /** Whether this key signed exactly these bytes. */
    boolean verifies(byte[] message, byte[] signature) {
        if (mlDsa == null) {
            return signature.length == kind.signatureBytes
                    && Ed25519.verify(signature, 0, key, 0, message, 0, message.length);
        }
        try {
            Signature verifier = Signature.getInstance("ML-DSA-44");
            verifier.initVerify(mlDsa);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            // the provider's word for a signature that is malformed
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java 24 and later have ML-DSA", e);
        }
    }

    private static PublicKey mlDsa(String name, byte[] key) {
        byte[] der = Arrays.copyOf(ML_DSA_44, ML_DSA_44.length + key.length);
        System.arraycopy(key, 0, der, ML_DSA_44.length, key.length);
        try {
            return KeyFactory.getInstance("ML-DSA-44").generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "note key '" + name + "': not an ML-DSA-44 public key", e);
        }
    }

    private static int idOf(String name, Kind kind, byte[] key) {
        var all = new ByteArrayOutputStream();
        all.writeBytes((name + "\n").getBytes(StandardCharsets.UTF_8));
        all.write(kind.type);
        all.writeBytes(key);
        return ByteBuffer.wrap(Hash.sha256(all.toByteArray()).bytes()).getInt();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteKey that
                && name.equals(that.name)
                && kind == that.kind
                && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
        return id;
    }

    /** The verifier key text. */
    @Override
    public String toString() {
        byte[] typed = new byte[key.length + 1];
        typed[0] = (byte) kind.type;
        System.arraycopy(key, 0, typed, 1, key.length);
        return reference() + "+" + Base64.getEncoder().encodeToString(typed);
    }
}
