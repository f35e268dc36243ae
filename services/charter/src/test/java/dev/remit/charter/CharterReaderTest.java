package dev.remit.charter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.erdtman.jcs.JsonCanonicalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CharterReaderTest {
    /** Everything that a charter can say. */
    static final String WHOLE =
            """
            apiVersion: remit.dev/v1
            kind: Charter
            metadata:
              name: whole
              version: "2"
              owner: a-owner
              effective: { from: 2026-01-01, until: "2027-01-01T00:00:00Z" }
              sunset: 2026-12-31
            spec:
              domain:
                systems: ["keycloak:acme"]
                subject: "subject.enabled"
                resource: "resource.kind == 'account'"
                actions:
                  - { name: offboard, mode: OWN, steps: [disable-account], reversibility: REVERSIBLE }
                  - name: grant
                    mode: ASSIST
                    steps: [join-group, leave-group-at-expiry]
                    grant: { group: { id: g-1, path: /emergency }, for: PT4H }
                  - name: move
                    mode: ASSIST
                    copilots: [helper]
                    steps: [leave-group, join-groups, set-manager, set-owner]
                    compensation: { leave-group: join-groups, set-manager: stays }
                    group: { id: g-2, path: /sales }
                    groups: [ { id: g-3, path: /support } ]
                    manager: W-7
                    owner: W-8
                  - name: onboard
                    mode: ASSIST
                    steps: [create-account]
                    account: { username: "{worker}", enabled: true, manager: true }
                blastRadius: { changesPerHour: 50, shareOfPopulation: 0.02 }
                protectedEntitlements: ["/admins"]
              trackRecord: { within: P30D, failures: 2, compensations: 1, overrides: 0, refusedClosures: 5 }
              proposers:
                roles: [proposer]
                digitalEmployee: { id: a-clerk, principal: a-owner }
                copilots: [helper, other]
              trigger: { source: hr, event: LEFT, action: offboard, target: "keycloak:acme" }
              triggers:
                - { event: ORPHAN_FOUND, action: offboard, target: "keycloak:acme", after: P7D }
                - event: SCHEDULE
                  action: offboard
                  target: "keycloak:acme"
                  every: P90D
                  from: 2026-02-01
                  subjects: [ { system: hr, id: E1 } ]
              readiness:
                facts:
                  - name: account.correlated
                  - { name: source.fresh, maxAge: PT2M, onGap: { halt: true } }
                  - name: manager.active
                    minShare: 0.9
                    agreesWith: ["scim:payroll"]
                    onGap: { enrichFrom: ["scim:hr"], ask: [hr-clerk], hold: PT8H }
                hold: { ask: [operator], for: PT48H }
              approval:
                role: approver
                stages:
                  - name: manager
                    resolver: manager
                    quorum: 1
                    expiresAfter: PT48H
                  - name: owners
                    alongside: true
                    when: "risk > 50"
                    resolvers:
                      - { owner: application }
                      - { group: /security-approvers }
                      - { role: approver }
                      - { named: ["a-one", "a-two"] }
                      - { onCall: primary }
                      - { previousApprovers: manager }
                    filter: "reviewer.enabled"
                    share: 0.5
                    denyShare: 0.25
                    reason: required
                    authentication: { acr: "2", maxAge: PT5M }
                    deadline: { within: PT16H, calendar: berlin }
                    reminders: [PT4H]
                    escalation: [ { after: PT8H, to: [ { group: /security-leads } ] } ]
                    outcome: escalate
                    bulk: false
                  - { name: office, resolver: group, group: /office, quorum: 2, denyQuorum: 2, expiresAfter: PT24H }
                  - name: rule
                    resolver: policy
                    policy: { name: low-risk, version: "1", verdicts: [READY] }
                    quorum: 1
                    expiresAfter: PT24H
                  - name: boss
                    resolvers: [ { manager: subject } ]
                    authentication: { passkey: required }
                    quorum: 1
                    expiresAfter: PT24H
                review:
                  resolvers: [ { group: /auditors } ]
                  filter: "reviewer.enabled"
                  authentication: { acr: "2" }
                  deadline: { within: PT40H, calendar: berlin }
                  reminders: [PT20H]
                  escalation: [ { after: PT30H, to: [ { role: approver } ] } ]
                calendars:
                  berlin: { zone: Europe/Berlin, days: [MONDAY, FRIDAY], from: "09:00", to: "17:00", holidays: ["2026-12-25"] }
                onCall:
                  primary: { zone: Europe/Berlin, start: 2026-01-05, handover: "08:30", every: P7D, rotation: [a-one, a-two] }
              separationOfDuties:
                - { rule: apart, version: "1", owner: a-owner, source: SOX, apart: [proposer, approver] }
                - rule: toxic
                  version: "1"
                  owner: a-owner
                  source: SOX
                  toxic: [/payments-create, /payments-approve]
                  exceptions: [ { subject: w-9, control: "reviewed each month", owner: a-owner, until: 2026-06-30 } ]
                - { rule: trained, version: "1", owner: a-owner, source: SOX, when: [/root], mustHold: [/trained] }
              execution: { authorizationExpiresAfter: PT1H }
              proof: [readiness.fit, read-back.matches]
              retention: P400D
            """;

    private static final JsonSchema OTHER =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(CharterReaderTest.class.getResourceAsStream("charter.schema.json"));

    static List<Path> shipped() {
        return Shipped.files();
    }

    private static List<Finding> broken(String text) {
        return switch (CharterReader.read("charter.yaml", text)) {
            case CharterReader.Read.Good good -> List.of();
            case CharterReader.Read.Broken(List<Finding> findings) -> findings;
        };
    }

    private static JsonNode json(String yaml) throws Exception {
        return new YAMLMapper().readTree(yaml);
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void everyShippedCharterReadsAndKeepsItsHash(Path file) throws Exception {
        String text = Shipped.text(file);
        CharterReader.Read.Good read = Shipped.read(text);
        String canonical =
                new String(
                        new JsonCanonicalizer(new ObjectMapper().writeValueAsString(json(text)))
                                .getEncodedUTF8(),
                        StandardCharsets.UTF_8);
        assertThat(read.source().canonical()).isEqualTo(canonical);
        assertThat(CharterReader.published(canonical)).isEqualTo(read.charter());
        assertThat(OTHER.validate(json(text))).isEmpty();
    }

    @Test
    void theLeaversCharterHasTheHashThatItsVersionAlwaysHad() {
        assertThat(Shipped.read(Shipped.leaver()).charter().hash())
                .isEqualTo("97640839b1a39f37c5f7311624f6ad11804122c728885c860fd88417e5a185f1");
    }

    @Test
    void ofSeveralVersionsTheLastThatHasBegunIsInForce() {
        Charter one = Shipped.read(WHOLE).charter();
        Charter next =
                Shipped.read(WHOLE.replace("from: 2026-01-01", "from: 2026-03-01")).charter();
        List<Charter> versions = List.of(one, next);
        assertThat(Charter.inForce(versions, Instant.parse("2025-12-31T00:00:00Z")))
                .as("none has begun")
                .isEqualTo(next);
        assertThat(Charter.inForce(versions, Instant.parse("2026-02-28T23:59:59Z"))).isEqualTo(one);
        assertThat(Charter.inForce(versions, Instant.parse("2026-03-01T00:00:00Z")))
                .isEqualTo(next);
    }

    @Test
    void everyMemberIsRead() throws Exception {
        assertThat(OTHER.validate(json(WHOLE))).isEmpty();
        Charter charter = Shipped.read(WHOLE).charter();
        assertThat(charter.validity())
                .isEqualTo(
                        new Charter.Validity(
                                Optional.of(Instant.parse("2026-01-01T00:00:00Z")),
                                Optional.of(Instant.parse("2027-01-01T00:00:00Z")),
                                Optional.of(Instant.parse("2027-01-01T00:00:00Z"))));
        assertThat(charter.domain().changesPerHour()).isEqualTo(OptionalInt.of(50));
        assertThat(charter.domain().shareOfPopulation()).isEqualTo(OptionalDouble.of(0.02));
        assertThat(charter.domain().protectedEntitlements()).containsExactly("/admins");
        Charter.Stage stage = charter.stages().get(1);
        assertThat(stage.alongside()).isTrue();
        assertThat(stage.when()).contains("risk > 50");
        assertThat(stage.resolvers())
                .extracting(Charter.Resolver::kind)
                .containsExactly(
                        Charter.Resolver.Kind.OWNER,
                        Charter.Resolver.Kind.GROUP,
                        Charter.Resolver.Kind.ROLE,
                        Charter.Resolver.Kind.NAMED,
                        Charter.Resolver.Kind.ON_CALL,
                        Charter.Resolver.Kind.PREVIOUS_APPROVERS);
        assertThat(stage.quorum().of(5)).isEqualTo(3);
        assertThat(stage.denyQuorum().of(5)).isEqualTo(2);
        assertThat(stage.reasonRequired()).isTrue();
        assertThat(stage.deadline())
                .isEqualTo(new Charter.Deadline(Duration.ofHours(16), Optional.of("berlin")));
        assertThat(stage.outcome()).contains(Charter.Outcome.ESCALATE);
        assertThat(stage.bulk()).isFalse();
        assertThat(charter.duties())
                .extracting(Charter.Duty::demand)
                .containsExactly(
                        new Charter.Demand.Apart("proposer", "approver"),
                        new Charter.Demand.Toxic(Set.of("/payments-create", "/payments-approve")),
                        new Charter.Demand.MustHold(Set.of("/root"), Set.of("/trained")));
        assertThat(charter.retentionDays()).isEqualTo(400);
        assertThat(charter.triggers())
                .extracting(Charter.Trigger::event)
                .containsExactly("LEFT", "ORPHAN_FOUND", "SCHEDULE");
        assertThat(charter.triggers().getLast().every()).contains(Duration.ofDays(90));
        assertThat(charter.triggers().getLast().from())
                .contains(Instant.parse("2026-02-01T00:00:00Z"));
        assertThat(charter.triggers().getLast().subjects())
                .containsExactly(new Charter.Subject("hr", "E1"));
        assertThat(charter.triggers().get(1).after()).contains(Duration.ofDays(7));
        assertThat(charter.domain().actions().get(1).grant())
                .contains(new Charter.Grant("g-1", "/emergency", Duration.ofHours(4)));
        assertThat(charter.trackRecord())
                .contains(
                        new Charter.TrackRecord(
                                Duration.ofDays(30),
                                OptionalInt.of(2),
                                OptionalInt.of(1),
                                OptionalInt.of(0),
                                OptionalInt.of(5)));
        assertThat(charter.stages().getLast().authentication())
                .contains(new Charter.Authentication(Optional.empty(), Optional.empty(), true));
        assertThat(charter.stages().get(3).policy())
                .contains(new Charter.Policy("low-risk", "1", List.of("READY")));
        assertThat(charter.review().orElseThrow().deadline())
                .isEqualTo(new Charter.Deadline(Duration.ofHours(40), Optional.of("berlin")));
        assertThat(charter.facts())
                .containsExactly(
                        fact("account.correlated", Optional.empty(), false),
                        fact("source.fresh", Optional.of(Duration.ofMinutes(2)), true),
                        new Charter.Fact(
                                "manager.active",
                                Optional.empty(),
                                OptionalDouble.of(0.9),
                                List.of("scim:payroll"),
                                new Charter.Gap(
                                        List.of("scim:hr"),
                                        List.of("hr-clerk"),
                                        Optional.of(Duration.ofHours(8)),
                                        false)));
    }

    private static Charter.Fact fact(String name, Optional<Duration> maxAge, boolean halt) {
        return new Charter.Fact(
                name,
                maxAge,
                OptionalDouble.empty(),
                List.of(),
                new Charter.Gap(List.of(), List.of(), Optional.empty(), halt));
    }

    /** The members that exclude one in {@link #WHOLE}, each with the text that it stands in for. */
    private static final Map<String, String> INSTEAD =
            Map.of("deadline: { within: PT40H, calendar: berlin }", "expiresAfter: PT24H");

    @Test
    void everyMemberOfTheFormStandsInTheWholeCharter() throws Exception {
        Set<String> said = new TreeSet<>();
        Set<String> seen = new TreeSet<>();
        members(FORM, new HashSet<>(), said);
        List<String> texts = new ArrayList<>(List.of(WHOLE));
        INSTEAD.forEach((one, other) -> texts.add(WHOLE.replace(one, other)));
        for (String text : texts) {
            assertThat(broken(text)).isEmpty();
            walk(FORM, "", json(text), "", (at, _, _) -> seen.add(at));
        }
        assertThat(said).hasSizeGreaterThan(100);
        assertThat(seen).isEqualTo(said);
    }

    @Test
    void whatTheFormRequiresIsMissedWhereItIsTakenAwayByBothReadersOfTheSchema() throws Exception {
        Map<String, List<String>> required = new TreeMap<>();
        walk(
                FORM,
                "",
                json(WHOLE),
                "",
                (_, schema, path) -> {
                    String name = path.substring(path.lastIndexOf('/') + 1);
                    for (JsonNode each : schema.path("required")) {
                        if (each.asText().equals(name)) {
                            required.computeIfAbsent(path, _ -> new ArrayList<>()).add(name);
                        }
                    }
                });
        assertThat(required).hasSizeGreaterThan(50);
        for (String path : required.keySet()) {
            JsonNode without = json(WHOLE);
            int end = path.lastIndexOf('/');
            ((ObjectNode) without.at(path.substring(0, end))).remove(path.substring(end + 1));
            assertThat(broken(without.toString()))
                    .as(path)
                    .anySatisfy(finding -> {
                        assertThat(finding.path()).isEqualTo(path);
                        assertThat(finding.code()).isEqualTo("MISSING_MEMBER");
                        assertThat(finding.toString()).contains(path, "is missing");
                    });
            assertThat(OTHER.validate(without)).as(path).isNotEmpty();
        }
    }

    private static final JsonNode FORM = form();

    private static JsonNode form() {
        try (var in = CharterReaderTest.class.getResourceAsStream("charter.schema.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A member of the document: where the form says it, the schema it is a member by, its path. */
    private interface Member {
        void at(String said, JsonNode schema, String path);
    }

    /** Every member that the form says, each as its schema's place and its name. */
    private static void members(JsonNode schema, Set<String> been, Set<String> said) {
        members(schema, "", been, said);
    }

    private static void members(JsonNode schema, String place, Set<String> been, Set<String> said) {
        if (schema.has("$ref")) {
            String reference = schema.path("$ref").asText();
            if (been.add(reference)) {
                members(referred(reference), reference, been, said);
            }
            return;
        }
        schema.path("properties")
                .properties()
                .forEach(each -> {
                    String at = place + "/" + each.getKey();
                    said.add(at);
                    members(each.getValue(), at, been, said);
                });
        for (String below : List.of("items", "additionalProperties")) {
            if (schema.path(below).isObject()) {
                members(schema.path(below), place + "/" + below, been, said);
            }
        }
    }

    private static void walk(
            JsonNode schema, String place, JsonNode node, String path, Member member) {
        if (schema.has("$ref")) {
            String reference = schema.path("$ref").asText();
            walk(referred(reference), reference, node, path, member);
            return;
        }
        schema.path("properties")
                .properties()
                .forEach(each -> {
                    if (node.has(each.getKey())) {
                        String at = place + "/" + each.getKey();
                        member.at(at, schema, path + "/" + each.getKey());
                        walk(
                                each.getValue(),
                                at,
                                node.path(each.getKey()),
                                path + "/" + each.getKey(),
                                member);
                    }
                });
        if (schema.has("items")) {
            for (int n = 0; n < node.size(); n++) {
                walk(schema.path("items"), place + "/items", node.path(n), path + "/" + n, member);
            }
        }
        if (schema.path("additionalProperties").isObject()) {
            node.properties()
                    .forEach(each ->
                            walk(
                                    schema.path("additionalProperties"),
                                    place + "/additionalProperties",
                                    each.getValue(),
                                    path + "/" + each.getKey(),
                                    member));
        }
    }

    private static JsonNode referred(String reference) {
        return FORM.at(reference.substring(1));
    }

    @Test
    void aCharterTakesProposalsFromItsBeginningToItsEnd() {
        Charter.Validity validity = Shipped.read(WHOLE).charter().validity();
        assertThat(validity.refuses(Instant.parse("2025-12-31T23:59:59Z"))).isPresent();
        assertThat(validity.refuses(Instant.parse("2026-01-01T00:00:00Z"))).isEmpty();
        assertThat(validity.refuses(Instant.parse("2026-12-31T23:59:59Z"))).isEmpty();
        assertThat(validity.refuses(Instant.parse("2027-01-01T00:00:00Z"))).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "kind: Charter | kind: Note | /kind",
                "mode: OWN | mode: MAYBE | /spec/domain/actions/0/mode",
                "event: LEFT | event: GONE | /spec/trigger/event",
                "version: \"2\" | version: 2 | /metadata/version",
                "proposers: | proposer: | /spec/proposer",
                "quorum: 1 | quorum: 0 | /spec/approval/stages/0/quorum",
                "quorum: 1 | quorum: \"1\" | /spec/approval/stages/0/quorum",
                "share: 0.5 | share: 1.5 | /spec/approval/stages/1/share",
                "share: 0.5 | quorum: 1, share: 0.5 | -",
                "resolver: manager | bulk: true | /spec/approval/stages/0",
                "outcome: escalate | outcome: approve | /spec/approval/stages/1/outcome",
                "{ owner: application } | { owner: application, role: approver } | /spec/approval/stages/1/resolvers/0",
                "{ owner: application } | { boss: application } | /spec/approval/stages/1/resolvers/0/boss",
                "systems: [\"keycloak:acme\"] | systems: [] | /spec/domain/systems",
                "toxic: [/payments-create, /payments-approve] | toxic: [/payments-create] | /spec/separationOfDuties/1/toxic",
                "apart: [proposer, approver] | apart: [proposer, approver], toxic: [/a, /b] | /spec/separationOfDuties/0",
                "name: whole | name: Whole Charter | /metadata/name",
                "until: 2026-06-30 | until: tomorrow | /spec/separationOfDuties/1/exceptions/0/until",
                "retention: P400D | keep: P400D | /spec/keep",
                "expiresAfter: PT48H | expiresAfter: 2 days | /spec/approval/stages/0/expiresAfter",
                "changesPerHour: 50 | changesPerHour: 0.5 | /spec/domain/blastRadius/changesPerHour",
                "within: P30D, failures: 2 | failures: 2 | /spec/trackRecord/within",
                "failures: 2 | failures: -1 | /spec/trackRecord/failures",
                "failures: 2 | mistakes: 2 | /spec/trackRecord/mistakes",
                "bulk: false | bulk: \"no\" | /spec/approval/stages/1/bulk",
                "halt: true | halt: false | /spec/readiness/facts/1/onGap/halt",
                "halt: true | halt: true, ask: [operator] | /spec/readiness/facts/1/onGap",
                "halt: true | halt: true, hold: PT1H | /spec/readiness/facts/1/onGap",
                "minShare: 0.9 | minShare: 90 | /spec/readiness/facts/2/minShare",
                "enrichFrom: [\"scim:hr\"] | enrichFrom: [hr] | /spec/readiness/facts/2/onGap/enrichFrom/0"
            })
    void aFaultOfFormIsFoundWhereItStandsByBothReadersOfTheSchema(
            String good, String bad, String path) throws Exception {
        assertThat(WHOLE).contains(good);
        String text = WHOLE.replaceFirst(java.util.regex.Pattern.quote(good), bad);
        List<Finding> findings = broken(text);
        assertThat(findings).isNotEmpty();
        if (!path.equals("-")) {
            assertThat(findings).extracting(Finding::path).contains(path);
            Finding first =
                    findings.stream()
                            .filter(each -> each.path().equals(path))
                            .findFirst()
                            .orElseThrow();
            int line = WHOLE.substring(0, WHOLE.indexOf(good)).split("\n", -1).length;
            assertThat(first.line()).isBetween(line - 1, line);
            assertThat(first.toString()).startsWith("charter.yaml:" + first.line() + ":");
            assertThat(OTHER.validate(json(text))).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "zone: Europe/Berlin, days | zone: Europe/Bärlin, days | /spec/approval/calendars/berlin/zone",
                "holidays: [\"2026-12-25\"] | holidays: [\"2026-02-30\"] | /spec/approval/calendars/berlin/holidays/0",
                "within: PT16H | within: PT0S | /spec/approval/stages/1/deadline/within",
                "sunset: 2026-12-31 | sunset: 2026-13-31 | /metadata/sunset"
            })
    void whatASchemaCannotSayIsFoundToo(String good, String bad, String path) {
        assertThat(broken(WHOLE.replaceFirst(java.util.regex.Pattern.quote(good), bad)))
                .extracting(Finding::path)
                .contains(path);
    }

    @Test
    void aMisspeltMemberIsNamedAndTheRightOneProposed() {
        assertThat(broken(WHOLE.replace("denyShare", "denyshare")))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.code()).isEqualTo("UNKNOWN_MEMBER");
                    assertThat(finding.remedy()).isEqualTo("did you mean denyShare?");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a: [",
                "a: 1\na: 2",
                "a: &x 1\nb: *x",
                "a: yes",
                "a: 017",
                "a: 0x1f",
                "a: 19:30",
                "a: 1_000",
                "a: .inf",
                "a: !!str 1",
                "a: !thing b",
                "<<: {a: 1}",
                "a: 1\n---\nb: 2",
                "a: 12345678901234567890"
            })
    void whatYamlLeavesToTheReaderIsRefused(String text) {
        assertThat(Source.read("x.yaml", text)).isInstanceOf(Source.Read.Broken.class);
    }

    @Test
    void aTextThatIsTooDeepOrTooLongIsRefused() {
        assertThat(Source.read("x.yaml", "[".repeat(200) + "]".repeat(200)))
                .isInstanceOf(Source.Read.Broken.class);
        assertThat(Source.read("x.yaml", "a: " + "b".repeat(Source.LENGTH)))
                .isInstanceOf(Source.Read.Broken.class);
    }

    @Test
    void whatWasPublishedByAnotherBuildStillReads() {
        String later =
                Shipped.read(WHOLE)
                        .source()
                        .canonical()
                        .replace("\"kind\"", "\"later\":1,\"kind\"");
        assertThat(CharterReader.published(later).name()).isEqualTo("whole");
        assertThatThrownBy(() -> CharterReader.published("{}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/metadata/name");
    }
}
