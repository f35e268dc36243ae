package dev.remit.bench;

import dev.remit.bench.Measure.Load;
import dev.remit.bench.Measure.Subject;
import dev.remit.stack.Ending;
import dev.remit.stack.Home;
import dev.remit.stack.Java;
import dev.remit.stack.Progress;
import dev.remit.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One run of the benchmark: the raw Kafka chain (a), the same with a transaction at each hop (b),
 * the mesh (c), then a and b again, so that what the machine does by itself shows as the difference
 * between the two times. Everything on the same broker and database, in a data directory of its own
 * that starts empty.
 */
public final class Campaign {
    /** How many proposals by API come before those that are measured. */
    private static final int WARMING_REQUESTS = 500;

    private static final Duration SETTLING = Duration.ofSeconds(5);

    /**
     * What to run.
     *
     * @param changes of the mesh's run at saturation
     * @param rate changes per second of the runs at a low rate
     * @param seconds how long each run at a rate lasts; floors run half as long at saturation
     * @param only some of a, b and c; c1 for c without people
     * @param profile whether to look into the services with JFR
     * @param soak how many minutes the mesh is kept at the rate, instead of anything else; 0: not
     * @param grow how many changes the mesh takes in the end, as many as {@code changes} at a time,
     *     instead of anything else; 0: not
     * @param train whether the services' JVMs write down what this load loads and does, for the
     *     cache that they start with from then on
     */
    public record Options(
            int changes,
            double rate,
            int seconds,
            Set<String> only,
            boolean profile,
            int soak,
            int grow,
            boolean train) {
        public Options {
            if (changes < 100 || changes > 100_000) {
                throw new IllegalArgumentException("--changes: must be 100 to 100000");
            }
            if (!(rate >= 1 && rate <= 1_000)) {
                throw new IllegalArgumentException("--rate: must be 1 to 1000");
            }
            if (seconds < 2 || seconds > 60) {
                throw new IllegalArgumentException("--seconds: must be 2 to 60");
            }
            if (soak < 0 || soak > 120) {
                throw new IllegalArgumentException("--soak: must be 1 to 120 minutes");
            }
            if (grow < 0 || grow > 200_000 || (grow > 0 && grow < changes)) {
                throw new IllegalArgumentException("--grow: must be from --changes to 200000");
            }
            if (soak > 0 && grow > 0) {
                throw new IllegalArgumentException("--soak: not together with --grow");
            }
            if (train && !(soak > 0 || grow > 0 || only.contains("c") || only.contains("c1"))) {
                throw new IllegalArgumentException("--train: needs the mesh, c or c1");
            }
            if (only.isEmpty() || !Set.of("a", "b", "c", "c1").containsAll(only)) {
                throw new IllegalArgumentException("--only: must be some of a, b, c and c1");
            }
        }

        /** Whether it is one long run of the mesh alone. */
        boolean isLong() {
            return soak > 0 || grow > 0;
        }

        /** Whether the mesh is run, with a rule at least. */
        boolean hasMesh() {
            return only.contains("c") || only.contains("c1") || isLong();
        }

        /** Before the first run, so that what is measured is compiled. */
        int warmUp() {
            return changes;
        }

        /** Before the run with people, when most of it is warm. */
        int furtherWarmUp() {
            return Math.max(100, changes / 3);
        }

        /** How many accounts the directory needs: each change switches off another one. */
        int accounts() {
            if (soak > 0) {
                return warmUp() + (int) Math.ceil(rate * 60) * soak + 1;
            }
            if (grow > 0) {
                return warmUp() + grow;
            }
            int trickle = (int) Math.ceil(rate * seconds);
            return warmUp() + furtherWarmUp() + 3 * changes + 2 * trickle + WARMING_REQUESTS + 1;
        }
    }

    /**
     * What came out.
     *
     * @param complete whether everything asked for was run
     */
    public record Outcome(Path json, Path picture, String text, boolean complete) {}

    private final Options options;
    private final Home home;
    private final Path results;
    private final Progress progress;
    private final List<Measure> measures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private boolean complete = true;

    /**
     * @param data where results go; the benchmark's own mesh lives in a folder of it
     * @param top the repository
     */
    public Campaign(Options options, Path data, Path top, Progress progress) {
        this.options = options;
        this.results = data;
        this.home = new Home(data.resolve("mesh"), top);
        this.progress = progress;
    }

    /**
     * Runs it, and writes JSON, a picture and, if asked, a profile.
     *
     * @param ordinary the mesh of everyday use: if it runs, the report says so
     * @throws IOException if not even broker and database start
     */
    public Outcome run(Home ordinary) throws IOException, InterruptedException {
        Instant at = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String load = Machine.load();
        if (Files.isDirectory(ordinary.run()) && runs(ordinary)) {
            notes.add(
                    "another mesh ran meanwhile in "
                            + ordinary.data()
                            + " (stop it: ./remit down)");
        }
        clean();
        Stack stack = new Stack(home);
        stack.use(Java.Use.STEADY_LOAD);
        if (options.train()) {
            stack.recordAnew();
        }
        if (options.profile()) {
            Statements.prepare(stack);
        }
        Ending ending = Ending.with(stack::down);
        Map<String, String> machine = Machine.describe();
        try {
            progress.say("starting PostgreSQL and Kafka");
            stack.start("postgres");
            stack.start("kafka");
            machine.put("broker", kafkaVersion());
            floors(stack, 1);
            if (options.hasMesh()) {
                mesh(stack, at);
                progress.say("stopping the services");
                stopAbove(stack);
            }
            floors(stack, 2);
        } finally {
            ending.now();
        }
        if (options.train()) {
            stack.requireCaches();
        }
        Report report = new Report(at, machine, load, options.rate(), measures, notes);
        String name = at.toString().replace(':', '-');
        Path json = results.resolve(name + ".json");
        Path picture = results.resolve(name + ".svg");
        Files.write(json, report.json());
        Files.writeString(picture, Picture.of(report));
        if (complete) {
            clean();
        }
        return new Outcome(json, picture, report.text(), complete);
    }

    private void floors(Stack stack, int pass) throws IOException, InterruptedException {
        for (Subject subject : List.of(Subject.RAW, Subject.DATABASE)) {
            if (!options.only().contains(subject.code) || options.isLong()) {
                continue;
            }
            progress.say("%s.%d %s: starting".formatted(subject.code, pass, subject.words));
            try (Chain chain = new Chain(home, subject, pass, pids(stack))) {
                chain.open();
                double about = chain.warmUp(5);
                double seconds = options.seconds() / 2.0;
                Measure saturated =
                        record(
                                chain.measureChanges(
                                        Load.SATURATION,
                                        Pace.SATURATION,
                                        new Pace(about).changes(seconds, 200_000)));
                record(chain.measure(Load.LOW, new Pace(options.rate()), options.seconds()));
                record(chain.measure(Load.HALF, new Pace(saturated.perSecond() / 2), seconds));
            } catch (IOException | SQLException | RuntimeException e) {
                incomplete(subject.code + "." + pass, e);
            }
        }
    }

    private void mesh(Stack stack, Instant at) throws IOException, InterruptedException {
        progress.say(
                "c the mesh: starting it, and its directory of "
                        + options.accounts()
                        + " accounts");
        try (Mesh mesh = new Mesh(home, stack, options.accounts())) {
            mesh.open((name, took, adopted) -> {});
            progress.say("c1 " + Subject.MESH_RULE.words + ": warming up");
            mesh.approve(Subject.MESH_RULE);
            warm(mesh.saturate(Subject.MESH_RULE, options.warmUp()));
            mesh.awaitQuiet();
            if (options.isLong()) {
                atLength(mesh, at);
                return;
            }
            Measure saturated;
            Statements statements = new Statements(home);
            if (options.profile()) {
                Frames frames = new Frames(mesh.services(), Files.createDirectories(home.logs()));
                frames.start();
                statements.start();
                saturated = record(mesh.saturate(Subject.MESH_RULE, options.changes()));
                profile(frames.stop() + statements.stop(), at);
            } else {
                saturated = record(mesh.saturate(Subject.MESH_RULE, options.changes()));
            }
            mesh.awaitQuiet();
            idle(mesh);
            mesh.trickle(Subject.MESH_RULE, options.rate(), WARMING_REQUESTS / options.rate());
            mesh.awaitQuiet();
            if (options.profile()) {
                statements.start();
            }
            record(mesh.trickle(Subject.MESH_RULE, options.rate(), options.seconds()));
            if (options.profile()) {
                profile("%nAt the low rate%n".formatted() + statements.stop(), at);
            }
            mesh.awaitQuiet();
            record(
                    mesh.pour(
                            Subject.MESH_RULE,
                            saturated.perSecond() / 2,
                            options.seconds(),
                            options.changes()));
            if (!options.only().contains("c")) {
                return;
            }
            mesh.awaitQuiet();
            progress.say("c2 " + Subject.MESH_PEOPLE.words + ": warming up");
            mesh.approve(Subject.MESH_PEOPLE);
            mesh.saturate(Subject.MESH_PEOPLE, options.furtherWarmUp());
            mesh.awaitQuiet();
            record(mesh.saturate(Subject.MESH_PEOPLE, options.changes()));
            mesh.awaitQuiet();
            record(mesh.trickle(Subject.MESH_PEOPLE, options.rate(), options.seconds()));
        } catch (IOException | SQLException | RuntimeException e) {
            incomplete("c", e);
        }
    }

    /** Told, not compared: what the first changes cost after the services' start. */
    private void warm(Measure first) {
        String words =
                "c1's first %s changes after the start: %s/s, CPU %s ms/change, of it compilers %s"
                        .formatted(
                                Report.number(first.done()),
                                Report.number(first.perSecond()),
                                Report.number(first.cpuMilliseconds()),
                                Report.number(first.compilerMilliseconds()));
        notes.add(words);
        progress.say(words);
    }

    /** A measure a minute at the rate, or one for each so many changes. */
    private void atLength(Mesh mesh, Instant at)
            throws IOException, InterruptedException, SQLException {
        Statements statements = new Statements(home);
        int times = options.soak() > 0 ? options.soak() : options.grow() / options.changes();
        for (int time = 1; time <= times; time++) {
            if (options.profile()) {
                statements.start();
            }
            Measure each =
                    record(
                            options.soak() > 0
                                    ? mesh.trickle(Subject.MESH_RULE, time, options.rate(), 60)
                                    : mesh.saturate(Subject.MESH_RULE, time, options.changes()));
            progress.say(
                    "  MB "
                            + each.memory().entrySet().stream()
                                    .map(one -> one.getKey() + " " + one.getValue() / 1024)
                                    .collect(Collectors.joining(", ")));
            progress.say(
                    "  CPU ms a change "
                            + each.cpuByProcess().entrySet().stream()
                                    .map(one -> one.getKey() + " " + Report.number(one.getValue()))
                                    .collect(Collectors.joining(", ")));
            if (options.profile()) {
                profile("%nc1.%d%n".formatted(time) + statements.stop(), at);
            }
            mesh.awaitQuiet();
        }
    }

    /** What is spent with nothing to do, which at a low rate is most of what a change costs. */
    private void idle(Mesh mesh) throws IOException, InterruptedException {
        // what the compilers had waiting is not what an idle mesh costs
        Thread.sleep(SETTLING.toMillis());
        Machine.Usage usage = mesh.idle(options.seconds());
        String words =
                "c with nothing to do: %s ms of CPU a second: %s"
                        .formatted(
                                Report.number(usage.total() * 1000 / options.seconds()),
                                usage.processes().entrySet().stream()
                                        .map(each ->
                                                each.getKey()
                                                        + " "
                                                        + Report.number(
                                                                each.getValue()
                                                                        * 1000
                                                                        / options.seconds()))
                                        .collect(Collectors.joining(", ")));
        notes.add(words);
        progress.say(words);
    }

    /** A part that fails is told; what was measured is still worth having. */
    private void incomplete(String part, Exception failure) {
        complete = false;
        String words = part + " is not complete: " + failure.getMessage();
        notes.add(words);
        progress.say(words);
    }

    private void profile(String tables, Instant at) throws IOException {
        Path file = results.resolve(at.toString().replace(':', '-') + ".profile.txt");
        if (!Files.exists(file) && !options.isLong()) {
            notes.add("c1 ran with JFR on, which costs it something; top frames: " + file);
        }
        Files.writeString(file, tables, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        progress.say(tables);
    }

    private Measure record(Measure measure) {
        measures.add(measure);
        Distribution latency = Report.latency(measure);
        progress.say(
                "%s.%d %-10s %s changes, %s/s%s, CPU %s ms/change, of it compilers %s, garbage collection %s"
                        .formatted(
                                measure.subject().code,
                                measure.pass(),
                                measure.load().name().toLowerCase(java.util.Locale.ROOT),
                                Report.number(measure.done()),
                                Report.number(measure.perSecond()),
                                measure.latency() == null
                                        ? ""
                                        : ", p50 %s p99 %s ms"
                                                .formatted(
                                                        Report.number(latency.p50()),
                                                        Report.number(latency.p99())),
                                Report.number(measure.cpuMilliseconds()),
                                Report.number(measure.compilerMilliseconds()),
                                Report.number(measure.collectorMilliseconds())));
        return measure;
    }

    /** Leaves broker and database running, as they were for the first floors. */
    private static void stopAbove(Stack stack) throws IOException, InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (Stack.State state : stack.status()) {
            if (!state.name().equals("postgres") && !state.name().equals("kafka")) {
                threads.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    try {
                                        stack.stop(state.name());
                                    } catch (IOException e) {
                                        System.err.println(state.name() + " does not stop: " + e);
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                }));
            }
        }
        for (Thread each : threads) {
            each.join();
        }
    }

    private static Map<String, Long> pids(Stack stack) throws IOException {
        Map<String, Long> pids = new LinkedHashMap<>();
        for (Stack.State state : stack.status()) {
            state.pid().ifPresent(pid -> pids.put(state.name(), pid));
        }
        return pids;
    }

    private static boolean runs(Home ordinary) throws IOException {
        return new Stack(ordinary).status().stream().anyMatch(state -> state.pid().isPresent());
    }

    private String kafkaVersion() throws IOException {
        try (Stream<Path> jars = Files.list(home.top().resolve("deploy/broker/target/lib"))) {
            String kafka =
                    jars.map(jar -> String.valueOf(jar.getFileName()))
                            .filter(name -> name.startsWith("kafka_2"))
                            .findFirst()
                            .orElse("kafka");
            return kafka.replace(".jar", "")
                    + ", acks=all; PostgreSQL "
                    + Files.readString(home.data().resolve("postgres/PG_VERSION")).strip()
                    + ", fsync on; six hops of "
                    + Message.BYTES
                    + " bytes in the floors";
        }
    }

    /** Ends what an earlier run left behind, and forgets its data; logs stay. */
    private void clean() throws IOException, InterruptedException {
        Files.createDirectories(results);
        if (!Files.isDirectory(home.data())) {
            return;
        }
        new Stack(home).down();
        try (Stream<Path> files = Files.walk(home.data())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.startsWith(home.logs()) && !file.equals(home.data())) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
