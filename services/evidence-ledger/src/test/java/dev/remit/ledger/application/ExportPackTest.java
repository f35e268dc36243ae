package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Finding;
import dev.remit.ledger.certificate.Pack;
import dev.remit.ledger.certificate.PackVerifier;
import dev.remit.ledger.certificate.Verification;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;

class ExportPackTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant FIRST = Leaver.NOW;
    private static final Instant SECOND = FIRST.plus(Duration.ofDays(1));
    private static final Instant THIRD = FIRST.plus(Duration.ofDays(2));

    private static final String RESULTS = "oscal-assessment-results.json";

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
    void theReportIsOneThatReadersOpenAndNamesEveryChange() throws Exception {
        Map<String, byte[]> files = files(SECOND, THIRD);
        String text;
        try (PDDocument report = Loader.loadPDF(files.get("report.pdf"))) {
            text = new PDFTextStripper().getText(report);
            assertThat(report.getDocumentInformation().getCreationDate()).isNull();
            assertThat(text).contains("page 1 of " + report.getNumberOfPages());
        }
        for (int n = 4; n <= 6; n++) {
            assertThat(text).contains(new Leaver(n).change.toString());
        }
        assertThat(text)
                .contains(SECOND.toString(), THIRD.toString(), "NHI1:2025", "3 of 3")
                .contains("Leaves in the period", "None: every certificate was verified in full")
                .contains("hr:E1002 under charter leavers: executed");
    }

    @Test
    void theReportNamesWhatIsOutOfTheOrdinary() throws Exception {
        Leaver erased = new Leaver(5);
        ledger.erase.erase(erased.change, "keycloak:admin", "asked for").await().indefinitely();
        ledger.receive(ledger.handedOn());
        ledger.now = SECOND.plusSeconds(1);
        publish();
        byte[] pdf = files(SECOND, THIRD).get("report.pdf");
        try (PDDocument report = Loader.loadPDF(pdf)) {
            assertThat(new PDFTextStripper().getText(report))
                    .contains("verified in full: 1.", erased.change.toString(), "content erased")
                    .doesNotContain("None: every");
        }
    }

    @Test
    void theAssessmentResultsAreValidByNistsSchema() throws Exception {
        JsonSchema schema;
        try (InputStream nist =
                getClass().getResourceAsStream("/schema/json/oscal-ar_schema.json")) {
            schema =
                    JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                            .getSchema(JSON.readTree(nist));
        }
        JsonNode ours = JSON.readTree(files(FIRST, THIRD).get(RESULTS));
        assertThat(schema.validate(ours)).isEmpty();
        assertThat(schema.validate(JSON.readTree(files(FIRST, SECOND).get(RESULTS)))).isEmpty();
        assertThat(ours.at("/assessment-results/results/0/findings")).isNotEmpty();
        // the schema is one that refuses
        ((ObjectNode) ours.at("/assessment-results/metadata")).remove("title");
        assertThat(schema.validate(ours)).isNotEmpty();
    }

    @Test
    void everythingThatTheAssessmentResultsReferToIsThereAndNamedOnce() throws Exception {
        JsonNode ours = JSON.readTree(files(FIRST, THIRD).get(RESULTS));
        List<String> uuids = ours.findValuesAsText("uuid");
        assertThat(uuids).doesNotHaveDuplicates();
        List<String> hrefs = new ArrayList<>(ours.findValuesAsText("href"));
        hrefs.removeIf(each -> !each.startsWith("#"));
        assertThat(hrefs).isNotEmpty();
        assertThat(uuids).containsAll(hrefs.stream().map(each -> each.substring(1)).toList());
        assertThat(uuids).containsAll(ours.findValuesAsText("observation-uuid"));
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
