package dev.remit.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.cli.Typed;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.Topic;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.passkey.SoftAuthenticator;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.stack.Accounts;
import dev.remit.stack.Databases;
import dev.remit.stack.Requests;
import dev.remit.stack.Schemas;
import dev.remit.stack.Stack;
import dev.remit.stack.Tokens;
import dev.remit.stack.Topics;
import dev.remit.wire.Messages;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.ObservationKind;
import dev.remit.wire.v1.Subject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * One change from first sight to closed evidence, then what must not happen, then what goes wrong.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LifeOfAChangeIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SALES_MANAGER = "00000000-0000-4000-8000-000000000001";
    private static final String SECURITY_ONE = "00000000-0000-4000-8000-000000000010";
    private static Mesh mesh;

    @BeforeAll
    static void start() throws Exception {
        mesh = new Mesh("life-of-a-change");
        mesh.stack.bootstrap("second-factor", AccessRule.CHARTER);
        mesh.stack.configure("approval-routing", Map.of("remit.sod.run.every", "PT1M"));
        mesh.up();
        for (String worker : List.of("E1001", "E1002", "E1003", "E1010", "E1030")) {
            mesh.observed(worker);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        mesh.stack.down();
    }

    @Test
    @Order(1)
    void aLeaverIsOffboardedAndItIsProved() throws Exception {
        mesh.hrSays("life-1,E1002,LEFT,2026-01-31,resigned");

        String change =
                mesh.changeOf("E1002", each -> Mesh.types(each).contains("ApprovalRequested"))
                        .path("changeId")
                        .asText();

        assertRefused(
                mesh.decide(change, "manager", "offboarding.owner"), 403, "SOD_PROPOSER_PRINCIPAL");
        assertRefused(mesh.decide(change, "manager", "intern"), 403, "ROLE_MISSING");
        assertRefused(mesh.decide(change, "manager", "security.one"), 403, "NOT_A_CANDIDATE");
        assertThat(mesh.decide(change, "manager", "sales.manager").status()).isEqualTo(201);
        SoftAuthenticator passkey = mesh.passkey("security.one");
        assertRefused(
                mesh.sign(change, "security", "security.two", passkey), 403, "PASSKEY_NOT_YOURS");
        assertThat(mesh.sign(change, "security", "security.one", passkey).status()).isEqualTo(201);
        JsonNode own = mesh.get("approval-routing", "/passkeys", "security.one").json();
        String revoke = "/passkeys/" + own.at("/0/id").asText() + "/revocation";
        Map<String, String> lost = Map.of("reason", "lost");
        assertRefused(
                mesh.post("approval-routing", revoke, "security.two", lost),
                404,
                "PASSKEY_UNKNOWN");
        assertThat(mesh.post("approval-routing", revoke, "security.one", lost).ok()).isTrue();
        assertThat(mesh.get("approval-routing", "/passkeys", "security.one").json()).isEmpty();

        JsonNode closed = mesh.changeOf("E1002", each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).isEqualTo("COMPLETED");
        assertThat(Mesh.types(closed))
                .containsExactly(
                        "ChangeProposed",
                        "ReadinessJudged",
                        "ApprovalRequested",
                        "ApprovalDecided",
                        "ApprovalDecided",
                        "ApprovalDecided",
                        "ApprovalDecided",
                        "ApprovalRequested",
                        "ApprovalDecided",
                        "ApprovalDecided",
                        "ExecutionAuthorized",
                        "ChangeExecuted",
                        "ChangeClosed");
        assertThat(
                        Databases.count(
                                mesh.home,
                                Service.EVIDENCE_LEDGER,
                                "select count(*) from message where change_id = '"
                                        + change
                                        + "' and type in ('ExecutionAuthorized', 'ChangeExecuted', 'ChangeClosed')"
                                        + " and substring(cast(id as text), 15, 1) = '8'"))
                .as("ids that follow begin with the time of what they follow from")
                .isEqualTo(3);
        assertThat(Accounts.isEnabled(mesh.home, "00000000-0000-4000-8000-000000000002")).isFalse();
        assertThat(mesh.verify(change).checks()).filteredOn(check -> !check.holds()).isEmpty();
        assertThat(mesh.verify(change).lines())
                .as("one approver signed, for the other the service vouches")
                .anyMatch(line -> line.contains("stage security is signed by"))
                .anyMatch(line -> line.contains("approval-routing vouches for them"));
        assertRefused(mesh.decide(change, "security", "security.two"), 409, "NOT_WAITING");
    }

    @Test
    @Order(2)
    void aLeaverWithoutAManagerIsHeldUntilSomeoneSuppliesOne() throws Exception {
        mesh.hrSays("life-2,E1003,LEFT,2026-01-31,resigned");

        JsonNode held =
                mesh.changeOf("E1003", each -> each.path("state").asText().startsWith("held"));
        String change = held.path("changeId").asText();
        JsonNode question = Mesh.until(() -> question(change), "a correction request");
        String path = "/corrections/" + question.path("correctionId").asText();

        assertRefused(
                mesh.post("data-readiness", path, "operator", Map.of("value", "E9999")),
                422,
                "MANAGER_NOT_ACTIVE");
        assertRefused(
                mesh.post("data-readiness", path, "operator", Map.of("value", "E1003")),
                422,
                "MANAGER_IS_SUBJECT");
        assertThat(mesh.post("data-readiness", path, "intern", Map.of("value", "E1001")).status())
                .isEqualTo(403);
        assertThat(mesh.post("data-readiness", path, "operator", Map.of("value", "E1001")).status())
                .isEqualTo(202);
        assertRefused(
                mesh.post("data-readiness", path, "operator", Map.of("value", "E1001")),
                409,
                "CORRECTION_ANSWERED");

        aDelegateDecidesWhatIsOpenAlready(change);
    }

    /** Both people are on the record; see {@code itClosesAndIsProved}. */
    private static void aDelegateDecidesWhatIsOpenAlready(String change) throws Exception {
        Mesh.until(
                () ->
                        Optional.of(mesh.get("approval-routing", "/changes/" + change, "auditor"))
                                .filter(Requests.Answer::ok)
                                .map(Mesh::json)
                                .filter(each -> each.path("stage").asText().equals("manager")),
                "the manager's stage");
        Map<String, String> wish =
                Map.of(
                        "to",
                        SECURITY_ONE,
                        "until",
                        Instant.now().plus(Duration.ofHours(1)).toString(),
                        "reason",
                        "on leave");
        assertRefused(
                mesh.post(
                        "approval-routing",
                        "/delegations",
                        "sales.manager",
                        Map.of(
                                "to", "nobody",
                                "until", Instant.now().plus(Duration.ofHours(1)).toString(),
                                "reason", "on leave")),
                422,
                "DELEGATE_UNKNOWN");
        Requests.Answer given =
                mesh.post("approval-routing", "/delegations", "sales.manager", wish);
        assertThat(given.status()).as(given.text()).isEqualTo(201);
        Mesh.until(
                () ->
                        Optional.of(
                                        mesh.get("approval-routing", "/inbox", "security.one")
                                                .json()
                                                .path("items")
                                                .findValuesAsText("changeId"))
                                .filter(each -> each.contains(change)),
                "the open item in the delegate's inbox");
        assertThat(mesh.decide(change, "manager", "security.one").status()).isEqualTo(201);
        assertThat(
                        Requests.send(
                                        "DELETE",
                                        mesh.url(
                                                "approval-routing",
                                                "/delegations/" + given.json().path("id").asText()),
                                        Tokens.of(mesh.home, "remit-cli", "sales.manager"),
                                        null)
                                .status())
                .isEqualTo(204);
    }

    @Test
    @Order(3)
    void anApproverSignsItInABrowser() throws Exception {
        assumeThat(Browser.isThere())
                .as("needs Chromium and its driver: apt-get install chromium chromium-driver")
                .isTrue();
        String page = "http://localhost:" + mesh.home.port("approval-routing") + "/";
        try (Browser browser = Browser.open()) {
            browser.signIn(page + "#passkeys", "security.two", mesh.home.secret("people"));
            browser.write("input[name=label]", "laptop");
            browser.click("form button");
            browser.reads("#notice", "Registered: laptop.");

            browser.click("nav a");
            browser.reads("article h1", "field.leaver");
            assertThat(browser.texts("article del")).contains("true", "/sales");
            assertThat(browser.texts("article ins")).contains("false");
            assertThat(browser.texts(".facts li"))
                    .as("each fact, with its value, source and age where it has them")
                    .anyMatch(fact -> fact.startsWith("manager.active: present"))
                    .anyMatch(fact -> fact.contains(", from ") && fact.contains(", read "));
            browser.reads(".risk", "Risk 30 of 100, reaches 100 %");
            browser.click("button[value=DENIED]");
            browser.reads("#notice", "reason: must not be empty");
            browser.write("textarea", "as agreed");
            browser.click("button[value=APPROVED]");
            browser.reads("#notice", "Approved and signed");
            browser.reads("article h1", "Nothing waits for you.");
        }
        assertThat(mesh.get("approval-routing", "/passkeys", "security.two").json())
                .extracting(each -> each.path("label").asText())
                .containsExactly("laptop");
    }

    @Test
    @Order(4)
    void itClosesAndIsProved() throws Exception {
        String change = mesh.changeOf("E1003", _ -> true).path("changeId").asText();
        if (!Browser.isThere()) {
            assertThat(mesh.decide(change, "security", "security.two").status()).isEqualTo(201);
        }
        assertThat(
                        mesh.changeOf("E1003", each -> each.path("certified").asBoolean())
                                .path("outcome")
                                .asText())
                .isEqualTo("COMPLETED");
        assertThat(mesh.verify(change).holds()).isTrue();
        assertThat(mesh.verify(change).lines())
                .anyMatch(line ->
                        line.contains("stage manager")
                                && line.contains(SECURITY_ONE)
                                && line.endsWith(", in the place of " + SALES_MANAGER));
        assertThat(mesh.verify(change).lines())
                .filteredOn(line -> line.contains("stage security is signed by"))
                .hasSize(Browser.isThere() ? 1 : 0);
    }

    @Test
    @Order(5)
    void whatIsHeldByASubgroupAndACompositeRoleIsReadToldOnceAndBarsAChange() throws Exception {
        new AccessRule(mesh).isFoundBrokenAndMended();
    }

    @Test
    @Order(6)
    void anExecutorKilledBetweenTheCallAndItsCommitExecutesOnce() throws Exception {
        String account = "00000000-0000-4000-8000-000000000030";
        mesh.arm("executor", "CALL");
        mesh.hrSays("life-3,E1030,LEFT,2026-01-31,internship ended");
        String change =
                mesh.changeOf("E1030", each -> Mesh.types(each).contains("ApprovalRequested"))
                        .path("changeId")
                        .asText();
        aManagerSeesItComeAndGo(change);
        assertThat(mesh.decide(change, "security", "security.one").status()).isEqualTo(201);
        Mesh.until(
                () -> Accounts.isEnabled(mesh.home, account) ? Optional.empty() : Optional.of(true),
                "the account's end");

        assertThat(Mesh.types(mesh.changeOf("E1030", each -> true)))
                .doesNotContain("ChangeExecuted");
        assertThat(Mesh.until(mesh::revived, "the executor's death")).containsExactly("executor");

        JsonNode closed = mesh.changeOf("E1030", each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).isEqualTo("COMPLETED");
        assertThat(Mesh.types(closed)).filteredOn("ChangeExecuted"::equals).hasSize(1);
        assertThat(mesh.verify(change).holds()).isTrue();
    }

    /** The inbox as a page with a tag, and as a stream that goes on where it was left. */
    private static void aManagerSeesItComeAndGo(String change) throws Exception {
        Requests.Answer page = mesh.get("approval-routing", "/inbox", "sales.manager");
        assertThat(page.json().path("items").findValuesAsText("changeId")).containsExactly(change);
        assertThat(mesh.get("approval-routing", "/inbox", "security.one").json().path("items"))
                .isEmpty();
        String tag;
        try (EventStream events = inbox(null)) {
            assertThat(events.next("whole", change).data()).contains("manager");
            assertThat(mesh.decide(change, "manager", "sales.manager").status()).isEqualTo(201);
            tag = events.next("removed", change).id();
        }
        try (EventStream again = inbox(tag);
                EventStream other = inbox("what nobody ever saw")) {
            assertThat(again.next().name()).as("nothing is told again").isEmpty();
            assertThat(other.next().name()).isEqualTo("whole");
        }
    }

    private static EventStream inbox(@Nullable String seen) throws Exception {
        return new EventStream(mesh, "approval-routing", "/inbox/events", "sales.manager", seen);
    }

    @Test
    @Order(7)
    void badInputIsAnsweredOrSetAsideByNameAndTheMeshGoesOn() throws Exception {
        mesh.hrSays("bad-1,E1041,GONE,2026-01-31,x");
        assertThat(mesh.deadLetter("CSV_ROW_BROKEN").path("reason").asText()).contains("event");

        Map<String, ?> proposal =
                Map.of(
                        "charter", "leaver-offboarding",
                        "subject", Map.of("system", "hr", "id", "E1041"),
                        "target", "okta",
                        "action", "offboard",
                        "reason", "left");
        assertRefused(
                mesh.post("connector", "/changes", "offboarding.owner", proposal),
                422,
                "TARGET_OUTSIDE_CHARTER");
        assertThat(mesh.post("connector", "/changes", "auditor", proposal).status()).isEqualTo(403);
        assertRefused(
                mesh.post("connector", "/changes", "offboarding.owner", Map.of("urgent", true)),
                422,
                "FIELD_UNKNOWN");
        assertRefused(
                mesh.post("connector", "/changes", "offboarding.owner", Map.of("subject", 7)),
                422,
                "FIELD_MISFORMED");
        String proposer = Tokens.of(mesh.home, "remit-cli", "offboarding.owner");
        String changes = mesh.url("connector", "/changes");
        assertRefused(Requests.send("POST", changes, proposer, "null"), 400, "BODY_MISSING");
        assertRefused(Requests.send("POST", changes, proposer, "{"), 400, "BODY_NOT_JSON");

        String foreign = Tokens.of(mesh.home, "other-app", "auditor");
        assertThat(
                        Requests.send("GET", mesh.url("evidence-ledger", "/changes"), foreign, null)
                                .status())
                .isEqualTo(401);
        assertThat(
                        Requests.send("GET", mesh.url("evidence-ledger", "/changes"), null, null)
                                .status())
                .isEqualTo(401);

        Envelope envelope = proposed();
        byte[] garbage = "not Avro at all".getBytes(StandardCharsets.UTF_8);
        SigningKey connector = SigningKey.read(mesh.home.keys().resolve("connector.key"));
        Seal seal = Seal.all(connector, List.of(Seal.hash(envelope, garbage))).getFirst();
        mesh.send(envelope, seal, garbage);
        assertThat(mesh.deadLetter("UNDECODABLE").path("origin").asText())
                .startsWith("remit.change.proposed.v1");
        mesh.send(envelope, seal, "other bytes".getBytes(StandardCharsets.UTF_8));
        mesh.deadLetter("BAD_SEAL");
        SigningKey executor = SigningKey.read(mesh.home.keys().resolve("executor.key"));
        mesh.send(
                envelope,
                Seal.all(executor, List.of(Seal.hash(envelope, garbage))).getFirst(),
                garbage);
        mesh.deadLetter("WRONG_PRODUCER");
        // nearly the largest that a broker takes: a message about it that had it all would be
        // larger
        mesh.send(new ProducerRecord<>("remit.change.authorized.v1", "k\0y", new byte[1_048_000]));
        assertThat(mesh.deadLetter("MALFORMED_ENVELOPE").path("reason").asText())
                .contains("bytes are not in this message");

        Mesh.until(
                () ->
                        mesh.stack.status().stream().allMatch(Stack.State::ready)
                                ? Optional.of(true)
                                : Optional.empty(),
                "all parts");
    }

    /** Each is sealed by a key that is trusted, or was: only one thing is wrong with each. */
    @Test
    @Order(8)
    void forgedMessagesAreSetAsideEachByItsRuleAndTheFirstOfAnIdStays() throws Exception {
        ConsumerRecord<String, byte[]> real = mesh.first(Topic.IDENTITY_OBSERVED);
        byte[] bytes = real.value();
        SigningKey connector = SigningKey.read(mesh.home.keys().resolve("connector.key"));

        Envelope twice = observed(real.key());
        Hash first = Seal.hash(twice, bytes);
        mesh.send(twice, seal(connector, twice, bytes), bytes);
        Mesh.until(() -> hashIn(twice.id()), "the first message of an id");
        Envelope other =
                new Envelope(
                        twice.id(),
                        twice.source(),
                        twice.handoff(),
                        twice.subject(),
                        twice.time().plusSeconds(1),
                        twice.dataschema(),
                        null,
                        null,
                        0,
                        null);
        mesh.send(other, seal(connector, other, bytes), bytes);
        String letter =
                "/dead-letters/"
                        + Mesh.until(
                                () -> openLetters("EQUIVOCATION").stream().findFirst(),
                                "the second message of an id");
        assertThat(hashIn(twice.id())).contains(first.toString());
        JsonNode kept = mesh.get("evidence-ledger", letter, "auditor").json();
        assertThat(kept.path("payload").binaryValue()).isEqualTo(bytes);
        assertThat(kept.path("headers").path("ce_time").asText())
                .isEqualTo(other.headers().get("ce_time"));
        assertThat(kept.path("headers").path(Seal.SEAL_HEADER).asText())
                .as("who sealed it")
                .isEqualTo(seal(connector, other, bytes).text());
        assertThat(metrics("evidence-ledger"))
                .containsPattern(
                        "remit_handoffs_set_aside_total[{][^}]*code=\"EQUIVOCATION\"[^}]*[}] [1-9]");

        Envelope astray = observed(real.key());
        ProducerRecord<String, byte[]> elsewhere =
                Mesh.record(Topic.CORRECTION, astray, seal(connector, astray, bytes), bytes);
        assertSetAside("WRONG_TOPIC", () -> mesh.send(elsewhere));

        SigningKey revoked = SigningKey.generate("connector", new SecureRandom());
        Files.writeString(
                mesh.home.keys().resolve("trust.vkeys"),
                revoked.verifier() + " revoked=2026-01-01T00:00:00Z\n",
                StandardOpenOption.APPEND);
        // whoever looked less than a second ago does not know it yet
        TimeUnit.SECONDS.sleep(2);
        assertSetAside(
                "KEY_NOT_VALID",
                () -> {
                    Envelope late = observed(real.key());
                    mesh.send(late, seal(revoked, late, bytes), bytes);
                });

        Envelope unregistered = observed(real.key());
        byte[] unknown = bytes.clone();
        unknown[1] = 0x7f;
        assertSetAside(
                "UNKNOWN_SCHEMA",
                () -> mesh.send(unregistered, seal(connector, unregistered, unknown), unknown));
        Envelope downgraded =
                observed(
                        real.key(),
                        Handoff.dataschema(
                                Messages.asOf("v1", Handoff.IDENTITY_OBSERVED.schema())));
        assertSetAside(
                "UNKNOWN_SCHEMA",
                () -> mesh.send(downgraded, seal(connector, downgraded, bytes), bytes));

        Envelope cut = observed(real.key());
        byte[] truncated = Arrays.copyOf(bytes, bytes.length - 1);
        assertSetAside(
                "UNDECODABLE", () -> mesh.send(cut, seal(connector, cut, truncated), truncated));

        Envelope zero = observed(real.key());
        byte[] unstorable = ofAnAccountWhoseIdHasTheCharacterZero(bytes);
        mesh.send(zero, seal(connector, zero, unstorable), unstorable);
        assertThat(mesh.deadLetter("UNSTORABLE").path("reason").asText()).endsWith("(22021)");
        Requests.Answer search = mesh.get("evidence-ledger", "/changes?subject=%00", "auditor");
        assertThat(search.status()).as(search.text()).isEqualTo(422);
        assertThat(search.json().path("code").asText()).isEqualTo("UNSTORABLE");

        Map<String, ?> reason = Map.of("reason", "forged");
        assertThat(mesh.post("evidence-ledger", letter + "/discard", "operator", reason).ok())
                .isTrue();
        assertThat(mesh.get("evidence-ledger", letter, "auditor").json().path("state").asText())
                .isEqualTo("DISCARDED");
        Mesh.until(
                () ->
                        Databases.count(
                                                mesh.home,
                                                Service.EVIDENCE_LEDGER,
                                                "select count(*) from kept_message where type = 'DeadLetterResolved'")
                                        > 0
                                ? Optional.of(true)
                                : Optional.empty(),
                "the discard in the log");
    }

    private static byte[] ofAnAccountWhoseIdHasTheCharacterZero(byte[] observed)
            throws IOException {
        Schema schema = Handoff.IDENTITY_OBSERVED.schema();
        BinaryDecoder decoder =
                DecoderFactory.get().binaryDecoder(observed, 5, observed.length - 5, null);
        IdentityObserved message =
                new SpecificDatumReader<IdentityObserved>(schema).read(null, decoder);
        IdentityObserved gone =
                IdentityObserved.newBuilder(message)
                        .setKind(ObservationKind.REMOVED)
                        .setAccount(null)
                        .setSubject(Subject.newBuilder(message.getSubject()).setId("z\0").build())
                        .build();
        var out = new ByteArrayOutputStream();
        out.write(observed, 0, 5);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new SpecificDatumWriter<IdentityObserved>(schema).write(gone, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private interface Sending {
        void send() throws Exception;
    }

    /** Sends it until the ledger has one more letter with this code. */
    private static void assertSetAside(String code, Sending sending) throws Exception {
        int before = openLetters(code).size();
        Mesh.until(
                () -> {
                    sending.send();
                    return openLetters(code).size() > before ? Optional.of(true) : Optional.empty();
                },
                "a dead letter " + code);
    }

    private static Seal seal(SigningKey key, Envelope envelope, byte[] payload) {
        return Seal.all(key, List.of(Seal.hash(envelope, payload))).getFirst();
    }

    /** The hash of what the ledger has received under this id. */
    private static Optional<String> hashIn(UUID id) throws Exception {
        return Databases.words(
                        mesh.home,
                        Service.EVIDENCE_LEDGER,
                        "select encode(hash, 'base64') from handoff_inbox where id = '" + id + "'")
                .stream()
                .findFirst();
    }

    private static String metrics(String service) throws Exception {
        return Requests.send(
                        "GET",
                        mesh.url(service, "/q/metrics"),
                        null,
                        null,
                        Map.of("Accept", "text/plain"))
                .text();
    }

    @Test
    @Order(9)
    void whatWasSetAsideIsReplayedOnceItsKeyIsTrusted() throws Exception {
        ConsumerRecord<String, byte[]> real = mesh.first(Topic.IDENTITY_OBSERVED);
        Envelope envelope = observed(real.key());
        SigningKey next = SigningKey.generate("connector", new SecureRandom());
        mesh.send(
                envelope,
                Seal.all(next, List.of(Seal.hash(envelope, real.value()))).getFirst(),
                real.value());
        String letter =
                "/dead-letters/"
                        + Mesh.until(
                                () -> openLetters("UNKNOWN_KEY").stream().findFirst(),
                                "a dead letter of the ledger");

        Map<String, ?> reason = Map.of("reason", "its key is trusted now");
        assertThat(replay(letter, reason)).as("before it is").isEqualTo("UNKNOWN_KEY");
        assertThat(mesh.post("evidence-ledger", letter + "/replay", "auditor", reason).status())
                .isEqualTo(403);

        Path trust = mesh.home.keys().resolve("trust.vkeys");
        Files.writeString(trust, next.verifier() + "\n", StandardOpenOption.APPEND);
        Mesh.until(
                () -> Optional.of(replay(letter, reason)).filter("ACCEPTED"::equals), "a replay");

        assertRefused(
                mesh.post("evidence-ledger", letter + "/replay", "operator", reason),
                409,
                "DEAD_LETTER_ENDED");
        assertThat(
                        mesh.get("evidence-ledger", letter, "auditor")
                                .json()
                                .path("resolution")
                                .asText())
                .contains("its key is trusted now");
    }

    private static List<String> openLetters(String code) throws Exception {
        List<String> ids = new ArrayList<>();
        for (JsonNode each :
                mesh.get("evidence-ledger", "/dead-letters?state=OPEN", "operator").json()) {
            if (each.path("code").asText().equals(code)) {
                ids.add(each.path("id").asText());
            }
        }
        return ids;
    }

    private static String replay(String letter, Map<String, ?> reason) throws Exception {
        return mesh.post("evidence-ledger", letter + "/replay", "operator", reason)
                .json()
                .path("outcome")
                .asText();
    }

    @Test
    @Order(10)
    void whoHeldWhatForHowLongIsSummedUp() throws Exception {
        JsonNode parties =
                mesh.get("evidence-ledger", "/debt?by=party", "operator").json().path("items");
        JsonNode approvers = line(parties, "APPROVERS");
        // two stages of three changes, one of which was delegated while it was open
        assertThat(approvers.path("ended").asInt()).as(parties.toString()).isEqualTo(7);
        assertThat(approvers.path("p95Seconds").asDouble()).isPositive();
        assertThat(line(parties, "DATA_OWNER").at("/rework/correction").asInt()).isPositive();
        assertThat(line(parties, "executor").path("ended").asInt()).isEqualTo(3);
        JsonNode charter =
                line(
                        mesh.get("evidence-ledger", "/debt?by=charter", "operator")
                                .json()
                                .path("items"),
                        "leaver-offboarding");
        assertThat(charter.path("ended").asInt()).isEqualTo(3);
        assertThat(charter.path("p50Seconds").asDouble()).isPositive();

        assertRefused(
                mesh.get("evidence-ledger", "/debt?by=person", "sales.manager"),
                403,
                "ROLE_MISSING");
        JsonNode people =
                mesh.get("evidence-ledger", "/debt?by=person", "auditor").json().path("items");
        assertThat(line(people, SALES_MANAGER).path("ended").asInt())
                .as(people.toString())
                .isEqualTo(2);

        List<String> units = new ArrayList<>();
        Optional<String> page = Optional.of("/debt?by=unit&limit=1");
        while (page.isPresent()) {
            Requests.Answer answer = mesh.get("evidence-ledger", page.get(), "operator");
            answer.json().path("items").forEach(each -> units.add(each.path("key").asText()));
            page =
                    answer.next()
                            .map(URI::create)
                            .map(link -> link.getRawPath() + "?" + link.getRawQuery());
        }
        assertThat(units)
                .contains("manager of the subject", "member of /security-approvers", "executor")
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(
                        mesh.get("evidence-ledger", "/debt/waiting?person=me", "security.one")
                                .json()
                                .path("items"))
                .isEmpty();
        Mesh.until(
                () -> {
                    String metrics = metrics("evidence-ledger");
                    return metrics.contains("remit_debt_wait_seconds{")
                                    && metrics.contains("party=\"approvers\"")
                            ? Optional.of(true)
                            : Optional.empty();
                },
                "coordination debt in Prometheus");
    }

    private static JsonNode line(JsonNode lines, String key) {
        for (JsonNode each : lines) {
            if (each.path("key").asText().equals(key)) {
                return each;
            }
        }
        throw new AssertionError("no line " + key + " in " + lines);
    }

    @Test
    @Order(11)
    void anAuditorTakesEvidenceAwayAndEveryLookAtItIsItselfRecorded() throws Exception {
        String change = mesh.changeOf("E1002", _ -> true).path("changeId").asText();
        Path folder = Files.createDirectories(mesh.home.data().resolve("evidence"));
        Path whole = folder.resolve("certificate.json");
        Path part = folder.resolve("withheld.json");
        Path bundle = folder.resolve("certificate.sigstore.json");
        Path pack = folder.resolve("pack.zip");

        List<String> all = pages("/changes?limit=1");
        assertThat(all).hasSizeGreaterThan(2).doesNotHaveDuplicates().contains(change);
        String approver =
                Databases.words(
                                mesh.home,
                                Service.EVIDENCE_LEDGER,
                                "select actor from change, unnest(string_to_array(actors, ',')) as"
                                        + " actor where change_id = '"
                                        + change
                                        + "' order by actor")
                        .getFirst();
        assertThat(pages("/changes?subject=hr:E1002&limit=50")).containsExactly(change);
        assertThat(pages("/changes?limit=50&actor=" + approver)).contains(change);
        assertThat(pages("/changes?limit=50&actor=nobody")).isEmpty();

        assertThat(remit("certificate", change, whole)).isZero();
        assertThat(remit("verify", whole)).isZero();
        assertThat(typed("withhold", whole, part)).isZero();
        assertThat(Files.readString(whole)).contains("\"summary\":{");
        assertThat(Files.readString(part)).doesNotContain("\"summary\":{");
        assertThat(typed("verify", part)).as("withheld").isEqualTo(3);
        assertThat(typed("certificate", change, bundle, "--form", "sigstore")).isZero();
        assertThat(JSON.readTree(bundle.toFile()).at("/dsseEnvelope/payload"))
                .isEqualTo(JSON.readTree(whole.toFile()).path("payload"));
        Instant now = Instant.now();
        assertThat(
                        typed(
                                "pack",
                                "--from",
                                now.minusSeconds(3_600).toString(),
                                "--to",
                                now.toString(),
                                pack))
                .isZero();
        assertThat(typed("verify", pack)).isZero();

        assertRefused(
                mesh.get("evidence-ledger", "/evidence/reads", "offboarding.owner"),
                403,
                "ROLE_MISSING");
        mesh.get("evidence-ledger", "/changes/" + change, "offboarding.owner");
        JsonNode reads = mesh.get("evidence-ledger", "/evidence/reads?limit=200", "auditor").json();
        assertThat(reads.findValuesAsText("what"))
                .contains("search", "change", "certificate", "pack", "reads");
        assertThat(reads)
                .as("the last look, by another person")
                .anyMatch(each ->
                        each.path("what").asText().equals("change")
                                && each.toString().contains(change)
                                && !each.path("reader").equals(reads.path(0).path("reader")));

        assertThat(typed("erase", change, "--reason", "asked for", "--as", "auditor"))
                .as("not an administrator")
                .isEqualTo(1);
        assertThat(typed("erase", change, "--reason", "asked for", "--as", "admin")).isZero();
        Mesh.until(
                () ->
                        typed("certificate", change, whole) == 0
                                        && !Files.readString(whole).contains("\"summary\":{")
                                ? Optional.of(true)
                                : Optional.empty(),
                "the certificate of what was erased");
        assertThat(typed("verify", whole)).as("erased, existence proved").isEqualTo(14);
        assertThat(pages("/changes?subject=hr:E1002&limit=50")).isEmpty();
    }

    /** The ids on every page of a search. */
    private static List<String> pages(String path) throws Exception {
        List<String> ids = new ArrayList<>();
        Optional<String> next = Optional.of(mesh.url("evidence-ledger", path));
        for (int n = 0; next.isPresent() && n < 50; n++) {
            Requests.Answer page =
                    Requests.send(
                            "GET", next.get(), Tokens.of(mesh.home, "remit-cli", "auditor"), null);
            assertThat(page.status()).as(page.text()).isEqualTo(200);
            ids.addAll(page.json().findValuesAsText("changeId"));
            next = page.next();
        }
        return ids;
    }

    /** The same as {@link #remit}, without a process of its own, which costs seconds. */
    private static int typed(Object... arguments) {
        List<String> words = new ArrayList<>();
        for (Object each : arguments) {
            words.add(each.toString());
        }
        words.addAll(List.of("--data", mesh.home.data().toString()));
        Typed typed = Typed.of(words.toArray(String[]::new));
        System.out.println(typed.said());
        return typed.exit();
    }

    /** Runs a command of the command line as it is built; gives its exit code. */
    private static int remit(Object... arguments) throws Exception {
        Path target = mesh.home.top().resolve("deploy/target");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dremit.top=" + mesh.home.top(),
                                "-cp",
                                target.resolve("classes") + ":" + target.resolve("lib") + "/*",
                                "dev.remit.cli.Remit",
                                "--data",
                                mesh.home.data().toString()));
        for (Object each : arguments) {
            command.add(each.toString());
        }
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        mesh.home.data().resolve("evidence/commands.log").toFile()))
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** The page's own way, with Keycloak's levels of authentication: 1 a password, 2 a code too. */
    @Test
    @Order(11)
    void whereASignInIsTooWeakTheApproverSignsInAgainWithASecondFactorAndDecides()
            throws Exception {
        assumeThat(Browser.isThere())
                .as("needs Chromium and its driver: apt-get install chromium chromium-driver")
                .isTrue();
        mesh.charter(
                "second-factor",
                """
                apiVersion: remit.dev/v1
                kind: Charter
                metadata: { name: second-factor, version: "1", owner: 00000000-0000-4000-8000-000000000020 }
                spec:
                  domain:
                    systems: ["keycloak:acme"]
                    actions:
                      - { name: sign-out, mode: OWN, reversibility: REVERSIBLE, steps: [end-sessions] }
                    blastRadius: { changesPerHour: 10 }
                  trackRecord: { within: P30D, failures: 3 }
                  proposers:
                    roles: [proposer]
                    digitalEmployee:
                      id: 00000000-0000-4000-8000-000000000050
                      principal: 00000000-0000-4000-8000-000000000020
                  readiness:
                    facts: [ { name: account.correlated } ]
                    hold: { ask: [operator, admin], for: PT48H }
                  approval:
                    role: approver
                    stages:
                      - name: security
                        resolver: group
                        group: /security-approvers
                        quorum: 1
                        authentication: { acr: "2", maxAge: PT5M }
                        expiresAfter: PT48H
                  execution: { authorizationExpiresAfter: PT1H }
                  proof: [readiness.fit, approvals.complete, separation-of-duties, executed.as-authorized, read-back.matches]
                  retention: P400D
                """);
        Requests.Answer proposed =
                mesh.post(
                        "connector",
                        "/changes",
                        "offboarding.owner",
                        Map.of(
                                "charter", "second-factor",
                                "subject", Map.of("system", "hr", "id", "E1011"),
                                "target", "keycloak:acme",
                                "action", "sign-out",
                                "reason", "a laptop was left on a train"));
        assertThat(proposed.status()).as(proposed.text()).isEqualTo(202);
        String change = proposed.json().path("changeId").asText();
        assertRefused(mesh.decide(change, "security", "security.one"), 401, "STEP_UP_REQUIRED");
        String password = mesh.home.secret("people");
        try (Browser browser = Browser.open()) {
            browser.signIn(
                    "http://localhost:" + mesh.home.port("approval-routing") + "/#" + change,
                    "security.one",
                    password);
            browser.reads("article h1", "security.two");
            browser.write("textarea", "seen the report");
            browser.click("button[value=APPROVED]");
            browser.reads("#notice", "a sign-in with acr 2 is needed, this one has 1");
            browser.click("#again");
            browser.signInAgain(password, OneTimeCode.now(mesh.home));
            browser.reads("article h1", "security.two");
            browser.holds("textarea", "seen the report");
            browser.click("button[value=APPROVED]");
            browser.reads("#notice", "Approved: ");
        }
        assertThat(mesh.said(Handoff.APPROVAL_DECIDED, change))
                .singleElement()
                .satisfies(decided -> {
                    assertThat(decided.path("decision").asText()).isEqualTo("APPROVED");
                    assertThat(decided.path("reason").asText()).isEqualTo("seen the report");
                    assertThat(decided.at("/authentication/acr").asText()).isEqualTo("2");
                });
        assertThat(
                        Mesh.until(
                                        () ->
                                                Optional.of(
                                                                mesh.get(
                                                                                "evidence-ledger",
                                                                                "/changes/"
                                                                                        + change,
                                                                                "auditor")
                                                                        .json())
                                                        .filter(each ->
                                                                each.path("certified").asBoolean()),
                                        "the certificate")
                                .path("outcome")
                                .asText())
                .isEqualTo("COMPLETED");
        assertThat(mesh.verify(change).holds()).isTrue();
    }

    /**
     * Services of an older build run beside those of this one: each finds the text it writes with.
     */
    @Test
    @Order(12)
    void whatEveryReleasedBuildWritesIsRegisteredAndPreparingAgainChangesNothing()
            throws Exception {
        String api = "http://127.0.0.1:" + mesh.home.port("registry") + "/apis/registry/v3";
        Schemas schemas = new Schemas(api);
        for (Schema schema : Schemas.all()) {
            assertThat(schemas.holds(schema)).as(schema.toString()).isTrue();
        }
        String versions = api + "/groups/dev.remit.wire.v1/artifacts/ChangeProposed/versions";
        String before = Requests.send("GET", versions, null, null).text();
        schemas.make();
        assertThat(Requests.send("GET", versions, null, null).text()).isEqualTo(before);

        String other =
                "{\"type\":\"record\",\"name\":\"ChangeProposed\",\"namespace\":\"dev.remit.wire.v1\",\"fields\":[{\"name\":\"other\",\"type\":\"int\"}]}";
        Requests.Answer incompatible =
                Requests.send(
                        "POST",
                        versions,
                        null,
                        JSON.writeValueAsString(
                                Map.of(
                                        "content",
                                        Map.of(
                                                "content",
                                                other,
                                                "contentType",
                                                "application/json"))));
        assertThat(incompatible.ok()).isFalse();
        assertThat(incompatible.text()).contains("RuleViolationException");

        assertThat(
                        new Topics(
                                        "127.0.0.1:" + mesh.home.port("kafka"),
                                        Map.of(),
                                        new Topics.Layout(5, Optional.empty(), Optional.empty()))
                                .make())
                .startsWith("0 made, " + Topic.values().length + " were there")
                .contains("left with other than 5 partitions");
    }

    @Test
    @Order(13)
    void aRestartOfEverythingKeepsChangesAndLog() throws Exception {
        JsonNode before = mesh.get("evidence-ledger", "/changes", "auditor").json();
        long size = logSize();

        mesh.stack.down();
        mesh.up();

        assertThat(mesh.get("evidence-ledger", "/changes", "auditor").json()).isEqualTo(before);
        assertThat(logSize()).isGreaterThanOrEqualTo(size);
        assertThat(mesh.verify(before.path(0).path("changeId").asText()).holds()).isTrue();
    }

    private static Optional<JsonNode> question(String change) throws Exception {
        for (JsonNode each : mesh.get("data-readiness", "/corrections", "operator").json()) {
            if (each.path("changeId").asText().equals(change)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private static long logSize() throws Exception {
        String checkpoint =
                Requests.send("GET", mesh.url("evidence-ledger", "/log/checkpoint"), null, null)
                        .text();
        return Long.parseLong(checkpoint.lines().toList().get(1));
    }

    private static Envelope proposed() {
        UUID change = UUID.randomUUID();
        return new Envelope(
                UUID.randomUUID(),
                Service.CONNECTOR,
                Handoff.CHANGE_PROPOSED,
                change.toString(),
                Instant.now(),
                Handoff.CHANGE_PROPOSED.dataschema(),
                change,
                null,
                1,
                null);
    }

    private static Envelope observed(String account) {
        return observed(account, Handoff.IDENTITY_OBSERVED.dataschema());
    }

    private static Envelope observed(String account, String dataschema) {
        return new Envelope(
                UUID.randomUUID(),
                Service.CONNECTOR,
                Handoff.IDENTITY_OBSERVED,
                account,
                Instant.now(),
                dataschema,
                null,
                null,
                0,
                null);
    }

    private static void assertRefused(Requests.Answer answer, int status, String code)
            throws Exception {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.json().path("code").asText()).isEqualTo(code);
    }
}
