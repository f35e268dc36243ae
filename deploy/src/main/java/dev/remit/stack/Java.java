package dev.remit.stack;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the JVMs of the stack are started: with the launcher's own JDK, small heaps, one garbage
 * collector.
 */
public final class Java {
    private Java() {}

    static String binary() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** What a JVM is started for. */
    public enum Use {
        /** Quick to start and small: only the first compiler. */
        SHORT_WORK,
        /** Compiled for throughput, as a JVM does when nobody says otherwise. */
        STEADY_LOAD
    }

    /** A command that runs the rest (options, then what to run) with a heap of this size. */
    public static List<String> command(Use use, int heapMegabytes, List<String> rest) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                binary(),
                                "-Xmx" + heapMegabytes + "m",
                                "-XX:+UseSerialGC",
                                "-XX:+UseCompactObjectHeaders",
                                // half of it would go on, and nobody knows which half
                                "-XX:+ExitOnOutOfMemoryError"));
        command.add(
                switch (use) {
                    case SHORT_WORK -> "-XX:TieredStopAtLevel=1";
                    // five JVMs share the processors, and what they remember of where pages are
                    case STEADY_LOAD -> "-XX:+UseTransparentHugePages";
                });
        command.addAll(rest);
        return command;
    }
}
