package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.stack.Home;
import dev.remit.stack.Requests;
import java.io.IOException;
import java.util.Map;
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
        return send(home, "GET", service, path, null, Map.of()).json();
    }

    /** The same as text, with further headers. */
    String text(Home home, String service, String path, Map<String, String> headers)
            throws IOException, InterruptedException {
        return send(home, "GET", service, path, null, headers).text();
    }

    /** The same of what is posted. */
    JsonNode post(Home home, String service, String path, ObjectNode body)
            throws IOException, InterruptedException {
        return post(home, service, path, body, Map.of());
    }

    /** The same with further headers. */
    JsonNode post(
            Home home, String service, String path, ObjectNode body, Map<String, String> headers)
            throws IOException, InterruptedException {
        return send(home, "POST", service, path, body.toString(), headers).json();
    }

    private Requests.Answer send(
            Home home,
            String method,
            String service,
            String path,
            @Nullable String body,
            Map<String, String> headers)
            throws IOException, InterruptedException {
        return Remit.expect(Remit.ask(home, method, service, path, user(), body, headers));
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
