package dev.remit.mesh;

import dev.remit.stack.Tokens;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A client of server-sent events: comments and events as they come. */
final class EventStream implements AutoCloseable {
    /**
     * One of them.
     *
     * @param name empty for a comment
     * @param id empty without one
     */
    record Event(String name, String id, String data) {}

    private final HttpClient client = HttpClient.newHttpClient();
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /**
     * @param seen the Last-Event-ID; null on a first connection
     */
    EventStream(Mesh mesh, String service, String path, String user, @Nullable String seen)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(mesh.url(service, path)))
                        .header("Accept", "text/event-stream")
                        .header(
                                "Authorization",
                                "Bearer " + Tokens.of(mesh.home, "remit-cli", user));
        if (seen != null) {
            request.header("Last-Event-ID", seen);
        }
        var _ =
                client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofLines())
                        .thenAccept(answer -> read(answer.body()));
    }

    private void read(Stream<String> lines) {
        String[] event = {"", "", ""};
        lines.forEach(line -> {
            if (line.startsWith("event:")) {
                event[0] = line.substring(6).strip();
            } else if (line.startsWith("id:")) {
                event[1] = line.substring(3).strip();
            } else if (line.startsWith("data:")) {
                event[2] += line.substring(5).strip();
            } else if (line.startsWith(":")) {
                events.add(new Event("", "", line.substring(1).strip()));
            } else if (line.isEmpty() && !event[2].isEmpty()) {
                events.add(new Event(event[0], event[1], event[2]));
                event[0] = "";
                event[1] = "";
                event[2] = "";
            }
        });
    }

    /** The next one. */
    Event next() throws InterruptedException {
        Event next = events.poll(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new AssertionError("no event within 30 seconds");
        }
        return next;
    }

    /** The next one of this name that says this. */
    Event next(String name, String words) throws InterruptedException {
        Event next = next();
        while (!next.name().equals(name) || !next.data().contains(words)) {
            next = next();
        }
        return next;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
