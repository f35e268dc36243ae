package dev.remit.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.bench.Measure.Load;
import dev.remit.bench.Measure.Subject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

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
            return subject.code + (subject.isMesh() ? "" : "." + pass) + "  " + subject.words;
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

    /**
     * Name to ratio of the mesh (by a rule, by API) and of the floors among themselves; throughput,
     * CPU and latency.
     */
    Map<String, Double> ratios() {
        Map<String, Double> ratios = new LinkedHashMap<>();
        for (Subject over : List.of(Subject.MESH_RULE, Subject.MESH_PEOPLE, Subject.DATABASE)) {
            for (Subject under : List.of(Subject.RAW, Subject.DATABASE)) {
                if (over == under) {
                    continue;
                }
                String name = over.code + "/" + under.code + " ";
                ratio(
                        ratios,
                        name + "changes per second",
                        over,
                        under,
                        Load.SATURATION,
                        Measure::perSecond);
                ratio(
                        ratios,
                        name + "CPU per change",
                        over,
                        under,
                        Load.SATURATION,
                        Measure::cpuMilliseconds);
                ratio(
                        ratios,
                        name + "CPU per change, low rate",
                        over,
                        under,
                        Load.LOW,
                        Measure::cpuMilliseconds);
                ratio(
                        ratios,
                        name + "p50, low rate",
                        over,
                        under,
                        Load.LOW,
                        each -> latency(each).p50());
                ratio(
                        ratios,
                        name + "p99, low rate",
                        over,
                        under,
                        Load.LOW,
                        each -> latency(each).p99());
            }
        }
        return ratios;
    }

    private void ratio(
            Map<String, Double> ratios,
            String name,
            Subject over,
            Subject under,
            Load load,
            ToDoubleFunction<Measure> of) {
        OptionalDouble top = mean(over, load, of);
        OptionalDouble bottom = mean(under, load, of);
        if (top.isPresent() && bottom.isPresent() && bottom.getAsDouble() > 0) {
            ratios.put(name, top.getAsDouble() / bottom.getAsDouble());
        }
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
        text.append("%nCPU ms per change at saturation, by process%n".formatted());
        for (Row row : rows()) {
            row.saturation()
                    .ifPresent(measure -> {
                        text.append("  %-30s".formatted(row.label()));
                        measure.cpuByProcess()
                                .forEach((name, each) ->
                                        text.append(" %s %s ".formatted(name, number(each))));
                        text.append("%n".formatted());
                    });
        }
        text.append("%nRatios%n".formatted());
        ratios().forEach((name, ratio) ->
                text.append("  %-36s %s%n".formatted(name, number(ratio))));
        for (Subject floor : List.of(Subject.RAW, Subject.DATABASE)) {
            spread(floor, Load.SATURATION, Measure::perSecond)
                    .ifPresent(spread ->
                            text.append(
                                    "  %-36s %.0f %%%n"
                                            .formatted(
                                                    "two runs of " + floor.code + " differ by",
                                                    spread * 100)));
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
            put(node, "latencyMilliseconds", each.latency());
            put(node, "fromProposalMilliseconds", each.fromProposal());
        }
        ratios().forEach((name, ratio) -> root.withObjectProperty("ratios").put(name, ratio));
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
        String form = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, form, value);
    }
}
