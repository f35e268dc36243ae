package dev.remit.stack;

import java.io.IOException;

/**
 * Stops what was started: when its time has come, or when the JVM is told to end before that. Once
 * either way.
 */
public final class Ending {
    /** What stops it. */
    @FunctionalInterface
    public interface Work {
        void stop() throws IOException, InterruptedException;
    }

    private final Work work;
    private final Thread hook;

    private Ending(Work work) {
        this.work = work;
        this.hook = new Thread(this::atLast);
    }

    /** From now on it is stopped when the JVM ends. */
    public static Ending with(Work work) {
        Ending ending = new Ending(work);
        Runtime.getRuntime().addShutdownHook(ending.hook);
        return ending;
    }

    /**
     * Stops it, unless the JVM ends already: then that does.
     *
     * @throws IOException naming what was not stopped
     */
    public void now() throws IOException, InterruptedException {
        if (isMine()) {
            work.stop();
        }
    }

    private boolean isMine() {
        try {
            return Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ends) {
            return false;
        }
    }

    private void atLast() {
        try {
            work.stop();
        } catch (IOException e) {
            System.err.println("remit: not everything was stopped: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
