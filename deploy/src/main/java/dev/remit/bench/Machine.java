package dev.remit.bench;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** What Linux says about processes and the machine (proc(5)). */
final class Machine {
    /** USER_HZ is 100 on every Linux that Java runs on. */
    private static final double TICKS_PER_SECOND = 100.0;

    /** As Linux cuts their names: two compilers, and the one that the serial collector uses. */
    private static final List<String> JVM_THREADS =
            List.of("(C1 CompilerThre)", "(C2 CompilerThre)", "(VM Thread)");

    private Machine() {}

    /**
     * CPU seconds (user and system) spent so far.
     *
     * @param processes by name, with all their descendants, those that have ended included
     * @param compilers of that, by a JVM's two compilers
     * @param collectors of that, by a JVM's VM thread, which collects garbage
     * @param machine by everything on the machine
     * @param stolen by other machines on the same host
     */
    record Usage(
            Map<String, Double> processes,
            Map<String, Double> compilers,
            Map<String, Double> collectors,
            double machine,
            double stolen) {
        /** What was spent since an earlier look. */
        Usage since(Usage before) {
            return new Usage(
                    since(processes, before.processes),
                    since(compilers, before.compilers),
                    since(collectors, before.collectors),
                    machine - before.machine,
                    stolen - before.stolen);
        }

        private static Map<String, Double> since(
                Map<String, Double> now, Map<String, Double> before) {
            Map<String, Double> spent = new LinkedHashMap<>();
            now.forEach((name, seconds) ->
                    spent.put(name, Math.max(0, seconds - before.getOrDefault(name, 0.0))));
            return spent;
        }

        double total() {
            return processes.values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    /** Looks at the processes with these names and pids, and at the machine. */
    static Usage usage(Map<String, Long> pids) throws IOException {
        Map<String, Double> seconds = new LinkedHashMap<>();
        Map<String, Double> compilers = new LinkedHashMap<>();
        Map<String, Double> collectors = new LinkedHashMap<>();
        for (Map.Entry<String, Long> each : pids.entrySet()) {
            double sum = 0;
            for (long pid : tree(each.getValue())) {
                sum += read(Path.of("/proc/" + pid + "/stat")).map(Machine::cpuSeconds).orElse(0.0);
                threads(pid)
                        .forEach(stat -> {
                            Map<String, Double> kind =
                                    stat.contains("(C1 Compiler") || stat.contains("(C2 Compiler")
                                            ? compilers
                                            : collectors;
                            kind.merge(each.getKey(), cpuSeconds(stat), Double::sum);
                        });
            }
            seconds.put(each.getKey(), sum);
        }
        return new Usage(
                seconds,
                compilers,
                collectors,
                everything(),
                stolenSeconds(Files.readString(Path.of("/proc/stat"))));
    }

    /** The stat lines of a JVM's own threads; none of another process. */
    private static List<String> threads(long pid) throws IOException {
        List<String> stats = new ArrayList<>();
        Path tasks = Path.of("/proc/" + pid + "/task");
        if (!Files.isDirectory(tasks)) {
            return stats;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(tasks)) {
            for (Path task : all) {
                read(task.resolve("stat"))
                        .filter(stat -> JVM_THREADS.stream().anyMatch(stat::contains))
                        .ifPresent(stats::add);
            }
        } catch (FileSystemException | DirectoryIteratorException gone) {
            return stats;
        }
        return stats;
    }

    /**
     * Everything that any process spent, the ended ones through those that waited for them. Not
     * /proc/stat: that is sampled by the clock's tick, and can be less than what the processes
     * themselves are known to have spent.
     */
    private static double everything() throws IOException {
        double sum = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
            for (Path process : all) {
                sum += read(process.resolve("stat")).map(Machine::cpuSeconds).orElse(0.0);
            }
        }
        return sum;
    }

    /** Memory in kilobytes: shared pages counted once over all who share them (Pss). */
    static Map<String, Long> memory(Map<String, Long> pids) throws IOException {
        Map<String, Long> kilobytes = new LinkedHashMap<>();
        for (Map.Entry<String, Long> each : pids.entrySet()) {
            long sum = 0;
            for (long pid : tree(each.getValue())) {
                sum +=
                        read(Path.of("/proc/" + pid + "/smaps_rollup"))
                                .map(Machine::pssKilobytes)
                                .orElse(0L);
            }
            kilobytes.put(each.getKey(), sum);
        }
        return kilobytes;
    }

    /** utime, stime, cutime and cstime of /proc/PID/stat; the name may hold anything. */
    static double cpuSeconds(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
        long ticks = 0;
        for (int field = 11; field <= 14; field++) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    /** The Pss line of /proc/PID/smaps_rollup. */
    static long pssKilobytes(String rollup) {
        return rollup.lines()
                .filter(line -> line.startsWith("Pss:"))
                .findFirst()
                .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .orElse(0L);
    }

    /** What the host took away, of the first line of /proc/stat. */
    static double stolenSeconds(String stat) {
        String first = stat.lines().findFirst().orElse("");
        return Long.parseLong(first.strip().split(" +", -1)[8]) / TICKS_PER_SECOND;
    }

    /** The load averages as Linux writes them: 1, 5 and 15 minutes. */
    static String load() throws IOException {
        String[] fields = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
        return fields[0] + " " + fields[1] + " " + fields[2];
    }

    /** The machine in words: what a reader needs to compare. */
    static Map<String, String> describe() throws IOException {
        Map<String, String> words = new LinkedHashMap<>();
        String info = Files.readString(Path.of("/proc/cpuinfo"));
        words.put(
                "cpu",
                info.lines()
                        .filter(line -> line.startsWith("model name"))
                        .findFirst()
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .orElse(System.getProperty("os.arch")));
        words.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        words.put(
                "memory",
                Files.readString(Path.of("/proc/meminfo"))
                        .lines()
                        .findFirst()
                        .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024 + " MB")
                        .orElse("?"));
        words.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        words.put("java", Runtime.version().toString());
        return words;
    }

    /** Bytes of all files below a folder whose path holds the words; 0 when there is none. */
    static long bytes(Path folder, String infix, String ending) throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        AtomicLong sum = new AtomicLong();
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        boolean counts =
                                file.toString().endsWith(ending)
                                        && folder.relativize(file).toString().contains(infix);
                        sum.addAndGet(counts ? attributes.size() : 0);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(
                            Path file, IOException deletedMeanwhile) {
                        return FileVisitResult.CONTINUE;
                    }
                });
        return sum.get();
    }

    /** This process counts alone: its children are counted under their own names. */
    private static List<Long> tree(long pid) {
        List<Long> pids = new ArrayList<>(List.of(pid));
        if (pid != ProcessHandle.current().pid()) {
            ProcessHandle.of(pid)
                    .ifPresent(
                            process -> process.descendants().forEach(each -> pids.add(each.pid())));
        }
        return pids;
    }

    private static Optional<String> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readString(file));
        } catch (FileSystemException gone) {
            return Optional.empty();
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No such process")) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
