package dev.remit.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The report as one picture. */
final class Picture {
    private Picture() {}

    static String of(Report report) {
        List<Report.Row> rows = report.rows();
        Svg svg = new Svg("Remit beside what it stands on");
        svg.line(
                "%s UTC  ·  %s cores of %s  ·  load before: %s"
                        .formatted(
                                report.at(),
                                report.machine().getOrDefault("cores", "?"),
                                report.machine().getOrDefault("cpu", "?"),
                                report.loadBefore()));
        svg.line(report.machine().getOrDefault("broker", ""));
        svg.line(
                "Rows from top to bottom in the order they were run; a and b twice, so that the machine's own noise shows.");
        svg.bars(
                "Changes per second, all at once",
                bars(rows, each -> Map.of("", each.perSecond())),
                false);
        svg.ranges(
                "Latency at %s changes per second, ms: p50 to p99"
                        .formatted(Report.number(report.rate())),
                ranges(rows, Report.Row::low));
        svg.ranges("Latency at half of saturation, ms: p50 to p99", ranges(rows, Report.Row::half));
        svg.bars(
                "CPU at saturation, ms per change, by process",
                bars(rows, Measure::cpuByProcess),
                true);
        svg.bars("Memory, MB (Pss), by process", bars(rows, Picture::megabytes), true);
        svg.notes(report.allNotes());
        return svg.document();
    }

    private static List<Svg.Bar> bars(
            List<Report.Row> rows, Function<Measure, Map<String, Double>> parts) {
        return rows.stream()
                .map(row -> new Svg.Bar(row.label(), row.saturation().map(parts), colour(row)))
                .toList();
    }

    private static List<Svg.Range> ranges(
            List<Report.Row> rows, Function<Report.Row, Optional<Measure>> pick) {
        return rows.stream()
                .map(row ->
                        new Svg.Range(
                                row.label(), pick.apply(row).map(Report::latency), colour(row)))
                .toList();
    }

    private static String colour(Report.Row row) {
        return row.subject().isMesh() ? Svg.ORANGE : Svg.BLUE;
    }

    private static Map<String, Double> megabytes(Measure measure) {
        Map<String, Double> sizes = new LinkedHashMap<>();
        measure.memory().forEach((name, size) -> sizes.put(name, size / 1024.0));
        return sizes;
    }
}
