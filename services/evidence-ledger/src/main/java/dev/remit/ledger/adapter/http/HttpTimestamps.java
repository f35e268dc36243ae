package dev.remit.ledger.adapter.http;

import dev.remit.ledger.application.Timestamps;
import dev.remit.ledger.log.Timestamp;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** A timestamp authority over HTTP (RFC 3161 section 3.4). */
@Singleton
public class HttpTimestamps implements Timestamps {
    private static final int MOST_BYTES = 1 << 18;

    private final Optional<URI> url;
    private final List<X509Certificate> trusted;
    private final SecureRandom random = new SecureRandom();
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();

    @Inject
    HttpTimestamps(
            @ConfigProperty(name = "remit.ledger.timestamps.url") Optional<URI> url,
            @ConfigProperty(name = "remit.ledger.timestamps.trust") Optional<Path> trust)
            throws IOException {
        if (url.isPresent() != trust.isPresent()) {
            throw new IllegalArgumentException(
                    "remit.ledger.timestamps.url and remit.ledger.timestamps.trust: one without the other");
        }
        this.url = url;
        this.trusted = trust.isPresent() ? Timestamp.certificates(trust.get()) : List.of();
    }

    @Override
    public boolean areWanted() {
        return url.isPresent();
    }

    @Override
    public List<X509Certificate> trusted() {
        return trusted;
    }

    @Override
    public byte[] over(byte[] content, Duration patience) {
        byte[] request = Timestamp.request(content, new BigInteger(64, random));
        try {
            HttpResponse<InputStream> response =
                    client.send(
                            HttpRequest.newBuilder(url.orElseThrow())
                                    .timeout(patience)
                                    .header("Content-Type", "application/timestamp-query")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(request))
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            byte[] answer;
            try (InputStream in = response.body()) {
                answer = in.readNBytes(MOST_BYTES);
            }
            if (response.statusCode() != 200) {
                throw new IllegalStateException("timestamp: status " + response.statusCode());
            }
            byte[] token = Timestamp.token(request, answer);
            Timestamp.verify(token, content, trusted);
            return token;
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
