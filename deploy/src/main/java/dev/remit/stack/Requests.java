package dev.remit.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** HTTP with JSON to the parts of the stack. */
public final class Requests {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NEXT = Pattern.compile("<([^>]*)>[^,]*rel=\"?next\"?");

    private Requests() {}

    /**
     * An answer.
     *
     * @param status the HTTP status
     * @param body the bytes
     * @param link the Link header (RFC 8288); empty without one
     */
    public record Answer(int status, byte[] body, String link) {
        public boolean ok() {
            return status / 100 == 2;
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** Where the next page is, if there is one. */
        public Optional<String> next() {
            Matcher matcher = NEXT.matcher(link);
            return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
        }

        public JsonNode json() throws IOException {
            return JSON.readTree(body);
        }
    }

    /**
     * Sends one request.
     *
     * @param token an access token, null for none
     * @param body JSON text, null for none
     */
    public static Answer send(
            String method, String url, @Nullable String token, @Nullable String body)
            throws IOException, InterruptedException {
        return send(method, url, token, body, Map.of());
    }

    /** Sends one request with further headers, or others than the usual ones. */
    public static Answer send(
            String method,
            String url,
            @Nullable String token,
            @Nullable String body,
            Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(PATIENCE)
                        .header("Accept", "application/json");
        headers.forEach(request::setHeader);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body));
        }
        return answer(request.build());
    }

    /** Posts a form. */
    public static Answer form(String url, Map<String, String> fields)
            throws IOException, InterruptedException {
        String body =
                fields.entrySet().stream()
                        .map(field ->
                                field.getKey()
                                        + "="
                                        + URLEncoder.encode(
                                                field.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
        return answer(
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(PATIENCE)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    /** Whether a GET answers with success; false when nobody answers. */
    public static boolean answers(String url) {
        try {
            return trouble(url).isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Why a GET does not answer with success; empty when it does. */
    static Optional<String> trouble(String url) throws InterruptedException {
        try {
            Answer answer = send("GET", url, null, null);
            return answer.ok() ? Optional.empty() : Optional.of("HTTP status " + answer.status());
        } catch (IOException e) {
            return Optional.of(
                    e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
    }

    private static Answer answer(HttpRequest request) throws IOException, InterruptedException {
        try {
            HttpResponse<byte[]> response =
                    CLIENT.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValue("Link").orElse(""));
        } catch (ConnectException | HttpConnectTimeoutException e) {
            ConnectException named =
                    new ConnectException(
                            "nothing answers at "
                                    + request.uri().getScheme()
                                    + "://"
                                    + request.uri().getAuthority());
            named.initCause(e);
            throw named;
        }
    }
}
