package dev.remit.mesh;

import dev.remit.stack.DemoRealm;
import dev.remit.stack.Home;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What the authenticator app of the demo's approver with a second factor shows (RFC 6238). */
final class OneTimeCode {
    private static final int SECONDS = 30;

    private OneTimeCode() {}

    /** The code of now: six digits; Keycloak takes each once. */
    static String now(Home home) throws Exception {
        return of(
                home.secret(DemoRealm.SECOND_FACTOR).getBytes(StandardCharsets.UTF_8),
                Instant.now().getEpochSecond() / SECONDS);
    }

    /** HOTP of RFC 4226, section 5.3, with HMAC-SHA-1. */
    static String of(byte[] key, long counter) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(key, "HmacSHA1"));
        byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(counter).array());
        int offset = hash[hash.length - 1] & 0xf;
        return "%06d"
                .formatted((ByteBuffer.wrap(hash).getInt(offset) & Integer.MAX_VALUE) % 1_000_000);
    }
}
