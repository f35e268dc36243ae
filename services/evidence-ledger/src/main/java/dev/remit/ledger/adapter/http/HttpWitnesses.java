package dev.remit.ledger.adapter.http;

import dev.remit.ledger.application.Witnesses;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.TrustPolicy;
import dev.remit.ledger.witness.AddCheckpoint;
import dev.remit.ledger.witness.WitnessFolder;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Witnesses over HTTP (C2SP tlog-witness); what they send is read up to a bound. */
@Singleton
public class HttpWitnesses implements Witnesses {
    private static final int MOST_BYTES = 1 << 18;

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();

    @Override
    public Answer ask(TrustPolicy.Member witness, AddCheckpoint request, Duration patience) {
        try {
            HttpResponse<InputStream> response =
                    client.send(
                            HttpRequest.newBuilder(at(witness, "/add-checkpoint"))
                                    .timeout(patience)
                                    .POST(HttpRequest.BodyPublishers.ofString(request.text()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            String body = body(response);
            return switch (response.statusCode()) {
                case 200 -> new Answer.Lines(body);
                case 409 -> new Answer.OtherSize(Checkpoint.number("size", body.strip()));
                case 400, 403, 404, 422 ->
                        new Answer.Refused(response.statusCode() + " " + firstLine(body));
                default -> new Answer.Silent("status " + response.statusCode());
            };
        } catch (IOException | IllegalArgumentException e) {
            return new Answer.Silent(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Silent("interrupted");
        }
    }

    @Override
    public Optional<String> last(TrustPolicy.Member witness, String origin, Duration patience) {
        try {
            HttpResponse<InputStream> response =
                    client.send(
                            HttpRequest.newBuilder(
                                            at(
                                                    witness,
                                                    "/" + WitnessFolder.id(origin) + "/checkpoint"))
                                    .timeout(patience)
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            String body = body(response);
            return response.statusCode() == 200 ? Optional.of(body) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static URI at(TrustPolicy.Member witness, String path) {
        return URI.create(witness.url().orElseThrow().replaceAll("/+$", "") + path);
    }

    private static String body(HttpResponse<InputStream> response) throws IOException {
        try (InputStream in = response.body()) {
            return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        }
    }

    private static String firstLine(String body) {
        String line = body.lines().findFirst().orElse("");
        return line.length() > 200 ? line.substring(0, 200) : line;
    }
}
