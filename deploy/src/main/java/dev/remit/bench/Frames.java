package dev.remit.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the services spend their CPU: JDK Flight Recorder, switched on by jcmd for the measured run
 * only, so that no start-up is in it.
 */
final class Frames {
    /** How many lines a table has. */
    private static final int LINES = 12;

    private final Map<String, Long> pids;
    private final Path folder;

    /**
     * @param pids the services to look into
     * @param folder where the recordings go
     */
    Frames(Map<String, Long> pids, Path folder) {
        this.pids = pids;
        this.folder = folder;
    }

    void start() throws IOException, InterruptedException {
        for (long pid : pids.values()) {
            jcmd(pid, "JFR.start", "name=bench", "settings=profile");
        }
    }

    /** Ends the recordings and gives a table for each service. */
    String stop() throws IOException, InterruptedException {
        StringBuilder tables = new StringBuilder();
        Map<String, Path> files = new LinkedHashMap<>();
        for (Map.Entry<String, Long> each : pids.entrySet()) {
            Path file = folder.resolve(each.getKey() + ".jfr");
            jcmd(each.getValue(), "JFR.stop", "name=bench", "filename=" + file);
            files.put(each.getKey(), file);
        }
        for (Map.Entry<String, Path> each : files.entrySet()) {
            tables.append(table(each.getKey(), each.getValue()));
        }
        return tables.toString();
    }

    /** The methods of a recording: those that ran, and those of Remit that were being run. */
    static String table(String service, Path recording) throws IOException {
        Map<String, Integer> running = new HashMap<>();
        Map<String, Integer> within = new HashMap<>();
        int samples = 0;
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (!event.getEventType().getName().equals("jdk.ExecutionSample")
                        || event.getStackTrace() == null
                        || event.getStackTrace().getFrames().isEmpty()) {
                    continue;
                }
                samples++;
                List<RecordedFrame> frames = event.getStackTrace().getFrames();
                running.merge(name(frames.getFirst()), 1, Integer::sum);
                Set<String> once = new HashSet<>();
                for (RecordedFrame frame : frames) {
                    String name = name(frame);
                    if (name.startsWith("dev.remit.") && once.add(name)) {
                        within.merge(name, 1, Integer::sum);
                    }
                }
            }
        }
        return "%n%s: %d samples of running Java%n%s%s"
                .formatted(
                        service,
                        samples,
                        lines("ran", running, samples),
                        lines("within", within, samples));
    }

    private static String lines(String word, Map<String, Integer> counts, int samples) {
        StringBuilder lines = new StringBuilder();
        counts.entrySet().stream()
                .sorted(
                        Map.Entry.<String, Integer>comparingByValue()
                                .reversed()
                                .thenComparing(Map.Entry.comparingByKey()))
                .limit(LINES)
                .forEach(each ->
                        lines.append(
                                "  %-6s %5.1f %%  %s%n"
                                        .formatted(
                                                word,
                                                100.0 * each.getValue() / Math.max(1, samples),
                                                each.getKey())));
        return lines.toString();
    }

    private static String name(RecordedFrame frame) {
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
    }

    private static void jcmd(long pid, String... command) throws IOException, InterruptedException {
        List<String> line = new java.util.ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        line.add(String.valueOf(pid));
        line.addAll(List.of(command));
        Process process =
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("jcmd " + pid + " " + command[0] + " failed");
        }
    }
}
