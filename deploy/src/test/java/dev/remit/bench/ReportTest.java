package dev.remit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.bench.Measure.Load;
import dev.remit.bench.Measure.Subject;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ReportTest {
    private static final Distribution FAST = new Distribution(400, 0, 6, 9, 19, 25);

    @Test
    void aRatioTakesTheMeanOfBothPasses() throws Exception {
        Report report = report(true);

        assertThat(report.ratios().get("changes per second").get("c1/a"))
                .isEqualTo(0.1, within(1e-9));
        assertThat(report.ratios().get("changes per second").get("c1/b"))
                .isEqualTo(0.2, within(1e-9));
        assertThat(report.ratios().get("changes per second").get("b/a"))
                .isEqualTo(0.5, within(1e-9));
        assertThat(report.ratios().get("p50, low rate").get("c1/b")).isEqualTo(5, within(1e-9));
        assertThat(report.spread(Subject.RAW, Load.SATURATION, Measure::perSecond).orElseThrow())
                .isEqualTo(0.5, within(1e-9));
    }

    @Test
    void theTextNamesMachineRunsRatiosAndWhatToKnow() throws Exception {
        String text = report(true).text();

        assertThat(text)
                .contains("load      0.10 0.20 0.30 before the run")
                .contains("a.1  raw Kafka chain")
                .contains("a.2  raw Kafka chain")
                .contains("c1  mesh, approved by a rule")
                .containsPattern("Ratios .* c1/a +c1/b +b/a")
                .contains("two runs of a differ by 50 %")
                .contains("single run")
                .contains("5 of 100 changes did not close COMPLETED in time")
                .contains("others used 2.0 s of CPU");
    }

    @Test
    void aRunWithoutTheMeshHasNoRatioOfIt() throws Exception {
        Report report = report(false);

        assertThat(report.ratios().values()).allMatch(row -> row.keySet().equals(Set.of("b/a")));
        assertThat(report.text()).doesNotContain("single run");
    }

    @Test
    void theJsonHoldsEveryRunAndNoNumberThatJsonLacks() throws Exception {
        JsonNode json = new ObjectMapper().readTree(report(true).json());

        assertThat(json.path("measures")).hasSize(report(true).measures().size());
        JsonNode first = json.at("/measures/0");
        assertThat(first.path("subject").asText()).isEqualTo("a");
        assertThat(first.path("offeredPerSecond").isNull()).isTrue();
        assertThat(first.path("changesPerSecond").asDouble()).isEqualTo(8000);
        assertThat(first.at("/cpuSeconds/kafka").asDouble()).isEqualTo(0.25);
        JsonNode mesh = json.path("measures").findParents("fromProposalMilliseconds").getFirst();
        assertThat(mesh.path("subject").asText()).isEqualTo("c1");
        assertThat(json.toString()).doesNotContain("Infinity").doesNotContain("NaN");
        assertThat(json.path("notes")).isNotEmpty();
    }

    @Test
    void thePictureIsWellFormedAndSpeaksEnglishNumbersInAnyCountry() throws Exception {
        Locale before = Locale.getDefault();
        String svg;
        try {
            Locale.setDefault(Locale.GERMANY);
            svg = Picture.of(report(true));
        } finally {
            Locale.setDefault(before);
        }

        var document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(svg)));
        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(document.getElementsByTagName("rect").getLength()).isGreaterThan(20);
        assertThat(svg).contains("12,000").contains("a &lt;note&gt; &amp; more");
        assertThat(svg).doesNotContainPattern("(x|y|width)=\"[0-9]+,[0-9]");
    }

    @Test
    void anEmptyReportIsStillAPicture() throws Exception {
        Report empty =
                new Report(Instant.EPOCH, Map.of(), "0 0 0", 50, List.of(), List.of("c failed"));

        assertThat(Picture.of(empty)).contains("c failed").contains("not run");
        assertThat(empty.text()).contains("c failed");
    }

    @Test
    void numbersHaveThreeDigitsThatCount() {
        assertThat(Report.number(33_123.4)).isEqualTo("33,123");
        assertThat(Report.number(12.34)).isEqualTo("12.3");
        assertThat(Report.number(1.234)).isEqualTo("1.23");
        assertThat(Report.number(0.0612)).isEqualTo("0.061");
        assertThat(Report.number(50)).isEqualTo("50");
        assertThat(Report.number(Double.NaN)).isEqualTo("-");
        assertThat(Report.number(Double.POSITIVE_INFINITY)).isEqualTo("never");
    }

    private static Report report(boolean mesh) {
        List<Measure> measures = new ArrayList<>();
        measures.addAll(floor(Subject.RAW, 1, 8_000));
        measures.addAll(floor(Subject.DATABASE, 1, 5_000));
        if (mesh) {
            measures.add(
                    new Measure(
                            Subject.MESH_RULE,
                            1,
                            Load.SATURATION,
                            Double.POSITIVE_INFINITY,
                            100,
                            95,
                            0.095,
                            null,
                            new Distribution(
                                    100,
                                    5,
                                    40,
                                    80,
                                    Double.POSITIVE_INFINITY,
                                    Double.POSITIVE_INFINITY),
                            usage(2),
                            Map.of("kafka", 950L, "postgres", 9500L),
                            Map.of("kafka", 200_000L, "executor", 150_000L),
                            new Batches(
                                    Map.of(
                                            "executor handoffs",
                                            new Batches.Sum(false, 4, 100),
                                            "executor commit",
                                            new Batches.Sum(true, 4, 0.5)))));
            measures.add(
                    new Measure(
                            Subject.MESH_RULE,
                            1,
                            Load.LOW,
                            50,
                            400,
                            400,
                            8,
                            new Distribution(400, 0, 30, 50, 90, 120),
                            new Distribution(400, 0, 25, 45, 80, 110),
                            usage(0),
                            Map.of(),
                            Map.of(),
                            Batches.NONE));
        }
        measures.addAll(floor(Subject.RAW, 2, 12_000));
        measures.addAll(floor(Subject.DATABASE, 2, 5_000));
        return new Report(
                Instant.parse("2026-01-31T10:20:30Z"),
                Map.of("cpu", "a processor", "cores", "2"),
                "0.10 0.20 0.30",
                50,
                measures,
                List.of("a <note> & more"));
    }

    private static List<Measure> floor(Subject subject, int pass, int perSecond) {
        return List.of(
                new Measure(
                        subject,
                        pass,
                        Load.SATURATION,
                        Double.POSITIVE_INFINITY,
                        perSecond * 2,
                        perSecond * 2,
                        2,
                        null,
                        null,
                        usage(0),
                        Map.of("kafka", 1_000_000L),
                        Map.of("kafka", 200_000L, "hop 2", 90_000L, "hop 3", 90_000L),
                        Batches.NONE),
                new Measure(
                        subject,
                        pass,
                        Load.LOW,
                        50,
                        400,
                        400,
                        8,
                        FAST,
                        null,
                        usage(0),
                        Map.of(),
                        Map.of(),
                        Batches.NONE));
    }

    private static Machine.Usage usage(double foreign) {
        return new Machine.Usage(
                Map.of("kafka", 0.25, "hop 2", 0.5, "hop 3", 0.25),
                Map.of("kafka", 0.05, "hop 2", 0.15),
                Map.of("kafka", 0.01),
                1 + foreign,
                0);
    }
}
