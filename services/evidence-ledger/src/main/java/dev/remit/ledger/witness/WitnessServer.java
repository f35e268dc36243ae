package dev.remit.ledger.witness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.remit.ledger.log.NoteKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Serves witnesses over HTTP (C2SP tlog-witness): {@code POST /NAME/add-checkpoint}, and {@code GET
 * /NAME/HEX/checkpoint} for monitors, where HEX is SHA-256 of the log's origin; and {@code POST
 * /timestamp} (RFC 3161) where it is a timestamp authority too. One process holds a folder at a
 * time: two would cosign two histories.
 */
public final class WitnessServer implements AutoCloseable {
    private static final int MOST_BYTES = 1 << 20;

    private final HttpServer http;
    private final ExecutorService workers = Executors.newFixedThreadPool(8);
    private final FileChannel lock;

    private WitnessServer(HttpServer http, FileChannel lock) {
        this.http = http;
        this.lock = lock;
    }

    /**
     * Starts.
     *
     * @param folder holds a folder for each witness
     * @param names the witnesses' names; a path starts with what follows the last slash
     * @param logs the keys of the logs that they cosign
     * @param authority answers timestamp requests, if there is one
     * @throws IOException if the port is taken, or another process holds the folder
     */
    public static WitnessServer start(
            InetSocketAddress address,
            Path folder,
            List<String> names,
            List<NoteKey> logs,
            Optional<TimestampAuthority> authority,
            InstantSource clock)
            throws IOException {
        // a request that trickles in ends after so many seconds
        System.setProperty("sun.net.httpserver.maxReqTime", "20");
        Files.createDirectories(folder);
        FileChannel lock =
                FileChannel.open(
                        folder.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        if (lock.tryLock() == null) {
            lock.close();
            throw new IOException("another witness holds " + folder);
        }
        Map<String, Witness> witnesses = new LinkedHashMap<>();
        for (String name : names) {
            WitnessFolder own = new WitnessFolder(folder(folder, name));
            Witness witness = new Witness(own.signers(name), logs, own);
            if (witnesses.put(segment(name), witness) != null) {
                throw new IOException("two witnesses would be served at /" + segment(name));
            }
        }
        WitnessServer server = new WitnessServer(HttpServer.create(address, 64), lock);
        witnesses.forEach((segment, witness) ->
                server.http.createContext(
                        "/" + segment + "/",
                        exchange -> respond(exchange, () -> answer(exchange, witness, clock))));
        authority.ifPresent(each ->
                server.http.createContext(
                        "/timestamp",
                        exchange -> respond(exchange, () -> stamp(exchange, each, clock))));
        server.http.createContext(
                "/",
                exchange ->
                        respond(
                                exchange,
                                () ->
                                        exchange.getRequestURI().getPath().equals("/")
                                                ? Reply.text(200, String.join("\n", names) + "\n")
                                                : Reply.text(404, "nothing is here\n")));
        server.http.setExecutor(server.workers);
        server.http.start();
        return server;
    }

    /** Where the keys and checkpoints of one of the witnesses are. */
    public static Path folder(Path folder, String name) {
        return folder.resolve(segment(name));
    }

    /** The first part of a witness's paths. */
    public static String segment(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    public int port() {
        return http.getAddress().getPort();
    }

    @Override
    public void close() throws IOException {
        http.stop(0);
        workers.shutdownNow();
        lock.close();
    }

    private record Reply(int status, String type, byte[] body) {
        static Reply text(int status, String text) {
            return new Reply(
                    status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private interface Answering {
        Reply answer() throws IOException;
    }

    private static void respond(HttpExchange exchange, Answering answering) throws IOException {
        Reply reply;
        try {
            reply = answering.answer();
        } catch (IOException | UncheckedIOException e) {
            System.err.println("witness: " + e);
            reply = Reply.text(500, "the witness could not keep or read what it needs\n");
        }
        exchange.getResponseHeaders().set("Content-Type", reply.type());
        exchange.sendResponseHeaders(
                reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
        try (var out = exchange.getResponseBody()) {
            out.write(reply.body());
        }
    }

    private static Reply answer(HttpExchange exchange, Witness witness, InstantSource clock)
            throws IOException {
        String path = exchange.getRequestURI().getPath();
        String rest = path.substring(path.indexOf('/', 1) + 1);
        if (rest.equals("add-checkpoint")) {
            if (!exchange.getRequestMethod().equals("POST")) {
                return Reply.text(405, "add-checkpoint is a POST\n");
            }
            byte[] body = body(exchange);
            if (body.length > MOST_BYTES) {
                return Reply.text(400, "the request is longer than " + MOST_BYTES + " bytes\n");
            }
            try {
                return reply(
                        witness.add(
                                StandardCharsets.UTF_8
                                        .newDecoder()
                                        .decode(ByteBuffer.wrap(body))
                                        .toString(),
                                clock.instant()));
            } catch (CharacterCodingException e) {
                return Reply.text(400, "the request is not UTF-8\n");
            }
        }
        if (rest.matches("[0-9a-f]{64}/checkpoint")) {
            return witness.named(rest.substring(0, rest.indexOf('/')))
                    .map(note -> Reply.text(200, note))
                    .orElseGet(() -> Reply.text(404, "nothing was cosigned yet\n"));
        }
        return Reply.text(404, "nothing is here\n");
    }

    private static Reply reply(Witness.Answer answer) {
        return switch (answer) {
            case Witness.Answer.Lines(String text) -> Reply.text(200, text);
            case Witness.Answer.Malformed(String why) -> Reply.text(400, why + "\n");
            case Witness.Answer.NotSigned(String why) ->
                    Reply.text(403, "invalid signature: " + why + "\n");
            case Witness.Answer.UnknownLog(String origin) ->
                    Reply.text(404, "unknown log " + origin + "\n");
            case Witness.Answer.OtherSize(long size) ->
                    new Reply(
                            409,
                            "text/x.tlog.size",
                            (size + "\n").getBytes(StandardCharsets.US_ASCII));
            case Witness.Answer.NotConsistent(String why) ->
                    Reply.text(422, "consistency proof: " + why + "\n");
        };
    }

    private static Reply stamp(
            HttpExchange exchange, TimestampAuthority authority, InstantSource clock)
            throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            return Reply.text(405, "a timestamp request is a POST\n");
        }
        return new Reply(
                200,
                "application/timestamp-reply",
                authority.answer(body(exchange), clock.instant()));
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        try (var in = exchange.getRequestBody()) {
            return in.readNBytes(MOST_BYTES + 1);
        }
    }
}
