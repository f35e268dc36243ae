package dev.remit.connector.adapter.events;

import dev.remit.connector.adapter.events.EventFeeds.EventFeed;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jboss.logging.Logger;
import org.jose4j.http.Get;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jspecify.annotations.Nullable;

/** Whether what was posted comes from the feed. */
@Singleton
public class Signatures {
    private static final Logger LOG = Logger.getLogger(Signatures.class);
    private static final String PREFIX = "sha256=";

    /** A transmitter waits; what cannot be fetched in this time is sent again. */
    private static final int PATIENCE_MILLIS = 2000;

    /** Whether a security event token holds. */
    public sealed interface Checked {
        /** It does; its claims are JSON. */
        record Holds(String claims) implements Checked {}

        /**
         * It does not.
         *
         * @param err the code of RFC 8935, section 2.4
         */
        record Fails(String err, String description) implements Checked {}

        /** Nobody can say: the issuer's keys could not be fetched. */
        record Unknown() implements Checked {}
    }

    private final Map<String, JwtConsumer> consumers = new ConcurrentHashMap<>();

    /**
     * GitHub: HMAC-SHA256 over the bytes that came.
     *
     * @param signature the header X-Hub-Signature-256; empty if it did not come
     */
    public static boolean github(EventFeed feed, Optional<String> signature, byte[] body) {
        if (feed.secret().isEmpty()
                || signature.filter(each -> each.startsWith(PREFIX)).isEmpty()) {
            return false;
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(
                    new SecretKeySpec(
                            feed.secret().get().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            String expected = PREFIX + HexFormat.of().formatHex(mac.doFinal(body));
            return MessageDigest.isEqual(
                    expected.getBytes(StandardCharsets.UTF_8),
                    signature.get().getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is part of every Java platform", e);
        }
    }

    /** Checks a token; may fetch the issuer's keys, so not on an event loop. */
    public Checked set(String name, EventFeed feed, String token) {
        return check(
                consumers.computeIfAbsent(
                        name,
                        _ ->
                                consumer(
                                        feed,
                                        new HttpsJwksVerificationKeyResolver(
                                                keys(feed.jwks().orElseThrow())))),
                token);
    }

    private static HttpsJwks keys(String url) {
        Get get = new Get();
        get.setConnectTimeout(PATIENCE_MILLIS);
        get.setReadTimeout(PATIENCE_MILLIS);
        get.setRetries(0);
        HttpsJwks keys = new HttpsJwks(url);
        keys.setSimpleHttpGet(get);
        return keys;
    }

    /**
     * RFC 8417 and SSF 1.0: typed, signed by the issuer, addressed here, without {@code sub} and
     * {@code exp}.
     */
    static JwtConsumer consumer(EventFeed feed, VerificationKeyResolver keys) {
        return new JwtConsumerBuilder()
                .setExpectedType(true, "secevent+jwt")
                .setVerificationKeyResolver(keys)
                .setJwsAlgorithmConstraints(
                        AlgorithmConstraints.ConstraintType.PERMIT,
                        "RS256",
                        "PS256",
                        "ES256",
                        "EdDSA")
                .setExpectedIssuer(feed.issuer().orElseThrow())
                .setExpectedAudience(feed.audience().orElseThrow())
                .setRequireJwtId()
                .setRequireIssuedAt()
                .build();
    }

    private static boolean notFetched(@Nullable Throwable failure) {
        return failure != null
                && (failure instanceof IOException || notFetched(failure.getCause()));
    }

    static Checked check(JwtConsumer consumer, String token) {
        try {
            var claims = consumer.processToClaims(token);
            if (claims.hasClaim("sub") || claims.hasClaim("exp")) {
                return new Checked.Fails("invalid_request", "sub, exp: must not be there");
            }
            return new Checked.Holds(claims.toJson());
        } catch (InvalidJwtException e) {
            if (notFetched(e)) {
                LOG.warnf("the keys of a feed cannot be fetched: %s", e.getCause());
                return new Checked.Unknown();
            }
            LOG.debugf("a security event token is refused: %s", e.getErrorDetails());
            if (e.hasErrorCode(ErrorCodes.ISSUER_INVALID)) {
                return new Checked.Fails("invalid_issuer", "iss: is not the feed's issuer");
            }
            if (e.hasErrorCode(ErrorCodes.AUDIENCE_INVALID)
                    || e.hasErrorCode(ErrorCodes.AUDIENCE_MISSING)) {
                return new Checked.Fails("invalid_audience", "aud: does not name this receiver");
            }
            return e.hasErrorCode(ErrorCodes.SIGNATURE_INVALID)
                            || e.hasErrorCode(ErrorCodes.MISCELLANEOUS)
                    ? new Checked.Fails("invalid_key", "the signature does not hold")
                    : new Checked.Fails("invalid_request", "is not a security event token");
        }
    }
}
