package dev.remit.ledger.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.remit.ledger.log.Timestamp;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimestampTest {
    private final Instant now = Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    private static final byte[] CONTENT = "a checkpoint\n".getBytes(StandardCharsets.UTF_8);

    @TempDir Path folder;

    @Test
    void aTimestampIsVerifiedByTheAuthoritysCertificateAlone() throws IOException {
        TimestampAuthority authority = TimestampAuthority.open(folder, now);
        byte[] token = token(authority, CONTENT);
        List<X509Certificate> trusted =
                Timestamp.certificates(folder.resolve(TimestampAuthority.CERTIFICATE));
        assertThat(Timestamp.verify(token, CONTENT, trusted)).isEqualTo(now);
        byte[] other = CONTENT.clone();
        other[3] ^= 1;
        assertThatThrownBy(() -> Timestamp.verify(token, other, trusted))
                .hasMessageContaining("other bytes");
        assertThatThrownBy(() -> Timestamp.verify(token, CONTENT, List.of()))
                .hasMessageContaining("no authority is trusted");
        Path strange = folder.resolve("other");
        TimestampAuthority.open(strange, now);
        List<X509Certificate> others =
                Timestamp.certificates(strange.resolve(TimestampAuthority.CERTIFICATE));
        assertThatThrownBy(() -> Timestamp.verify(token, CONTENT, others))
                .isInstanceOf(IllegalArgumentException.class);
        // the authority that comes back is the same one
        byte[] later = token(TimestampAuthority.open(folder, now.plusSeconds(9)), CONTENT);
        assertThat(Timestamp.verify(later, CONTENT, trusted)).isEqualTo(now);
    }

    @Test
    void noAlteredByteOfATokenIsTakenForTheTimeItSaid() throws IOException {
        byte[] token = token(TimestampAuthority.open(folder, now), CONTENT);
        List<X509Certificate> trusted =
                Timestamp.certificates(folder.resolve(TimestampAuthority.CERTIFICATE));
        for (int at = 0; at < token.length; at++) {
            byte[] altered = token.clone();
            altered[at] ^= 0x01;
            Instant time;
            try {
                time = Timestamp.verify(altered, CONTENT, trusted);
            } catch (IllegalArgumentException refused) {
                continue;
            }
            // what nothing signs, such as the certificates carried along, may change
            assertThat(time).isEqualTo(now);
        }
    }

    @Test
    void anAnswerToAnotherRequestIsRefused() throws IOException {
        TimestampAuthority authority = TimestampAuthority.open(folder, now);
        byte[] request = Timestamp.request(CONTENT, BigInteger.ONE);
        byte[] answer = authority.answer(Timestamp.request(CONTENT, BigInteger.TWO), now);
        assertThatThrownBy(() -> Timestamp.token(request, answer))
                .isInstanceOf(IllegalArgumentException.class);
        byte[] refusal = authority.answer(new byte[] {1, 2, 3}, now);
        assertThatThrownBy(() -> Timestamp.token(request, refusal))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void opensslVerifiesTheTimestamp() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl at /usr/bin");
        byte[] token = token(TimestampAuthority.open(folder, now), CONTENT);
        Files.write(folder.resolve("token"), token);
        Files.write(folder.resolve("content"), CONTENT);
        assertThat(openssl("content")).contains("Verification: OK");
        Files.write(folder.resolve("other"), new byte[] {1});
        assertThat(openssl("other")).doesNotContain("Verification: OK");
    }

    private String openssl(String content) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                "/usr/bin/openssl",
                                "ts",
                                "-verify",
                                "-data",
                                content,
                                "-in",
                                "token",
                                "-token_in",
                                "-CAfile",
                                TimestampAuthority.CERTIFICATE)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(20, TimeUnit.SECONDS);
        return said;
    }

    private byte[] token(TimestampAuthority authority, byte[] content) throws IOException {
        byte[] request = Timestamp.request(content, BigInteger.TEN);
        return Timestamp.token(request, authority.answer(request, now));
    }
}
