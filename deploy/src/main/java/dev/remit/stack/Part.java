package dev.remit.stack;

import java.io.IOException;
import java.time.Duration;

/** One process of the stack. */
abstract class Part {
    private final String name;
    private final Home home;
    private final Child child;

    Part(String name, Home home) {
        this.name = name;
        this.home = home;
        this.child = new Child(name, home);
    }

    final String name() {
        return name;
    }

    final Home home() {
        return home;
    }

    final Child child() {
        return child;
    }

    /** Makes files, then starts the process; returns at once. */
    abstract void start() throws IOException, InterruptedException;

    /** Whether it answers as a working one does. */
    abstract boolean isReady();

    /**
     * What there is to do once it answers: databases, topics, schemas, a realm. May be done again
     * at each start.
     */
    void afterwards() throws IOException, InterruptedException {}

    String stopSignal() {
        return "TERM";
    }

    Duration patience() {
        return Duration.ofSeconds(90);
    }
}
