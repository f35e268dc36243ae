package dev.remit.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A child process that outlives the launcher. Its pid and start time are kept in a file, so that
 * whoever comes next can find it again and a reused pid is never mistaken for it.
 */
final class Child {
    private final String name;
    private final Home home;

    Child(String name, Home home) {
        this.name = name;
        this.home = home;
    }

    /** Starts the program in a session of its own, its output in the log directory. */
    synchronized void start(List<String> command, Map<String, String> environment, Path directory)
            throws IOException {
        Files.createDirectories(home.run());
        Files.createDirectories(home.logs());
        Files.createDirectories(directory);
        List<String> detached = new ArrayList<>(List.of("setsid"));
        detached.addAll(command);
        ProcessBuilder builder =
                new ProcessBuilder(detached)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(environment);
        ProcessHandle process = builder.start().toHandle();
        String started = process.info().startInstant().map(Instant::toString).orElse("");
        Files.writeString(pidFile(), process.pid() + " " + started + "\n");
    }

    /** The running process, if the recorded one still runs. */
    synchronized Optional<ProcessHandle> running() throws IOException {
        if (!Files.exists(pidFile())) {
            return Optional.empty();
        }
        String[] recorded = Files.readString(pidFile()).strip().split(" ", -1);
        if (recorded.length != 2) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(recorded[0]))
                .filter(ProcessHandle::isAlive)
                .filter(process ->
                        process.info()
                                .startInstant()
                                .map(start -> start.toString().equals(recorded[1]))
                                .orElse(false));
    }

    /**
     * Asks the recorded process to end; it ends its children as it sees fit. What is left of them
     * after the grace is ended at once, and so are all of them when the signal is {@code KILL}.
     *
     * @return whether it ran, and all of it ended within the grace
     * @throws IOException if something still runs after that
     */
    synchronized boolean stop(String signal, Duration grace)
            throws IOException, InterruptedException {
        Optional<ProcessHandle> process = running();
        boolean inOrder = false;
        if (process.isPresent()) {
            List<ProcessHandle> all = new ArrayList<>(process.get().descendants().toList());
            all.add(process.get());
            if (!signal.equals("KILL")) {
                signal(signal, process.get().pid());
                inOrder = awaitEnd(all, grace);
            }
            all.forEach(ProcessHandle::destroyForcibly);
            if (!awaitEnd(all, Duration.ofSeconds(10))) {
                throw new IOException(name + " does not end; its pid is " + process.get().pid());
            }
        }
        Files.deleteIfExists(pidFile());
        return inOrder;
    }

    private static boolean awaitEnd(List<ProcessHandle> all, Duration patience)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (all.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }

    Path log() {
        return home.logs().resolve(name + ".log");
    }

    private Path pidFile() {
        return home.run().resolve(name + ".pid");
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, String.valueOf(pid))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor(5, TimeUnit.SECONDS);
    }
}
