package dev.remit.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One process of the stack. */
abstract class Part {
    private final String name;
    private final Home home;
    private final Child child;
    private @Nullable Engine engine;
    private Java.Use use = Java.Use.SHORT_WORK;

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

    /** What its JVM is started for, from its next start on. */
    final void use(Java.Use other) {
        use = other;
    }

    final Java.Use use() {
        return use;
    }

    /** Leaves the running of this part to something else. */
    final void runBy(Engine other) {
        engine = other;
    }

    final boolean isRunning() throws IOException {
        return engine == null ? child.running().isPresent() : engine.isRunning();
    }

    final void begin() throws IOException, InterruptedException {
        if (engine == null) {
            home.requireFreePorts(name);
            start();
        } else {
            Files.createDirectories(home.logs());
            engine.start(child.log());
        }
    }

    /** Ends it in order, within its grace. */
    final void end() throws IOException, InterruptedException {
        if (engine == null) {
            if (child.stop(stopSignal(), grace())) {
                ended();
            }
        } else {
            engine.stop(false);
        }
    }

    /** Ends it at once, as a crash would. */
    final void kill() throws IOException, InterruptedException {
        if (engine == null) {
            child.stop("KILL", Duration.ZERO);
        } else {
            engine.stop(true);
        }
    }

    /** The parts that must answer before this one is started, by name. */
    abstract List<String> needs();

    /** Makes files, then starts the process; returns at once. */
    abstract void start() throws IOException, InterruptedException;

    /** Whether it answers as a working one does. */
    abstract boolean isReady();

    /**
     * What there is to do once it answers: databases, topics, schemas, a realm. May be done again
     * at each start.
     */
    void afterwards() throws IOException, InterruptedException {}

    /** What there is to do once it has ended in order, within its grace. */
    void ended() throws InterruptedException {}

    /** How long it may take to end. */
    Duration grace() {
        return Duration.ofSeconds(15);
    }

    String stopSignal() {
        return "TERM";
    }

    Duration patience() {
        return Duration.ofMinutes(4);
    }
}
