package dev.remit.stack;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Runs one part of the stack in another way than as a child process, at the same ports: in a
 * container, for example.
 */
public interface Engine {
    /**
     * Starts the part; it need not answer yet.
     *
     * @param log where its output goes
     */
    void start(Path log) throws IOException;

    boolean isRunning();

    /** Ends it; at once, as a crash would, if told to. */
    void stop(boolean atOnce) throws IOException;
}
