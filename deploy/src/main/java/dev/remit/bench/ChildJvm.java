package dev.remit.bench;

import dev.remit.stack.Java;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A JVM of the benchmark's own class path, started like a service's. It ends when its standard
 * input does, so that it never outlives the benchmark.
 */
final class ChildJvm implements AutoCloseable {
    private final String name;
    private final Process process;
    private final Path log;

    private ChildJvm(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program.
     *
     * @param firstLine what its standard input starts with; a secret goes here and nowhere else
     */
    static ChildJvm start(
            String name, Class<?> program, List<String> arguments, String firstLine, Path log)
            throws IOException {
        List<String> rest =
                new ArrayList<>(
                        List.of(
                                "-cp",
                                System.getProperty("java.class.path", ""),
                                program.getName()));
        rest.addAll(arguments);
        Files.createDirectories(log.getParent());
        Process process =
                new ProcessBuilder(Java.command(Java.Use.STEADY_LOAD, 192, rest))
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        process.getOutputStream().write((firstLine + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return new ChildJvm(name, process, log);
    }

    /**
     * Waits for the line by which it says that it is ready, and gives it.
     *
     * @throws IOException if it ends or says nothing within 90 seconds
     */
    String awaitReady() throws IOException, InterruptedException {
        FutureTask<String> line =
                new FutureTask<>(() ->
                        new BufferedReader(
                                        new InputStreamReader(
                                                process.getInputStream(), StandardCharsets.UTF_8))
                                .readLine());
        Thread.ofVirtual().start(line);
        try {
            String said = line.get(90, TimeUnit.SECONDS);
            if (said != null) {
                return said;
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(name + " does not start; see " + log, e);
        }
        throw new IOException(name + " ended while starting; see " + log);
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    /**
     * @throws IOException if it has ended
     */
    void check() throws IOException {
        if (!process.isAlive()) {
            throw new IOException(name + " ended by itself; see " + log);
        }
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** For the program itself: ends this JVM when the input ends. */
    static void endWith(BufferedReader input) {
        Thread.ofPlatform()
                .daemon()
                .name("end-of-input")
                .start(() -> {
                    try {
                        while (input.readLine() != null) {
                            // nothing more is expected
                        }
                    } catch (IOException e) {
                        // a broken input has ended too
                    }
                    Runtime.getRuntime().halt(0);
                });
    }
}
