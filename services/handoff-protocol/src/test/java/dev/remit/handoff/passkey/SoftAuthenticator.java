package dev.remit.handoff.passkey;

import dev.remit.handoff.merkle.Hash;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;

/** An authenticator and its browser, in software: real keys, real CBOR, and what can go wrong. */
public final class SoftAuthenticator {
    private static final int PRESENT_AND_VERIFIED = 0x05;
    private static final int WITH_KEY = 0x40;

    private final KeyPair keys;
    private final int algorithm;
    private final byte[] credentialId = new byte[16];

    public String site = "localhost";
    public String origin = "http://localhost:8083";
    public int flags = PRESENT_AND_VERIFIED;

    /** What it counts to next. */
    public long count = 1;

    private SoftAuthenticator(KeyPair keys, int algorithm) {
        this.keys = keys;
        this.algorithm = algorithm;
        new SecureRandom().nextBytes(credentialId);
    }

    /** One with an ECDSA key on P-256. */
    public static SoftAuthenticator es256() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return new SoftAuthenticator(generator.generateKeyPair(), -7);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One with an Ed25519 key. */
    public static SoftAuthenticator ed25519() {
        try {
            return new SoftAuthenticator(
                    KeyPairGenerator.getInstance("Ed25519").generateKeyPair(), -8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Base64url without padding. */
    public String credentialId() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(credentialId);
    }

    /** The key as the ledger knows it. */
    public Passkey passkey(String person) {
        return new Passkey(credentialId(), person, site, keys.getPublic().getEncoded(), algorithm);
    }

    /** What a browser gives back for navigator.credentials.create. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Registration(byte[] clientData, byte[] attestation) {}

    /** Makes its key known. */
    public Registration register(byte[] challenge) {
        byte[] data =
                join(
                        authenticatorData(flags | WITH_KEY),
                        new byte[16],
                        new byte[] {0, (byte) credentialId.length},
                        credentialId,
                        coseKey());
        return new Registration(
                clientData("webauthn.create", challenge),
                join(
                        new byte[] {(byte) 0xa3},
                        text("fmt"),
                        text("none"),
                        text("attStmt"),
                        new byte[] {(byte) 0xa0},
                        text("authData"),
                        bytes(data)));
    }

    /** What it gives back for navigator.credentials.get. */
    public Assertion sign(byte[] challenge) {
        byte[] data = authenticatorData(flags);
        byte[] client = clientData("webauthn.get", challenge);
        try {
            Signature signer =
                    Signature.getInstance(algorithm == -7 ? "SHA256withECDSA" : "Ed25519");
            signer.initSign(keys.getPrivate());
            signer.update(new Assertion("", data, client, new byte[0]).signed());
            return new Assertion(credentialId(), data, client, signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] authenticatorData(int with) {
        return ByteBuffer.allocate(37)
                .put(Hash.sha256(site.getBytes(StandardCharsets.UTF_8)).bytes())
                .put((byte) with)
                .putInt((int) count++)
                .array();
    }

    private byte[] clientData(String type, byte[] challenge) {
        return "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\",\"crossOrigin\":false}"
                .formatted(
                        type,
                        Base64.getUrlEncoder().withoutPadding().encodeToString(challenge),
                        origin)
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] coseKey() {
        return switch (keys.getPublic()) {
            case ECPublicKey key ->
                    join(
                            // kty EC2, alg ES256, crv P-256, x, y
                            new byte[] {(byte) 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21},
                            bytes(fixed(key.getW().getAffineX())),
                            new byte[] {0x22},
                            bytes(fixed(key.getW().getAffineY())));
            case EdECPublicKey key -> {
                byte[] encoded = key.getEncoded();
                yield join(
                        // kty OKP, alg EdDSA, crv Ed25519, x
                        new byte[] {(byte) 0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21},
                        bytes(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)));
            }
            default -> throw new IllegalStateException(keys.getPublic().getAlgorithm());
        };
    }

    private static byte[] fixed(BigInteger number) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[32];
        int length = Math.min(bytes.length, 32);
        System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
        return fixed;
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return join(new byte[] {(byte) (0x60 + bytes.length)}, bytes);
    }

    private static byte[] bytes(byte[] bytes) {
        return join(new byte[] {0x58, (byte) bytes.length}, bytes);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
