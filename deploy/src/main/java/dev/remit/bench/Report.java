package dev.remit.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.bench.Measure.Load;
import dev.remit.bench.Measure.Subject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What came out, in text and in JSON.
 *
 * @param at when the run started
 * @param machine the machine and the versions
 * @param loadBefore load averages before anything was started
 * @param rate changes per second at the low rate
 * @param measures in the order they were run
 * @param notes what a reader must know: what did not run, what disturbed
 */
record Report(
        Instant at,
        Map<String, String> machine,
        String loadBefore,
        double rate,
        List<Measure> measures,
        List<String> notes) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A run at saturation with the runs that belong to it. */
    record Row(
            Subject subject,
            int pass,
            Optional<Measure> saturation,
            Optional<Measure> low,
            Optional<Measure> half) {
        String label() {
            return subject.code
                    + (subject.isMesh() && pass == 1 ? "" : "." + pass)
                    + "  "
                    + subject.words;
        }
    }

    /** One row for each time that something was run, in the order of the runs. */
    List<Row> rows() {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (Measure each : measures) {
            rows.computeIfAbsent(
                    each.subject().code + each.pass(),
                    _ ->
                            new Row(
                                    each.subject(),
                                    each.pass(),
                                    find(each, Load.SATURATION),
                                    find(each, Load.LOW),
                                    find(each, Load.HALF)));
        }
        return List.copyOf(rows.values());
    }

    private Optional<Measure> find(Measure like, Load load) {
        return measures.stream()
                .filter(each ->
                        each.subject() == like.subject()
                                && each.pass() == like.pass()
                                && each.load() == load)
                .findFirst();
    }

    /** The mean over the passes of a subject; empty when it was not run. */
    OptionalDouble mean(Subject subject, Load load, ToDoubleFunction<Measure> of) {
        return measures.stream()
                .filter(each -> each.subject() == subject && each.load() == load)
                .mapToDouble(of)
                .filter(Double::isFinite)
                .average();
    }

    /** By how much the passes of a subject differ: the largest over the smallest, minus one. */
    OptionalDouble spread(Subject subject, Load load, ToDoubleFunction<Measure> of) {
        double[] values =
                measures.stream()
                        .filter(each -> each.subject() == subject && each.load() == load)
                        .mapToDouble(of)
                        .filter(value -> Double.isFinite(value) && value > 0)
                        .sorted()
                        .toArray();
        return values.length < 2
                ? OptionalDouble.empty()
                : OptionalDouble.of(values[values.length - 1] / values[0] - 1);
    }

    /** What the ratios compare. */
    private enum Compared {
        THROUGHPUT("changes per second", Load.SATURATION, Measure::perSecond),
        CPU("CPU per change, saturated", Load.SATURATION, Measure::cpuMilliseconds),
        CPU_LOW("CPU per change, low rate", Load.LOW, Measure::cpuMilliseconds),
        P50("p50, low rate", Load.LOW, each -> latency(each).p50()),
        P99("p99, low rate", Load.LOW, each -> latency(each).p99());

        final String words;
        final Load load;
        final ToDoubleFunction<Measure> of;

        Compared(String words, Load load, ToDoubleFunction<Measure> of) {
            this.words = words;
            this.load = load;
            this.of = of;
        }
    }

    /** What is compared, to the ratio of each pair that was run, for example {@code c1/b}. */
    Map<String, Map<String, Double>> ratios() {
        Map<String, Map<String, Double>> ratios = new LinkedHashMap<>();
        for (Compared each : Compared.values()) {
            Map<String, Double> row = new LinkedHashMap<>();
            for (Subject over : List.of(Subject.MESH_RULE, Subject.MESH_PEOPLE, Subject.DATABASE)) {
                for (Subject under : List.of(Subject.RAW, Subject.DATABASE)) {
                    OptionalDouble top = mean(over, each.load, each.of);
                    OptionalDouble bottom = mean(under, each.load, each.of);
                    if (over != under
                            && top.isPresent()
                            && bottom.isPresent()
                            && bottom.getAsDouble() > 0) {
                        row.put(
                                over.code + "/" + under.code,
                                top.getAsDouble() / bottom.getAsDouble());
                    }
                }
            }
            if (!row.isEmpty()) {
                ratios.put(each.words, row);
            }
        }
        return ratios;
    }

    static Distribution latency(Measure measure) {
        return measure.latency() == null
                ? new Distribution(0, 0, Double.NaN, Double.NaN, Double.NaN, Double.NaN)
                : measure.latency();
    }

    /** For a terminal of 130 columns. */
    String text() {
        StringBuilder text = new StringBuilder();
        machine.forEach((name, words) -> text.append("  %-9s %s%n".formatted(name, words)));
        text.append("  %-9s %s%n".formatted("load", loadBefore + " before the run"));
        text.append(
                "%n%-32s %10s %17s %17s %22s %8s %8s%n"
                        .formatted(
                                "",
                                "changes/s",
                                "p50 / p99 ms",
                                "p50 / p99 ms",
                                "CPU ms/change",
                                "bytes/",
                                "memory"));
        text.append(
                "%-32s %10s %17s %17s %22s %8s %8s%n"
                        .formatted(
                                "in the order of the runs",
                                "saturated",
                                "at %s/s".formatted(number(rate)),
                                "at half",
                                "sat. / half / at %s/s".formatted(number(rate)),
                                "change",
                                "MB"));
        for (Row row : rows()) {
            text.append(
                    "%-32s %10s %17s %17s %22s %8s %8s%n"
                            .formatted(
                                    row.label(),
                                    row.saturation()
                                            .map(each -> number(each.perSecond()))
                                            .orElse("-"),
                                    row.low().map(Report::percentiles).orElse("-"),
                                    row.half().map(Report::percentiles).orElse("-"),
                                    cpu(row.saturation())
                                            + " / "
                                            + cpu(row.half())
                                            + " / "
                                            + cpu(row.low()),
                                    row.saturation()
                                            .map(each -> number((double) each.bytesPerChange()))
                                            .orElse("-"),
                                    row.saturation()
                                            .map(each -> number((double) each.memoryMegabytes()))
                                            .orElse("-")));
        }
        text.append("%nCPU ms per change, by process%n".formatted());
        for (Row row : rows()) {
            row.saturation().ifPresent(measure -> split(row.label(), measure, text));
            row.low()
                    .ifPresent(measure ->
                            split(
                                    row.subject().code + "  at " + number(rate) + "/s",
                                    measure,
                                    text));
        }
        for (Measure each : measures) {
            if (each.subject().isMesh()) {
                batches(
                        each.subject().code + " " + each.load().name().toLowerCase(Locale.ROOT),
                        each.batches(),
                        text);
            }
        }
        Map<String, Map<String, Double>> ratios = ratios();
        if (!ratios.isEmpty()) {
            Set<String> pairs = new LinkedHashSet<>();
            ratios.values().forEach(row -> pairs.addAll(row.keySet()));
            text.append("%n%-32s".formatted("Ratios (mean of the passes)"));
            pairs.forEach(pair -> text.append("%10s".formatted(pair)));
            text.append("%n".formatted());
            ratios.forEach((what, row) -> {
                text.append("  %-30s".formatted(what));
                pairs.forEach(pair ->
                        text.append("%10s".formatted(number(row.getOrDefault(pair, Double.NaN)))));
                text.append("%n".formatted());
            });
        }
        for (Subject floor : List.of(Subject.RAW, Subject.DATABASE)) {
            spread(floor, Load.SATURATION, Measure::perSecond)
                    .ifPresent(spread ->
                            text.append(
                                    "  two runs of %s differ by %.0f %% in changes per second%n"
                                            .formatted(floor.code, spread * 100)));
        }
        text.append("%n".formatted());
        allNotes().forEach(note -> text.append("  * ").append(note).append('\n'));
        return text.toString();
    }

    /** The notes, and those that follow from the numbers. */
    List<String> allNotes() {
        List<String> all = new ArrayList<>();
        if (measures.stream().anyMatch(each -> each.subject().isMesh())) {
            all.add(
                    "each c is a single run: no spread is known for it; the floors' spread is the best guess");
        }
        for (Row row : rows()) {
            row.saturation()
                    .ifPresent(measure -> {
                        if (measure.foreignSeconds() > 0.1 * measure.usage().total()
                                && measure.foreignSeconds() > 0.5) {
                            all.add(
                                    "%s: others used %.1f s of CPU beside its %.1f s"
                                            .formatted(
                                                    row.label(),
                                                    measure.foreignSeconds(),
                                                    measure.usage().total()));
                        }
                    });
        }
        for (Measure each : measures) {
            if (each.done() < each.changes()) {
                all.add(
                        "%s, %s: %d of %d changes did not close COMPLETED in time"
                                .formatted(
                                        each.subject().code,
                                        each.load().name().toLowerCase(Locale.ROOT),
                                        each.changes() - each.done(),
                                        each.changes()));
            }
        }
        all.addAll(notes);
        return all;
    }

    /** Everything, for later comparison. Infinite and unknown numbers are null. */
    byte[] json() throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put("at", at.toString()).put("loadBefore", loadBefore).put("lowRate", rate);
        root.set("machine", JSON.valueToTree(machine));
        for (Measure each : measures) {
            ObjectNode node = root.withArray("measures").addObject();
            node.put("subject", each.subject().code)
                    .put("what", each.subject().words)
                    .put("pass", each.pass())
                    .put("load", each.load().name())
                    .put("changes", each.changes())
                    .put("done", each.done())
                    .put("seconds", each.seconds())
                    .put("changesPerSecond", each.perSecond())
                    .put("cpuMillisecondsPerChange", each.cpuMilliseconds())
                    .put("bytesPerChange", each.bytesPerChange())
                    .put("foreignCpuSeconds", each.foreignSeconds())
                    .put("stolenCpuSeconds", each.usage().stolen());
            put(node, "offeredPerSecond", each.offered());
            node.set("cpuSeconds", JSON.valueToTree(each.usage().processes()));
            node.set("bytes", JSON.valueToTree(each.bytes()));
            node.set("memoryKilobytes", JSON.valueToTree(each.memory()));
            node.put("compilerMillisecondsPerChange", each.compilerMilliseconds());
            node.put("collectorMillisecondsPerChange", each.collectorMilliseconds());
            node.set("compilerCpuSeconds", JSON.valueToTree(each.usage().compilers()));
            each.batches()
                    .sums()
                    .forEach((what, sum) ->
                            node.withObject("batches")
                                    .putObject(what)
                                    .put(sum.timed() ? "seconds" : "records", sum.sum())
                                    .put("times", sum.times()));
            put(node, "latencyMilliseconds", each.latency());
            put(node, "fromProposalMilliseconds", each.fromProposal());
        }
        root.set("ratios", JSON.valueToTree(ratios()));
        allNotes().forEach(note -> root.withArray("notes").add(note));
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }

    private static void put(
            ObjectNode node,
            String name,
            @org.jspecify.annotations.Nullable Distribution distribution) {
        if (distribution != null) {
            ObjectNode each = node.putObject(name);
            each.put("count", distribution.count()).put("missing", distribution.missing());
            put(each, "p50", distribution.p50());
            put(each, "p90", distribution.p90());
            put(each, "p99", distribution.p99());
            put(each, "max", distribution.max());
        }
    }

    private static void put(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }

    private static void split(String label, Measure measure, StringBuilder text) {
        text.append("  %-30s".formatted(label));
        measure.cpuByProcess()
                .forEach((name, each) -> text.append(" %s %s ".formatted(name, number(each))));
        text.append(
                "; of it compilers %s, garbage collection %s"
                        .formatted(
                                number(measure.compilerMilliseconds()),
                                number(measure.collectorMilliseconds())));
        text.append("%n".formatted());
    }

    /** Records a transaction, and milliseconds of the parts of a batch, with how often. */
    private static void batches(String label, Batches batches, StringBuilder text) {
        for (boolean timed : new boolean[] {false, true}) {
            String words =
                    batches.sums().entrySet().stream()
                            .filter(each -> each.getValue().timed() == timed)
                            .map(each ->
                                    "%s %s x %s"
                                            .formatted(
                                                    each.getKey(),
                                                    number(
                                                            each.getValue().mean()
                                                                    * (timed ? 1_000 : 1)),
                                                    number(each.getValue().times())))
                            .collect(Collectors.joining(", "));
            if (!words.isEmpty()) {
                text.append(
                        "%n%s, %s: %s%n"
                                .formatted(label, timed ? "ms a batch" : "records a batch", words));
            }
        }
    }

    private static String percentiles(Measure measure) {
        Distribution latency = latency(measure);
        return number(latency.p50()) + " / " + number(latency.p99());
    }

    private static String cpu(Optional<Measure> measure) {
        return measure.map(each -> number(each.cpuMilliseconds())).orElse("-");
    }

    /** Three digits that count, thousands apart. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        if (Double.isInfinite(value)) {
            return "never";
        }
        double size = Math.abs(value);
        String form =
                value == Math.rint(value) || size >= 100
                        ? "%,.0f"
                        : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, form, value);
    }
}
