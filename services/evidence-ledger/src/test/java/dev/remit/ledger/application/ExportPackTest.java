package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Finding;
import dev.remit.ledger.certificate.Pack;
import dev.remit.ledger.certificate.PackVerifier;
import dev.remit.ledger.certificate.Population;
import dev.remit.ledger.certificate.Verification;
import dev.remit.ledger.certificate.VerifyFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;

class ExportPackTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant FIRST = Leaver.NOW;
    private static final Instant SECOND = FIRST.plus(Duration.ofDays(1));
    private static final Instant THIRD = FIRST.plus(Duration.ofDays(2));
    private static final Instant FOURTH = FIRST.plus(Duration.ofDays(3));
    private static final Instant FIFTH = FIRST.plus(Duration.ofDays(4));

    private static final String RESULTS = "oscal-assessment-results.json";

    private final InMemoryLedger ledger = new InMemoryLedger();

    ExportPackTest() {
        ledger.receive(List.of(new Leaver(0).published()));
        for (int n = 1; n <= 3; n++) {
            close(leaver(n));
        }
        ledger.now = FIRST;
        publish();
        for (int n = 4; n <= 6; n++) {
            close(leaver(n));
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
        close(leaver(7));
        ledger.now = THIRD;
        publish();
        ledger.certificates.clear();
        assertThat(zip(FIRST, SECOND)).isEqualTo(first);
    }

    @Test
    void whatBecomesOfKeysLaterChangesNoPack() {
        erase(leaver(5));
        ledger.now = THIRD;
        publish();
        byte[] first = zip(FIRST, THIRD);
        ledger.trusted =
                TrustedKeys.parse(
                        Stream.concat(
                                        Leaver.trusted().all().stream()
                                                .map(each -> each.line() + " until=" + FIFTH),
                                        Stream.of(
                                                SigningKey.generate("new", new SecureRandom())
                                                        .verifier()
                                                        .toString()))
                                .collect(Collectors.joining("\n")));
        ledger.certificates.clear();
        assertThat(zip(FIRST, THIRD)).isEqualTo(first);
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
    void aZipThatWasChangedAnywhereIsRefused() {
        byte[] zip = zip(SECOND, THIRD);
        var trust = new CertificateVerifier.Trust(Leaver.trusted(), InMemoryLedger.KEY.verifier());
        List<String> said = VerifyFile.verify(zip, Optional.of(trust)).lines();
        IntStream.range(0, zip.length)
                .filter(n -> n % 211 == 2)
                .parallel()
                .forEach(n -> {
                    byte[] changed = zip.clone();
                    changed[n] ^= (byte) (1 << (n % 8));
                    Verification found = VerifyFile.verify(changed, Optional.of(trust));
                    // the directory at a zip's end, and times, say nothing of what is in it
                    assertThat(found.finding().isRefusal() || found.lines().equals(said))
                            .as("byte " + n + " of " + zip.length)
                            .isTrue();
                });
        for (int length = 2; length < zip.length; length += 10_007) {
            assertThat(VerifyFile.verify(Arrays.copyOf(zip, length), Optional.of(trust)).finding())
                    .isEqualTo(Finding.MALFORMED);
        }
    }

    @Test
    void aPackOfOneCharterCountsTheOthersClosures() {
        byte[] zip =
                ((ExportPack.Packed) export(FIRST, THIRD, Population.ofCharter("another"))).zip();
        Verification verification = verify(Pack.unzip(zip));
        assertThat(verification.holds()).as(String.join("\n", verification.lines())).isTrue();
        assertThat(verification.lines())
                .anyMatch(line -> line.contains("the population (charter another): 6 of 6"));
    }

    @Test
    void aPackOfAPopulationSaysHowManyOfThePeriodAreOutside() {
        Leaver one = leaver(4);
        for (Population each :
                List.of(
                        population("", one.account, ""),
                        population("hr:E1002", one.account, "COMPLETED"),
                        population("", one.account, "COMPLETED"))) {
            Map<String, byte[]> files = files(FIRST, THIRD, each);
            Verification verification = verify(files);
            assertThat(verification.holds()).as(String.join("\n", verification.lines())).isTrue();
            assertThat(verification.outcome()).startsWith("1 changes");
            assertThat(verification.lines())
                    .anyMatch(line -> line.contains("(" + each.words() + "): 5 of 6"));
            assertThat(files).containsKey("certificates/" + one.change + ".json");
            assertThat(text(files, "manifest.json"))
                    .contains("and account = '" + one.account + "'", each.words());
        }
        assertThat(verify(files(FIRST, THIRD, population("", "", "REFUSED"))).lines())
                .anyMatch(line -> line.contains("(outcome REFUSED): 6 of 6"));
    }

    @Test
    void aPackWhoseChangesOrQueryAreNotThoseOfItsPopulationShows() {
        String account = leaver(4).account;
        Map<String, byte[]> whole = files(FIRST, THIRD, population("", account, ""));
        assertThat(
                        verify(
                                        edited(
                                                whole,
                                                "\"account\" : \"" + account,
                                                "\"account\" : \"" + leaver(5).account))
                                .lines())
                .anyMatch(line -> line.contains("not of the population"))
                .anyMatch(line -> line.contains("query asks for another population"));
        assertThat(
                        verify(edited(whole, "\"outcome\" : \"\"", "\"outcome\" : \"FAILED\""))
                                .finding())
                .isEqualTo(Finding.NOT_PROVED);
        assertThat(verify(edited(whole, " and account = '", " and account <> '")).finding())
                .isEqualTo(Finding.NOT_PROVED);
    }

    @Test
    void aPackOfJoinersSaysNothingOfWhatIsAboutLeavers() throws Exception {
        joiners();
        Map<String, byte[]> files = files(FOURTH, FIFTH);
        Verification verification = verify(files);
        assertThat(verification.holds()).as(String.join("\n", verification.lines())).isTrue();
        List<String> lines = text(files, "controls.csv").lines().toList();
        for (String each : List.of("AC-2(3),", "PS-4(2),", "6.5,", "NHI1:2025,", "NHI7:2025,")) {
            assertThat(lines)
                    .filteredOn(line -> line.contains("," + each))
                    .singleElement()
                    .asString()
                    .endsWith(",0,0,0,no change of this kind in the period");
        }
        assertThat(lines)
                .filteredOn(line -> line.contains(",AC-5,"))
                .singleElement()
                .asString()
                .endsWith(",every change,separation-of-duties,2,2,0,satisfied");
        assertThat(findings(files)).contains("ac-5_obj", "cm-3.2_obj");
        assertThat(findings(files)).doesNotContain("ac-2.3_obj", "ps-4.2_obj", "ps-5_obj");
        assertThat(text(files, RESULTS))
                .contains("There is no finding: no completed change of this kind in the period.");
        assertThat(findings(files(FIRST, THIRD))).contains("ac-2.3_obj", "ps-4.2_obj");
    }

    @Test
    void aControlCountsTheChangesThatItIsAboutOnly() {
        joiners();
        assertThat(text(files(FIRST, FIFTH), "controls.csv").lines())
                .anyMatch(line ->
                        line.endsWith(
                                ",AC-2(3),,Disable Accounts,disable-account,"
                                        + "executed.as-authorized; read-back.matches,6,6,0,satisfied"))
                .anyMatch(line -> line.endsWith("separation-of-duties,8,8,0,satisfied"));
        // whose kind nobody can see any more could be one of these
        erase(leaver(5));
        ledger.now = FOURTH.plusSeconds(1);
        publish();
        assertThat(text(files(FIRST, FIFTH), "controls.csv").lines())
                .anyMatch(line ->
                        line.contains(",AC-2(3),") && line.endsWith(",5,5,1,not satisfied"));
    }

    @Test
    void aTableOfChangesThatTheCertificatesDoNotShowIsFound() {
        Map<String, byte[]> files = files(SECOND, THIRD);
        String changes = text(files, "changes.csv");
        String last = changes.lines().reduce((_, line) -> line).orElseThrow() + "\r\n";
        for (String other :
                List.of(
                        changes.replaceFirst("COMPLETED", "REFUSED"),
                        changes.replaceFirst(": executed", ": denied"),
                        changes + last,
                        changes.replace(last, ""))) {
            assertThat(other).isNotEqualTo(changes);
            Verification verification = verify(with(files, "changes.csv", other));
            assertThat(verification.finding()).isEqualTo(Finding.NOT_PROVED);
            assertThat(verification.lines())
                    .anyMatch(line -> line.contains("changes.csv says other than"));
        }
        assertThat(verify(with(files, "changes.csv", changes + "\"")).finding())
                .isEqualTo(Finding.MALFORMED);
    }

    @Test
    void aCertificateOfAnotherPeriodOrUnderAnotherNameDoesNotCount() {
        Map<String, byte[]> files = files(SECOND, THIRD);
        Map<String, byte[]> earlier = files(FIRST, SECOND);
        String stranger =
                earlier.keySet().stream()
                        .filter(each -> each.startsWith("certificates/"))
                        .findFirst()
                        .orElseThrow();
        assertThat(files).doesNotContainKey(stranger);
        Verification verification = verify(more(files, stranger, earlier.get(stranger)));
        assertThat(verification.finding().isRefusal()).isTrue();
        assertThat(verification.lines())
                .anyMatch(line ->
                        line.contains("population") && line.contains("not closed in this period"));

        String twice =
                files.keySet().stream()
                        .filter(each -> each.startsWith("certificates/"))
                        .findFirst()
                        .orElseThrow();
        verification = verify(more(files, "certificates/again.json", files.get(twice)));
        assertThat(verification.finding().isRefusal()).isTrue();
        assertThat(verification.lines())
                .anyMatch(line -> line.contains("certificates/again.json: is of change"));
    }

    @Test
    void findingsThatTheCertificatesDoNotShowAreFound() {
        Map<String, byte[]> files = files(SECOND, THIRD);
        assertThat(text(files, RESULTS)).contains("\"satisfied\"");
        ObjectNode less = read(files.get(RESULTS));
        at(less, "/assessment-results/results/0").remove("findings");
        for (String other :
                List.of(
                        text(files, RESULTS).replaceFirst("\"satisfied\"", "\"not-satisfied\""),
                        text(files, RESULTS).replaceFirst("_obj\"", "_other\""),
                        less.toString())) {
            assertThat(verify(with(files, RESULTS, other)).finding()).isEqualTo(Finding.NOT_PROVED);
        }
        assertThat(verify(with(files, RESULTS, "no results")).finding())
                .isEqualTo(Finding.MALFORMED);
    }

    @Test
    void countsOfControlsThatTheCertificatesDoNotShowAreFound() {
        joiners();
        Map<String, byte[]> files = files(FOURTH, FIFTH);
        String counted =
                text(files, "controls.csv")
                        .replace(
                                "disable-account,executed.as-authorized; read-back.matches,0,0,0,"
                                        + "no change of this kind in the period",
                                "disable-account,executed.as-authorized; read-back.matches,2,2,0,"
                                        + "satisfied");
        Verification verification = verify(with(files, "controls.csv", counted));
        assertThat(verification.finding()).isEqualTo(Finding.NOT_PROVED);
        assertThat(verification.lines()).anyMatch(line -> line.contains("show of: NIST SP 800-53"));
        for (String no : List.of("", "no table\r\n", counted + "one more\r\n", counted + "\"")) {
            assertThat(verify(with(files, "controls.csv", no)).finding())
                    .isEqualTo(Finding.MALFORMED);
        }
    }

    @Test
    void controlsThatAreTakenOtherwiseOrLeftOutAreNamed() {
        Map<String, byte[]> files = files(FIRST, THIRD);
        assertThat(verify(files).lines()).noneMatch(line -> line.contains("takes otherwise"));
        String controls = text(files, "controls.csv");
        String fewer =
                controls.lines()
                        .filter(line -> !line.contains("NHI1:2025"))
                        .collect(Collectors.joining("\r\n", "", "\r\n"));
        assertThat(verify(with(files, "controls.csv", fewer)).lines())
                .anyMatch(line -> line.contains("takes otherwise") && line.contains("NHI1:2025"));
    }

    @Test
    void aPackFromBeforeControlsSaidWhatTheyAreAboutStillVerifies() {
        Map<String, byte[]> files =
                with(
                        files(FIRST, THIRD, Population.ofCharter("another")),
                        "controls.csv",
                        "catalogue,control,also known as,title,shown by,changes completed,"
                                + "changes that show it\r\n");
        Map<String, byte[]> older =
                edited(
                        edited(files, "evidence-pack/v2", "evidence-pack/v1"),
                        "closuresOutside",
                        "closuresUnderOtherCharters");
        Verification verification = verify(older);
        assertThat(verification.holds()).as(String.join("\n", verification.lines())).isTrue();
        assertThat(verification.lines()).anyMatch(line -> line.contains("NOTE: an older pack"));
        assertThat(verify(edited(files, "evidence-pack/v2", "evidence-pack/v9")).finding())
                .isEqualTo(Finding.MALFORMED);
    }

    @Test
    void aPeriodThatIsNotOverOrHoldsNothingSignedIsRefused() {
        assertThat(export(FIRST, FIFTH.plusSeconds(3), Population.ALL))
                .isInstanceOf(ExportPack.Refused.class);
        assertThat(export(THIRD, FIRST, Population.ALL)).isInstanceOf(ExportPack.Refused.class);
        assertThat(export(FIRST.minusSeconds(9), FIRST, Population.ALL))
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
        Leaver erased = leaver(5);
        erase(erased);
        ledger.now = SECOND.plusSeconds(1);
        publish();
        Map<String, byte[]> files = files(SECOND, THIRD);
        assertThat(verify(files).finding()).isEqualTo(Finding.ERASED);
        byte[] pdf = files.get("report.pdf");
        try (PDDocument report = Loader.loadPDF(pdf)) {
            assertThat(new PDFTextStripper().getText(report))
                    .contains("verified in full: 1.", erased.change.toString(), "content erased")
                    .doesNotContain("None: every");
        }
    }

    @Test
    void theAssessmentResultsAreValidByTheSchemaOfNistsModel() throws Exception {
        JsonSchema schema = schema();
        JsonNode ours = JSON.readTree(files(FIRST, THIRD).get(RESULTS));
        assertThat(schema.validate(ours)).isEmpty();
        assertThat(schema.validate(JSON.readTree(files(FIRST, SECOND).get(RESULTS)))).isEmpty();
        assertThat(ours.at("/assessment-results/results/0/findings")).isNotEmpty();
    }

    @Test
    void theSchemaOfNistsModelRefusesWhatIsNotOscal() throws Exception {
        JsonSchema schema = schema();
        byte[] results = files(FIRST, THIRD).get(RESULTS);
        Map<String, Consumer<ObjectNode>> violations =
                Map.of(
                        "no title",
                        all -> at(all, "/metadata").remove("title"),
                        "a title of two lines",
                        all -> at(all, "/metadata").put("title", "one\ntwo"),
                        "a time without a zone",
                        all -> at(all, "/results/0").put("start", "2026-01-02T03:04:05"),
                        "an id that is neither random nor derived",
                        all -> all.put("uuid", "00000000-0000-1000-8000-000000000001"),
                        "a name that is none",
                        all -> at(all, "/results/0/observations/0/props/0").put("name", "a b"),
                        "a member of our own",
                        all -> at(all, "/results/0").put("completeness", "whole"),
                        "a finding that is partly satisfied",
                        all ->
                                at(all, "/results/0/findings/0/target/status")
                                        .put("state", "partial"),
                        "a hash of nothing",
                        all ->
                                at(all, "/back-matter/resources/1/rlinks/0/hashes/0")
                                        .put("value", " "),
                        "a control that is no token",
                        all ->
                                at(
                                                all,
                                                "/results/0/reviewed-controls/control-selections/0/include-controls/0")
                                        .put("control-id", "AC-2 (3)"));
        violations.forEach((what, violate) -> {
            ObjectNode ours = read(results);
            violate.accept(at(ours, "/assessment-results"));
            assertThat(schema.validate(ours)).as(what).isNotEmpty();
        });
    }

    private static JsonSchema schema() throws IOException {
        try (InputStream file =
                ExportPackTest.class.getResourceAsStream("/schema/json/oscal-ar_schema.json")) {
            JsonNode schema = JSON.readTree(file);
            unwrap(schema);
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema);
        }
    }

    /**
     * Whatever made the schema put what some members must be one level too deep, below their own
     * names, where nothing looks for it.
     */
    private static void unwrap(JsonNode schema) {
        if (schema.path("properties") instanceof ObjectNode members) {
            members.properties()
                    .forEach(each -> {
                        JsonNode deeper = each.getValue().path(each.getKey());
                        if (each.getValue().size() == 1 && deeper.isObject()) {
                            each.setValue(deeper);
                        }
                    });
        }
        schema.forEach(ExportPackTest::unwrap);
    }

    private static ObjectNode at(ObjectNode all, String path) {
        return (ObjectNode) all.at(path);
    }

    private static ObjectNode read(byte[] json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    @Test
    void thePackOfAPeriodBeginsWhereThePeriodDoes() {
        ledger.witnesses("all", "one");
        for (Instant each : List.of(THIRD, FOURTH)) {
            close(leaver(each.equals(THIRD) ? 8 : 9));
            ledger.now = each;
            publish();
            ledger.publish.settle().await().indefinitely();
        }
        Map<String, byte[]> files = files(FOURTH, FIFTH);
        Verification verification = verify(files, witnessed());
        assertThat(verification.lines())
                .anyMatch(line -> line.contains("log/checkpoint.txt: cosigned by one"))
                .anyMatch(line ->
                        line.contains("begins with a state that was cosigned at " + THIRD)
                                && line.contains("ends with one of " + FOURTH));
        assertThat(verify(files).lines()).anyMatch(line -> line.contains("no witness says"));
        // the closures between are missing, whatever the population
        Verification earlier =
                verify(
                        edited(files, "\"from\" : \"" + FOURTH, "\"from\" : \"" + SECOND),
                        witnessed());
        assertThat(earlier.checks())
                .anyMatch(check -> check.name().equals("period") && check.finding() == Finding.GAP);
    }

    @Test
    void thatNothingWasClosedIsProvedOnlyByWhatWitnessesSaw() {
        Map<String, byte[]> files = files(FIRST, THIRD, population("hr:NOBODY", "", ""));
        assertThat(verify(files).holds()).isTrue();
        ledger.witnesses("all", "one");
        assertThat(verify(files, witnessed()).finding()).isEqualTo(Finding.NO_QUORUM);
    }

    private CertificateVerifier.Trust witnessed() {
        return new CertificateVerifier.Trust(
                Leaver.trusted(),
                InMemoryLedger.KEY.verifier(),
                ledger.policy,
                List.of(),
                List.of());
    }

    private static Leaver leaver(int number) {
        return new Leaver(number, "offboard", "disable-account", "end-sessions", "leave-groups");
    }

    /** Two of them, the day after. */
    private void joiners() {
        for (int n = 11; n <= 12; n++) {
            close(new Leaver(n, "onboard", "enable-account", "join-groups"));
        }
        ledger.now = FOURTH;
        publish();
    }

    private void erase(Leaver leaver) {
        ledger.erase.erase(leaver.change, "keycloak:admin", "asked for").await().indefinitely();
        ledger.receive(ledger.handedOn());
        ledger.certificates.clear();
    }

    private static Population population(String subject, String account, String outcome) {
        return new Population(Optional.empty(), stated(subject), stated(account), stated(outcome));
    }

    private static Optional<String> stated(String text) {
        return Optional.of(text).filter(each -> !each.isEmpty());
    }

    /** With another manifest. */
    private static Map<String, byte[]> edited(Map<String, byte[]> files, String from, String to) {
        String manifest = text(files, "manifest.json");
        assertThat(manifest).contains(from);
        Map<String, byte[]> edited = new TreeMap<>(files);
        edited.put("manifest.json", manifest.replace(from, to).getBytes(StandardCharsets.UTF_8));
        return edited;
    }

    /** With another file, which the manifest fits. */
    private static Map<String, byte[]> with(
            Map<String, byte[]> files, String path, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        Map<String, byte[]> with =
                edited(files, Hash.sha256(files.get(path)).hex(), Hash.sha256(bytes).hex());
        with.put(path, bytes);
        return with;
    }

    /** One file more, as the manifest of who added it says. */
    private static Map<String, byte[]> more(Map<String, byte[]> files, String path, byte[] bytes) {
        Map<String, byte[]> more =
                edited(
                        files,
                        "\"sha256\" : {",
                        "\"sha256\" : { \"" + path + "\" : \"" + Hash.sha256(bytes).hex() + "\",");
        more.put(path, bytes);
        return more;
    }

    private static List<String> findings(Map<String, byte[]> files) throws IOException {
        return JSON.readTree(files.get(RESULTS)).findValuesAsText("target-id");
    }

    private Map<String, byte[]> files(Instant from, Instant to) {
        return files(from, to, Population.ALL);
    }

    private Map<String, byte[]> files(Instant from, Instant to, Population population) {
        return Pack.unzip(((ExportPack.Packed) export(from, to, population)).zip());
    }

    private byte[] zip(Instant from, Instant to) {
        return ((ExportPack.Packed) export(from, to, Population.ALL)).zip();
    }

    private ExportPack.Exported export(Instant from, Instant to, Population population) {
        return ledger.pack(FIFTH).export(from, to, population).await().indefinitely();
    }

    private static Verification verify(Map<String, byte[]> files) {
        return verify(
                files,
                new CertificateVerifier.Trust(Leaver.trusted(), InMemoryLedger.KEY.verifier()));
    }

    private static Verification verify(Map<String, byte[]> files, CertificateVerifier.Trust trust) {
        return PackVerifier.verify(files, trust);
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
