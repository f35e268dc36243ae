package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Finding;
import dev.remit.ledger.certificate.Pack;
import dev.remit.ledger.certificate.PackVerifier;
import dev.remit.ledger.certificate.Verification;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ExportPackTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant FIRST = Leaver.NOW;
    private static final Instant SECOND = FIRST.plus(Duration.ofDays(1));
    private static final Instant THIRD = FIRST.plus(Duration.ofDays(2));

    /** NIST's example of assessment results, where the vectors are. */
    private static final Path EXAMPLE =
            Path.of(System.getProperty("remit.top", "."))
                    .resolve(
                            "../shared/vectors/oscal-ar/examples/ar/json/ifa_assessment-results-example.json");

    private final InMemoryLedger ledger = new InMemoryLedger();

    ExportPackTest() {
        ledger.receive(List.of(new Leaver(0).published()));
        for (int n = 1; n <= 3; n++) {
            close(new Leaver(n));
        }
        ledger.now = FIRST;
        publish();
        for (int n = 4; n <= 6; n++) {
            close(new Leaver(n));
        }
        ledger.now = SECOND;
        publish();
    }

    @Test
    void aPackHoldsEveryChangeOfItsPeriodAndVerifies() {
        Map<String, byte[]> files = files(SECOND, THIRD);
        Verification verification = verify(files);
        assertThat(verification.holds()).as(String.join("\n", verification.lines())).isTrue();
        assertThat(verification.outcome()).startsWith("3 changes");
        assertThat(files.keySet().stream().filter(each -> each.startsWith("certificates/")))
                .hasSize(3);
        assertThat(text(files, "changes.csv").lines())
                .hasSize(4)
                .anyMatch(line -> line.contains("COMPLETED,verified"));
        assertThat(text(files, "controls.csv"))
                .contains("PR.AA-05,PR.AC-4", "NHI1:2025,NHI-01", "AC-4,SP 800-207 AC-4");
        assertThat(verify(files(FIRST, SECOND)).outcome()).startsWith("3 changes");
        assertThat(verify(files(FIRST, THIRD)).outcome()).startsWith("6 changes");
    }

    @Test
    void thePackOfAPeriodThatIsOverHasTheSameBytesForEver() {
        byte[] first = zip(FIRST, SECOND);
        close(new Leaver(7));
        ledger.now = THIRD;
        publish();
        ledger.certificates.clear();
        assertThat(zip(FIRST, SECOND)).isEqualTo(first);
    }

    @Test
    void whateverIsLeftOutOrChangedShows() {
        Map<String, byte[]> whole = files(SECOND, THIRD);
        String certificate =
                whole.keySet().stream()
                        .filter(each -> each.startsWith("certificates/"))
                        .findFirst()
                        .orElseThrow();
        for (String path : whole.keySet()) {
            Map<String, byte[]> without = files(SECOND, THIRD);
            without.remove(path);
            assertThat(verify(without).finding().isRefusal()).as("without " + path).isTrue();
            Map<String, byte[]> changed = files(SECOND, THIRD);
            byte[] bytes = changed.get(path).clone();
            bytes[bytes.length / 2] ^= 1;
            changed.put(path, bytes);
            assertThat(verify(changed).finding().isRefusal()).as("changed " + path).isTrue();
        }
        // a liar fits the manifest to what is left
        Map<String, byte[]> liars = files(SECOND, THIRD);
        liars.remove(certificate);
        liars.put(
                "manifest.json",
                text(liars, "manifest.json")
                        .replaceAll("\n *\"" + certificate + "\"[^\n]*", "")
                        .getBytes(StandardCharsets.UTF_8));
        Verification verification = verify(liars);
        assertThat(verification.checks())
                .anyMatch(check -> check.name().equals("manifest") && check.holds());
        assertThat(verification.finding()).isEqualTo(Finding.GAP);
    }

    @Test
    void aPackOfOneCharterCountsTheOthersClosures() {
        byte[] zip = ((ExportPack.Packed) export(FIRST, THIRD, Optional.of("another"))).zip();
        Verification verification = verify(Pack.unzip(zip));
        assertThat(verification.holds()).as(String.join("\n", verification.lines())).isTrue();
        assertThat(verification.lines()).anyMatch(line -> line.contains("another charter: 6"));
    }

    @Test
    void aPeriodThatIsNotOverOrHoldsNothingSignedIsRefused() {
        assertThat(export(FIRST, THIRD.plusSeconds(3), Optional.empty()))
                .isInstanceOf(ExportPack.Refused.class);
        assertThat(export(THIRD, FIRST, Optional.empty())).isInstanceOf(ExportPack.Refused.class);
        assertThat(export(FIRST.minusSeconds(9), FIRST, Optional.empty()))
                .isInstanceOf(ExportPack.Refused.class);
    }

    @Test
    void theAssessmentResultsNameNothingThatNistsExampleDoesNot() throws Exception {
        JsonNode ours = JSON.readTree(files(FIRST, THIRD).get("oscal-assessment-results.json"));
        assertThat(ours.at("/assessment-results/results/0/findings")).isNotEmpty();
        Set<String> uuids = new TreeSet<>();
        List<String> all = new ArrayList<>();
        ours.findValuesAsText("uuid")
                .forEach(each -> {
                    uuids.add(each);
                    all.add(each);
                });
        assertThat(uuids).hasSameSizeAs(all);
        assumeThat(Files.exists(EXAMPLE)).as("NIST's example is not here").isTrue();
        Set<String> known = new TreeSet<>();
        paths("", JSON.readTree(Files.readAllBytes(EXAMPLE)), known);
        // from the format's reference, where the example has none
        known.addAll(
                Set.of(
                        "/assessment-results/results/observations/props",
                        "/assessment-results/results/observations/props/name",
                        "/assessment-results/results/observations/props/ns",
                        "/assessment-results/results/observations/props/value",
                        "/assessment-results/results/observations/relevant-evidence",
                        "/assessment-results/results/observations/relevant-evidence/href",
                        "/assessment-results/results/observations/relevant-evidence/description",
                        "/assessment-results/results/findings",
                        "/assessment-results/results/findings/uuid",
                        "/assessment-results/results/findings/title",
                        "/assessment-results/results/findings/description",
                        "/assessment-results/results/findings/target",
                        "/assessment-results/results/findings/target/type",
                        "/assessment-results/results/findings/target/target-id",
                        "/assessment-results/results/findings/target/status",
                        "/assessment-results/results/findings/target/status/state",
                        "/assessment-results/results/findings/related-observations",
                        "/assessment-results/results/findings/related-observations/observation-uuid",
                        "/assessment-results/back-matter",
                        "/assessment-results/back-matter/resources",
                        "/assessment-results/back-matter/resources/uuid",
                        "/assessment-results/back-matter/resources/title",
                        "/assessment-results/back-matter/resources/description",
                        "/assessment-results/back-matter/resources/rlinks",
                        "/assessment-results/back-matter/resources/rlinks/href",
                        "/assessment-results/back-matter/resources/rlinks/hashes",
                        "/assessment-results/back-matter/resources/rlinks/hashes/algorithm",
                        "/assessment-results/back-matter/resources/rlinks/hashes/value"));
        Set<String> named = new TreeSet<>();
        paths("", ours, named);
        assertThat(known).containsAll(named);
    }

    private static void paths(String path, JsonNode node, Set<String> paths) {
        if (node.isArray()) {
            node.forEach(each -> paths(path, each, paths));
        } else {
            node.properties()
                    .forEach(each -> {
                        paths.add(path + "/" + each.getKey());
                        paths(path + "/" + each.getKey(), each.getValue(), paths);
                    });
        }
    }

    private Map<String, byte[]> files(Instant from, Instant to) {
        return Pack.unzip(zip(from, to));
    }

    private byte[] zip(Instant from, Instant to) {
        return ((ExportPack.Packed) export(from, to, Optional.empty())).zip();
    }

    private ExportPack.Exported export(Instant from, Instant to, Optional<String> charter) {
        return ledger.pack(THIRD.plusSeconds(1)).export(from, to, charter).await().indefinitely();
    }

    private static Verification verify(Map<String, byte[]> files) {
        return PackVerifier.verify(
                files,
                new CertificateVerifier.Trust(Leaver.trusted(), InMemoryLedger.KEY.verifier()));
    }

    private static String text(Map<String, byte[]> files, String path) {
        return new String(files.get(path), StandardCharsets.UTF_8);
    }

    private void close(Leaver leaver) {
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        ledger.lookAgain.look(ledger.now).await().indefinitely();
        ledger.receive(ledger.handedOn());
    }

    private void publish() {
        ledger.publish.publish(1).await().indefinitely();
        ledger.handedOn();
    }
}
