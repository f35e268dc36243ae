package dev.remit.fault;

import dev.remit.stack.Stack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Starts again whatever ends, as an orchestrator does: each part on its own, after a moment. */
final class Keeper implements AutoCloseable {
    private static final long LOOK_MILLIS = 300;

    private final Stack stack;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger starts = new AtomicInteger();

    Keeper(Stack stack, List<String> parts) {
        this.stack = stack;
        for (String part : parts) {
            threads.add(Thread.ofVirtual().name("keeper of " + part).start(() -> keep(part)));
        }
    }

    /** How often something was started again. */
    int starts() {
        return starts.get();
    }

    private void keep(String part) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    if (!stack.isRunning(part)) {
                        starts.incrementAndGet();
                        stack.start(part);
                    }
                } catch (IOException notYet) {
                    // what it needs may be down too; it is tried again
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts nothing any more. */
    @Override
    public void close() throws IOException {
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
