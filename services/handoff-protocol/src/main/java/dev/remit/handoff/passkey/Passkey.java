package dev.remit.handoff.passkey;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Ids;
import dev.remit.handoff.merkle.Hash;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * A public key with which a person signs decisions. The check is one of its own, on the JDK alone:
 * the service that took the signature has checked it with another library.
 *
 * @param credentialId base64url without padding
 * @param person immutable id of whose it is
 * @param rpId the relying party's id, a domain
 * @param publicKey X.509 SubjectPublicKeyInfo, DER
 * @param algorithm COSE: -7 ES256, -8 EdDSA, -257 RS256
 */
public record Passkey(
        String credentialId, String person, String rpId, byte[] publicKey, int algorithm) {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private static final int PRESENT = 0x01;
    private static final int VERIFIED = 0x04;
    private static final int SHORTEST = 37;

    /** The id of the message that says that a registration is revoked. */
    public static UUID revocation(UUID registration) {
        return Ids.derived(registration, "revoked");
    }

    /** Why an assertion is not this person's signature of that challenge. */
    public enum Flaw {
        /** Another key's. */
        OTHER_KEY("is another passkey's"),
        MISFORMED("is not an assertion"),
        /** Not of this challenge: another plan, decision, stage, time or change. */
        CHALLENGE("signs something else"),
        /** Made for another site. */
        ORIGIN("was made for another site"),
        /** Nobody touched the authenticator, or it did not verify who did. */
        NOT_VERIFIED("was made without verifying the person"),
        SIGNATURE("has a signature that does not hold");

        private final String words;

        Flaw(String words) {
            this.words = words;
        }

        /** For example {@code signs something else}. */
        public String words() {
            return words;
        }
    }

    /**
     * What is wrong with an assertion; empty if it holds (section 7.2, but for the counter, which
     * only who keeps it can check).
     */
    public Optional<Flaw> flaw(Assertion assertion, byte[] challenge) {
        byte[] data = assertion.authenticatorData();
        if (!assertion.credentialId().equals(credentialId)) {
            return Optional.of(Flaw.OTHER_KEY);
        }
        JsonNode client;
        try {
            client = JSON.readTree(assertion.clientData());
        } catch (IOException e) {
            return Optional.of(Flaw.MISFORMED);
        }
        if (data.length < SHORTEST || !client.path("type").asText().equals("webauthn.get")) {
            return Optional.of(Flaw.MISFORMED);
        }
        if (!client.path("challenge")
                .asText()
                .equals(Base64.getUrlEncoder().withoutPadding().encodeToString(challenge))) {
            return Optional.of(Flaw.CHALLENGE);
        }
        byte[] site = Hash.sha256(rpId.getBytes(StandardCharsets.UTF_8)).bytes();
        if (!MessageDigest.isEqual(site, Arrays.copyOf(data, 32))
                || client.path("crossOrigin").asBoolean(false)
                || !isOf(rpId, client.path("origin").asText())) {
            return Optional.of(Flaw.ORIGIN);
        }
        if ((data[32] & PRESENT) == 0 || (data[32] & VERIFIED) == 0) {
            return Optional.of(Flaw.NOT_VERIFIED);
        }
        return holds(assertion) ? Optional.empty() : Optional.of(Flaw.SIGNATURE);
    }

    private boolean holds(Assertion assertion) {
        try {
            String key =
                    switch (algorithm) {
                        case -7 -> "EC";
                        case -8 -> "Ed25519";
                        case -257 -> "RSA";
                        default -> throw new GeneralSecurityException("COSE " + algorithm);
                    };
            PublicKey read =
                    KeyFactory.getInstance(key).generatePublic(new X509EncodedKeySpec(publicKey));
            Signature verifier =
                    Signature.getInstance(
                            switch (key) {
                                case "EC" -> "SHA256withECDSA";
                                case "RSA" -> "SHA256withRSA";
                                default -> key;
                            });
            verifier.initVerify(read);
            verifier.update(assertion.signed());
            return verifier.verify(assertion.signature());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /**
     * Whether pages of this origin may use keys of that relying party: its domain or one inside of
     * it, over TLS; on the machine itself also without (section 5.1.3, Secure Contexts 3.1).
     */
    static boolean isOf(String rpId, String origin) {
        URI uri;
        try {
            uri = URI.create(origin);
        } catch (IllegalArgumentException e) {
            return false;
        }
        String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        boolean local = host.equals("localhost") || host.endsWith(".localhost");
        return (host.equals(rpId) || host.endsWith("." + rpId))
                && ("https".equals(uri.getScheme()) || (local && "http".equals(uri.getScheme())));
    }
}
