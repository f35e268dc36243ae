package dev.remit.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What {@link LedgerLoad} measured, as one picture. */
public final class LedgerPicture {
    private LedgerPicture() {}

    /**
     * Draws it.
     *
     * @param measured the JSON that {@link LedgerLoad#run} gave
     */
    public static String of(JsonNode measured) {
        Svg svg = new Svg("The evidence ledger alone");
        svg.line(
                "%s UTC  ·  %s cores of %s  ·  load before: %s"
                        .formatted(
                                measured.path("at").asText(),
                                measured.at("/machine/cores").asText("?"),
                                measured.at("/machine/cpu").asText("?"),
                                measured.path("loadBefore").asText()));
        svg.line(
                "Sealed handoffs from Kafka to closed changes in a log with witnesses and timestamps; steps in the order they were run.");
        svg.bars(
                "Entries per second, all at once, from Kafka to the log",
                steps(measured, step -> Map.of("", step.path("perSecond").asDouble())),
                false);
        svg.bars(
                "CPU, microseconds per entry, by process",
                steps(
                        measured,
                        step -> numbers(step.path("cpuMillisecondsPerEntryByProcess"), 1_000, 1)),
                true);
        svg.bars(
                "Bytes per entry",
                steps(measured, step -> numbers(step.path("bytesPerEntry"), 1, 0)),
                true);
        List<Svg.Range> witnessed = new ArrayList<>();
        measured.path("toWitnessedProof")
                .forEach(each ->
                        witnessed.add(
                                range(
                                        "at %s entries/s"
                                                .formatted(
                                                        Report.number(
                                                                Math.rint(
                                                                        each.path("rate")
                                                                                .asDouble()))),
                                        each)));
        svg.ranges("From a message to its witnessed proof, ms: p50 to p99", witnessed);
        svg.ranges(
                "Answers over HTTP, ms: p50 to p99",
                List.of(
                        range("inclusion proof, 4 clients", measured.path("inclusionProof")),
                        range("certificate made, 1 client", measured.path("certificateMade")),
                        range("certificate served", measured.path("certificateServed"))));
        return svg.document();
    }

    private static List<Svg.Bar> steps(
            JsonNode measured, Function<JsonNode, Map<String, Double>> parts) {
        List<Svg.Bar> bars = new ArrayList<>();
        measured.path("steps")
                .forEach(step ->
                        bars.add(
                                new Svg.Bar(
                                        "from %,d entries".formatted(step.path("logSize").asLong()),
                                        Optional.of(parts.apply(step)),
                                        Svg.ORANGE)));
        return bars;
    }

    /** The numbers of an object that are not small, by name. */
    private static Map<String, Double> numbers(JsonNode object, double times, double least) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        object.properties()
                .forEach(each -> {
                    double value = each.getValue().asDouble() * times;
                    if (value >= least) {
                        numbers.put(each.getKey(), value);
                    }
                });
        return numbers;
    }

    private static Svg.Range range(String label, JsonNode times) {
        return new Svg.Range(
                label,
                times.isMissingNode()
                        ? Optional.empty()
                        : Optional.of(
                                new Distribution(
                                        times.path("count").asInt(),
                                        0,
                                        times.path("p50Ms").asDouble(),
                                        times.path("p90Ms").asDouble(),
                                        times.path("p99Ms").asDouble(),
                                        times.path("maxMs").asDouble())),
                Svg.ORANGE);
    }
}
