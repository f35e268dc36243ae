package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.stack.Home;
import dev.remit.stack.Requests;
import dev.remit.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** In whose name a command asks, and how: the option {@code --as} of all of them. */
abstract class As {
    /** One of acme's people. */
    abstract String user();

    /**
     * What a service answers.
     *
     * @throws IOException if it refuses, in its own words
     */
    JsonNode get(Home home, String service, String path) throws IOException, InterruptedException {
        return page(home, service, path).json();
    }

    /** The same as text, with further headers. */
    String text(Home home, String service, String path, Map<String, String> headers)
            throws IOException, InterruptedException {
        return expected(home, "GET", service, path, null, headers).text();
    }

    /** The same as bytes, with further headers. */
    byte[] bytes(Home home, String service, String path, Map<String, String> headers)
            throws IOException, InterruptedException {
        return expected(home, "GET", service, path, null, headers).body();
    }

    /** The same of a page of a list; see {@link #next}. */
    Requests.Answer page(Home home, String service, String path)
            throws IOException, InterruptedException {
        return expected(home, "GET", service, path, null, Map.of());
    }

    /** Path and query of the page after this one; empty after the last. */
    static Optional<String> next(Requests.Answer page) {
        return page.next()
                .map(URI::create)
                .map(link ->
                        link.getRawPath()
                                + (link.getRawQuery() == null ? "" : "?" + link.getRawQuery()));
    }

    /**
     * What is on all pages of a list: the elements of an array, or the {@code items} of an object.
     */
    List<JsonNode> all(Home home, String service, String first)
            throws IOException, InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        Optional<String> path = Optional.of(first);
        while (path.isPresent()) {
            Requests.Answer page = page(home, service, path.get());
            JsonNode json = page.json();
            (json.isArray() ? json : json.path("items")).forEach(all::add);
            path = next(page);
        }
        return all;
    }

    /** What is answered to what is posted; throws as {@link #get} does. */
    JsonNode post(Home home, String service, String path, ObjectNode body)
            throws IOException, InterruptedException {
        return post(home, service, path, body, Map.of());
    }

    /** The same with further headers. */
    JsonNode post(
            Home home, String service, String path, ObjectNode body, Map<String, String> headers)
            throws IOException, InterruptedException {
        return expected(home, "POST", service, path, body.toString(), headers).json();
    }

    /** Deletes; throws as {@link #get} does. */
    void delete(Home home, String service, String path) throws IOException, InterruptedException {
        expected(home, "DELETE", service, path, null, Map.of());
    }

    /** What a service answers to a GET or, with a body, to a POST, a refusal too. */
    Requests.Answer ask(Home home, String service, String path, @Nullable ObjectNode body)
            throws IOException, InterruptedException {
        return body == null
                ? send(home, "GET", service, path, null, Map.of())
                : send(home, "POST", service, path, body.toString(), Map.of());
    }

    private Requests.Answer expected(
            Home home,
            String method,
            String service,
            String path,
            @Nullable String body,
            Map<String, String> headers)
            throws IOException, InterruptedException {
        return expect(send(home, method, service, path, body, headers));
    }

    private Requests.Answer send(
            Home home,
            String method,
            String service,
            String path,
            @Nullable String body,
            Map<String, String> headers)
            throws IOException, InterruptedException {
        return Requests.send(
                method,
                "http://127.0.0.1:" + home.port(service) + path,
                Tokens.of(home, "remit-cli", user()),
                body,
                headers);
    }

    /** The answer, or a failure in its own words. */
    static Requests.Answer expect(Requests.Answer answer) throws IOException {
        if (!answer.ok()) {
            String code = answer.body().length == 0 ? "" : answer.json().path("code").asText();
            String detail = answer.body().length == 0 ? "" : answer.json().path("detail").asText();
            throw new IOException(
                    "refused ("
                            + answer.status()
                            + (code.isEmpty() ? "" : " " + code)
                            + ") "
                            + detail);
        }
        return answer;
    }

    /** Somebody who may, unless another is named. */
    static final class Somebody extends As {
        @Option(
                names = "--as",
                paramLabel = "USER",
                description = "Who asks (default: ${DEFAULT-VALUE}).")
        private String user;

        Somebody(String user) {
            this.user = user;
        }

        @Override
        String user() {
            return user;
        }
    }

    /** Whoever is named: what they do is theirs. */
    static final class Named extends As {
        @Option(
                names = "--as",
                required = true,
                paramLabel = "USER",
                description = "Who decides; what role that needs stands below.")
        private String user = "";

        @Override
        String user() {
            return user;
        }
    }
}
