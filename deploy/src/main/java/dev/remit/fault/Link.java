package dev.remit.fault;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP connection on loopback that can be made slow or broken: what connects to its port is passed
 * on to the target's, byte for byte, in both directions.
 */
final class Link implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;

    private final String name;
    private final int target;
    private final ServerSocket server;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private volatile long delayMillis;
    private volatile boolean cut;

    /**
     * Opens a port of its own.
     *
     * @param target the port on loopback that it leads to
     */
    Link(String name, int target) throws IOException {
        this.name = name;
        this.target = target;
        this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name(name).start(this::accept);
    }

    String name() {
        return name;
    }

    int port() {
        return server.getLocalPort();
    }

    /** Breaks every connection there is; new ones are let through. */
    void drop() {
        open.forEach(Link::quietly);
    }

    /** Breaks every connection, and refuses new ones until {@link #heal}. */
    void cut() {
        cut = true;
        drop();
    }

    /** Holds back whatever passes, in either direction, for this long. */
    void delay(long millis) {
        delayMillis = millis;
    }

    /** As if nothing had been. */
    void heal() {
        cut = false;
        delayMillis = 0;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().name(name).start(() -> join(client));
            } catch (IOException closed) {
                // the loop ends when the server is closed
            }
        }
    }

    private void join(Socket client) {
        open.add(client);
        try (client;
                Socket there = new Socket()) {
            if (cut) {
                return;
            }
            there.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 2000);
            open.add(there);
            client.setTcpNoDelay(true);
            there.setTcpNoDelay(true);
            Thread back = Thread.ofVirtual().name(name).start(() -> pass(there, client));
            pass(client, there);
            back.join();
            open.remove(there);
        } catch (IOException unreachable) {
            // the client sees its connection end
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    /** One direction; the end of either ends both. */
    private void pass(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (delayMillis > 0) {
                    Thread.sleep(delayMillis);
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException broken) {
            // both ends are closed below
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            quietly(from);
            quietly(to);
        }
    }

    private static void quietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // it is closed either way
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        drop();
    }
}
