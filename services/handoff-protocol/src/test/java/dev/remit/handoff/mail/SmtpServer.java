package dev.remit.handoff.mail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A mail server on loopback (RFC 5321, what a client needs of it) that keeps what it takes. */
public final class SmtpServer implements AutoCloseable {
    /** What it took. */
    public record Mail(String from, String to, List<String> lines) {
        /** As one text. */
        public String text() {
            return String.join("\n", lines);
        }
    }

    public final List<Mail> taken = new CopyOnWriteArrayList<>();

    /** Whether it refuses every recipient. */
    public volatile boolean refuses;

    private final ServerSocket socket;

    public SmtpServer() throws IOException {
        socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
    }

    public int port() {
        return socket.getLocalPort();
    }

    private void serve() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> talk(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void talk(Socket client) {
        try (client;
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        client.getInputStream(), StandardCharsets.UTF_8))) {
            say(client, "220 loopback");
            String from = "";
            String to = "";
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("MAIL FROM:")) {
                    from = line.substring(10);
                    say(client, "250 ok");
                } else if (line.startsWith("RCPT TO:")) {
                    to = line.substring(8);
                    say(client, refuses ? "550 no such person" : "250 ok");
                } else if (line.equals("DATA")) {
                    say(client, "354 go on");
                    List<String> lines = new CopyOnWriteArrayList<>();
                    for (String each = in.readLine();
                            each != null && !each.equals(".");
                            each = in.readLine()) {
                        lines.add(each);
                    }
                    taken.add(new Mail(from, to, lines));
                    say(client, "250 taken");
                } else if (line.equals("QUIT")) {
                    say(client, "221 bye");
                    return;
                } else {
                    say(client, "250 ok");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void say(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        client.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
