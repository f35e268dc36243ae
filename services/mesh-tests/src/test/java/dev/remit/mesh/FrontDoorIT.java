package dev.remit.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.cli.Typed;
import dev.remit.handoff.Service;
import dev.remit.handoff.itsm.RequestTrackerServer;
import dev.remit.handoff.mail.SmtpServer;
import dev.remit.ledger.certificate.Verification;
import dev.remit.stack.Accounts;
import dev.remit.stack.Databases;
import dev.remit.stack.Requests;
import dev.remit.stack.Tokens;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The one way in, for people, copilots and digital employees, against a real mesh. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FrontDoorIT {
    private static final String CHARTER = "leaver-offboarding";
    private static final String TARGET = "keycloak:acme";
    private static final String INTERN = "00000000-0000-4000-8000-000000000030";
    private static final String OWNER = "00000000-0000-4000-8000-000000000020";
    private static final String SECURITY_ONE = "00000000-0000-4000-8000-000000000010";
    private static final String MANAGER = "00000000-0000-4000-8000-000000000001";
    private static final String OPERATOR = "00000000-0000-4000-8000-000000000040";

    /** The change that was reviewed. */
    private static String reviewed = "";

    private static final String EMERGENCY = "/emergency-operators";
    private static final String TRACE = "ab".repeat(32);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How long each halt took to be felt; one slow moment of the machine says nothing. */
    private static final List<Duration> FELT = new ArrayList<>();

    private static Mesh mesh;

    /** Tells of compromised credentials. */
    private static @Nullable SecurityEvents provider;

    /** Takes the mails that tell people what waits for them. */
    private static @Nullable SmtpServer postbox;

    /** Knows a manager whom Keycloak does not know of. */
    private static @Nullable Payroll payroll;

    /** A real ITSM, where it is installed; it starts beside the first scenes. */
    private static @Nullable Future<RequestTrackerServer> starting;

    private static @Nullable RequestTrackerServer tracker;

    @BeforeAll
    static void start() throws Exception {
        mesh = new Mesh("front-door");
        mesh.stack.bootstrap(
                "fault-test",
                "emergency",
                "exposed-credential",
                "orphaned-account",
                "upkeep",
                "data-gaps",
                "joiner",
                "service-account-ownership",
                "small",
                "over");
        postbox = new SmtpServer();
        Path addresses = Path.of("target/front-door-addresses.properties").toAbsolutePath();
        Files.writeString(addresses, OWNER + "=owner@example.com\n");
        mesh.stack.configure(
                "approval-routing",
                Map.of(
                        "remit.inbox.reconcile.every",
                        "PT2S",
                        "remit.notices.mail.from",
                        "remit@example.com",
                        "remit.notices.mail.addresses",
                        addresses.toString(),
                        "quarkus.mailer.host",
                        "127.0.0.1",
                        "quarkus.mailer.port",
                        String.valueOf(postbox.port())));
        provider = new SecurityEvents();
        mesh.stack.configure("connector", provider.feed("idp", TARGET));
        mesh.stack.configure("connector", Map.of("remit.findings.every", "PT2S"));
        payroll = new Payroll();
        mesh.stack.configure("connector", payroll.feed());
        mesh.up();
        if (RequestTrackerServer.isInstalled()) {
            Path folder = Files.createDirectories(mesh.home.data().resolve("request-tracker"));
            var start = new FutureTask<>(() -> new RequestTrackerServer(folder));
            Thread.ofPlatform().name("request-tracker").start(start);
            starting = start;
        }
        for (String worker : List.of("E1002", "E1003", "E1030", "E1010")) {
            mesh.observed(worker);
        }
        Mesh.until(
                () ->
                        mesh.get("connector", "/charters", "auditor").json().isEmpty()
                                ? Optional.empty()
                                : Optional.of(true),
                "the charter");
    }

    @AfterAll
    static void stop() throws Exception {
        mesh.stack.down();
        if (provider != null) {
            provider.close();
        }
        if (payroll != null) {
            payroll.close();
        }
        if (postbox != null) {
            postbox.close();
        }
        if (starting != null) {
            starting.get().close();
        }
    }

    @Test
    @Order(1)
    void whateverIsRefusedIsAProblemWithACode() throws Exception {
        assertProblem(raw("GET", "/nothing", "auditor", null), 404, "PATH_UNKNOWN");
        assertProblem(
                raw("DELETE", "/changes", "offboarding.owner", null), 405, "METHOD_NOT_ALLOWED");
        assertProblem(raw("GET", "/changes", null, null), 401, "TOKEN_MISSING");
        assertProblem(raw("POST", "/changes", "auditor", "{}"), 403, "ROLE_MISSING");
        assertProblem(raw("POST", "/changes", "offboarding.owner", "{"), 400, "BODY_NOT_JSON");
        assertProblem(
                raw("POST", "/changes", "offboarding.owner", "{\"urgent\": true}"),
                422,
                "FIELD_UNKNOWN");
        assertProblem(
                raw("POST", "/access/v1/requests", "offboarding.owner", "{\"denial\": {}}"),
                400,
                "INVALID_DENIAL_BINDING");
    }

    @Test
    @Order(2)
    void aRefusalIsEvidence() throws Exception {
        Requests.Answer answer =
                mesh.post("connector", "/changes", "offboarding.owner", proposal("E9999"));
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("code").asText()).isEqualTo("SUBJECT_UNKNOWN");
        Mesh.until(
                () -> recorded("SUBJECT_UNKNOWN") == 1 ? Optional.of(true) : Optional.empty(),
                "the refusal in the log");
    }

    @Test
    @Order(3)
    void aDryRunOpensNothing() throws Exception {
        JsonNode preview =
                Mesh.until(
                        () ->
                                Optional.of(
                                                mesh.post(
                                                                "connector",
                                                                "/changes?dryRun=true",
                                                                "offboarding.owner",
                                                                proposal("E1002"))
                                                        .json())
                                        .filter(each -> each.path("unanswered").isEmpty()),
                        "a preview that everybody answered");
        assertThat(preview.path("admitted").asBoolean()).as(preview.toString()).isTrue();
        assertThat(preview.at("/readiness/verdict").asText()).isEqualTo("READY");
        assertThat(preview.at("/readiness/plan/steps")).isNotEmpty();
        assertThat(preview.at("/route/mode/mode").asText()).as(preview.toString()).isEqualTo("OWN");
        assertThat(preview.at("/route/mode/conditions").findValuesAsText("name"))
                .containsExactly(
                        "charter.grants",
                        "domain.bounded",
                        "data.ready",
                        "approvers.resolved",
                        "proofs.producible",
                        "track-record.kept");
        assertThat(preview.at("/route/stages").findValuesAsText("stage"))
                .containsExactly("manager", "security");
        assertThat(preview.at("/route/stages/1/candidates").toString())
                .as("the proposer is barred, by name of the rule")
                .contains("SOD_PROPOSER");
        assertThat(
                        mesh.post(
                                        "connector",
                                        "/changes?dryRun=true",
                                        "offboarding.owner",
                                        proposal("E1003"))
                                .json()
                                .at("/readiness/verdict")
                                .asText())
                .isEqualTo("HELD");
        assertThat(mesh.get("connector", "/changes", "auditor").json().path("items")).isEmpty();
    }

    @Test
    @Order(4)
    void anAccessRequestIsTakenBackAndTheLedgerClosesItAsWithdrawn() throws Exception {
        String copilot = Tokens.of(mesh.home, "copilot", "offboarding.owner");
        JsonNode metadata =
                JSON.readTree(raw("GET", "/.well-known/authzen-configuration", null, null).body());
        assertThat(metadata.path("access_request_endpoint").asText())
                .isEqualTo(mesh.url("connector", "/access/v1/requests"));
        Map<String, Object> tuple =
                Map.of(
                        "subject", Map.of("type", "worker", "id", "E1003"),
                        "resource", Map.of("type", "system", "id", TARGET),
                        "action", Map.of("name", "offboard"));
        JsonNode denied = evaluate(copilot, tuple, Map.of());
        assertThat(denied.path("decision").asBoolean()).isFalse();
        assertThat(denied.at("/context/reason").asText()).isEqualTo("approval_required");
        Map<String, Object> request = new HashMap<>(tuple);
        request.put(
                "context",
                Map.of(
                        "business_justification",
                        "contract ended",
                        "agent",
                        Map.of("traceHash", TRACE)));
        request.put("denial", denial(denied));
        request.put("client", Map.of("id", "pep", "version", "1"));
        request.put("requested_access", Map.of("emergency", false));
        Requests.Answer answer =
                Requests.send(
                        "POST",
                        mesh.url("connector", "/access/v1/requests"),
                        copilot,
                        Mesh.text(request),
                        Map.of("Idempotency-Key", "front-door"));
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        JsonNode task = answer.json().path("task");
        assertThat(task.path("status").asText()).isEqualTo("pending");
        assertThat(task.path("expires_at").asText()).isNotEmpty();
        assertThat(
                        evaluate(copilot, tuple, Map.of("approval", Map.of("id", task.path("id"))))
                                .at("/context/reason")
                                .asText())
                .isEqualTo("grant_pending");
        assertThat(
                        Requests.send(
                                        "POST",
                                        mesh.url("connector", "/access/v1/requests"),
                                        copilot,
                                        Mesh.text(request),
                                        Map.of("Idempotency-Key", "front-door"))
                                .json()
                                .at("/task/id"))
                .isEqualTo(task.path("id"));
        String change = task.path("id").asText();
        JsonNode by =
                mesh.get("connector", "/changes/" + change, "offboarding.owner")
                        .json()
                        .path("proposer");
        assertThat(by.path("kind").asText()).isEqualTo("COPILOT");
        assertThat(by.path("model").asText()).isEqualTo("demo-model-1");
        assertThat(by.path("principal").asText())
                .as("the person who answers for it")
                .isEqualTo("00000000-0000-4000-8000-000000000020");

        assertThat(Requests.send("POST", task.at("/links/cancel").asText(), copilot, "{}").status())
                .isEqualTo(202);
        JsonNode closed = mesh.changeOf("E1003", each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).isEqualTo("WITHDRAWN");
        assertThat(mesh.verify(change).holds()).isTrue();
        Mesh.until(
                () ->
                        Optional.of(
                                        Requests.send(
                                                        "GET",
                                                        task.path("status_endpoint").asText(),
                                                        copilot,
                                                        null)
                                                .json()
                                                .at("/task/status")
                                                .asText())
                                .filter("cancelled"::equals),
                "the cancelled task");
        assertThat(
                        Requests.send(
                                        "POST",
                                        task.path("status_endpoint").asText() + "/cancel",
                                        copilot,
                                        null)
                                .json()
                                .path("type")
                                .asText())
                .isEqualTo("urn:openid:authzen:access-request:error:invalid_task_state");
        assertThat(
                        evaluate(copilot, tuple, Map.of("approval", Map.of("id", task.path("id"))))
                                .at("/context/reason")
                                .asText())
                .isEqualTo("policy_denied");
        assertThat(raw("GET", "/access/v1/requests/arq", "offboarding.owner", null).body())
                .contains("urn:openid:authzen:access-request:error:unknown_task");
    }

    private static JsonNode evaluate(
            String token, Map<String, Object> tuple, Map<String, Object> context) throws Exception {
        Map<String, Object> asked = new HashMap<>(tuple);
        asked.put("context", context);
        Requests.Answer answer =
                Requests.send(
                        "POST",
                        mesh.url("connector", "/access/v1/evaluation"),
                        token,
                        Mesh.text(asked));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.json();
    }

    /** A denial as it is given back. */
    private static Map<String, String> denial(JsonNode denied) {
        return Map.of(
                "evaluation_id",
                denied.at("/context/evaluation_id").asText(),
                "expires_at",
                denied.at("/context/access_request/expires_at").asText(),
                "reason",
                denied.at("/context/reason").asText());
    }

    /** A charter like the leavers', that opens nothing by itself. */
    private static void alike(String name, String was, String is) throws Exception {
        String text =
                Files.readString(
                        mesh.home
                                .top()
                                .resolve(
                                        "deploy/src/main/resources/charters/leaver-offboarding.yaml"));
        text =
                text.replaceFirst("(?m)^  trigger:\n(    .*\n)+", "")
                        .replace("name: leaver-offboarding", "name: " + name)
                        .replace("version: \"3\"", "version: \"1\"");
        assertThat(text).contains(was);
        mesh.put(name, text.replace(was, is));
    }

    @Test
    @Order(5)
    void everyRefusalByARuleIsInTheLog() throws Exception {
        alike("over", "  version: \"1\"", "  version: \"1\"\n  effective: { until: 2020-01-31 }");
        alike("small", "changesPerHour: 200", "changesPerHour: 1");
        Mesh.until(
                () ->
                        mesh.get("connector", "/charters", "auditor")
                                        .json()
                                        .findValuesAsText("name")
                                        .containsAll(List.of("over", "small"))
                                ? Optional.of(true)
                                : Optional.empty(),
                "both charters");
        Map<String, Object> none = new HashMap<>(proposal("E1010"));
        none.remove("charter");
        assertRefused("CHARTER_AMBIGUOUS", "offboarding.owner", none);
        none.put("action", "promote");
        assertRefused("CHARTER_UNKNOWN", "offboarding.owner", none);
        assertRefused("CHARTER_EXPIRED", "offboarding.owner", under("over", "E1010"));
        assertRefused("ROLE_MISSING", "auditor", proposal("E1010"));
        assertRefused("ROLE_MISSING", "auditor", proposal("E1010"));

        // one of two items is too much, and the task says so of each
        String token = Tokens.of(mesh.home, "remit-cli", "offboarding.owner");
        List<Map<String, Object>> items = new ArrayList<>();
        for (int n = 0; n < 2; n++) {
            Map<String, Object> item = new HashMap<>();
            item.put("resource", Map.of("type", "system", "id", TARGET));
            item.put("action", Map.of("name", "offboard"));
            Map<String, Object> tuple = new HashMap<>(item);
            tuple.put("subject", Map.of("type", "worker", "id", "E1010"));
            item.put("denial", denial(evaluate(token, tuple, Map.of("charter", "small"))));
            items.add(item);
        }
        JsonNode task =
                Requests.send(
                                "POST",
                                mesh.url("connector", "/access/v1/requests"),
                                token,
                                Mesh.text(
                                        Map.of(
                                                "subject",
                                                Map.of("type", "worker", "id", "E1010"),
                                                "items",
                                                items,
                                                "context",
                                                Map.of(
                                                        "charter",
                                                        "small",
                                                        "business_justification",
                                                        "contract ended"))))
                        .json()
                        .path("task");
        assertThat(task.path("items").findValuesAsText("status"))
                .as(task.toString())
                .containsExactly("pending", "denied");
        assertThat(task.at("/items/1/problem/code").asText()).isEqualTo("DUPLICATE_CHANGE");
        assertRefused(
                "BLAST_RADIUS_CHANGES_PER_HOUR", "offboarding.owner", under("small", "E1042"));
        assertThat(Requests.send("POST", task.at("/links/cancel").asText(), token, "{}").status())
                .isEqualTo(202);
        for (String code :
                List.of(
                        "SUBJECT_UNKNOWN",
                        "CHARTER_AMBIGUOUS",
                        "CHARTER_UNKNOWN",
                        "CHARTER_EXPIRED",
                        "ROLE_MISSING",
                        "DUPLICATE_CHANGE",
                        "BLAST_RADIUS_CHANGES_PER_HOUR")) {
            Mesh.until(
                    () -> recorded(code) > 0 ? Optional.of(true) : Optional.empty(),
                    code + " in the log");
        }
        assertThat(recorded("ROLE_MISSING")).as("of three, one an hour").isLessThan(3);
    }

    /** How many refusals by a rule are in the log; there they are encrypted, so by their ids. */
    private static long recorded(String code) throws Exception {
        List<String> told =
                Databases.words(
                        mesh.home,
                        Service.CONNECTOR,
                        "select id::text from handoff_outbox where headers like '%ProposalRefused%' and position(convert_to('"
                                + code
                                + "', 'UTF8') in payload) > 0");
        return told.isEmpty()
                ? 0
                : Databases.count(
                        mesh.home,
                        Service.EVIDENCE_LEDGER,
                        "select count(*) from message where id in ('"
                                + String.join("', '", told)
                                + "')");
    }

    private static void assertRefused(String code, String user, Map<String, ?> asked)
            throws Exception {
        Requests.Answer answer = mesh.post("connector", "/changes", user, asked);
        assertThat(answer.json().path("code").asText()).as(answer.text()).isEqualTo(code);
    }

    private static Map<String, Object> under(String charter, String worker) {
        Map<String, Object> asked = new HashMap<>(proposal(worker));
        asked.put("charter", charter);
        return asked;
    }

    @Test
    @Order(6)
    void eachOfManyIsAnsweredOnItsOwnAndAPageHasATag() throws Exception {
        JsonNode results =
                mesh.post(
                                "connector",
                                "/proposals",
                                "offboarding.owner",
                                Map.of(
                                        "items",
                                        List.of(
                                                proposal("E1030"),
                                                proposal("E1030"),
                                                Map.of("charter", CHARTER))))
                        .json()
                        .path("results");
        assertThat(results.findValuesAsText("code"))
                .containsExactly("null", "DUPLICATE_CHANGE", "FIELD_MISSING");
        HttpResponse<String> page = raw("GET", "/changes?limit=1", "offboarding.owner", null);
        assertThat(page.headers().firstValue("Link"))
                .hasValueSatisfying(link -> assertThat(link).contains("rel=\"next\""));
        assertUnchanged("connector", "/changes?limit=1", "offboarding.owner");
    }

    @Test
    @Order(7)
    void aChangeThatWaitsForApprovalIsTakenBackFromItsApprovers() throws Exception {
        JsonNode change =
                mesh.changeOf("E1030", each -> Mesh.types(each).contains("ApprovalRequested"));
        assertThat(
                        mesh.post(
                                        "connector",
                                        "/changes/"
                                                + change.path("changeId").asText()
                                                + "/withdraw",
                                        "offboarding.owner",
                                        Map.of("reason", "stays after all"))
                                .status())
                .isEqualTo(202);
        JsonNode closed = mesh.changeOf("E1030", each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).isEqualTo("WITHDRAWN");
        assertThat(mesh.verify(change.path("changeId").asText()).holds()).isTrue();
    }

    @Test
    @Order(8)
    void aModelProposesThroughTheOfficialTypeScriptClient() throws Exception {
        Optional<Path> client = McpClient.install(Path.of("target/mcp").toAbsolutePath());
        assumeTrue(client.isPresent(), "node and npm are needed");
        String url = mesh.url("connector", "/mcp");
        HttpResponse<String> stranger = raw("POST", "/mcp", null, "{}");
        assertThat(stranger.statusCode()).isEqualTo(401);
        String challenge = stranger.headers().firstValue("WWW-Authenticate").orElse("");
        assertThat(challenge).contains("resource_metadata=\"");
        assertThat(
                        Requests.send(
                                        "GET",
                                        challenge.replaceFirst(
                                                ".*resource_metadata=\"([^\"]*)\".*", "$1"),
                                        null,
                                        null)
                                .json()
                                .path("scopes_supported")
                                .toString())
                .contains("remit.read", "remit.propose");
        Map<String, String> about =
                Map.of(
                        "charter",
                        CHARTER,
                        "worker",
                        "E1002",
                        "target",
                        TARGET,
                        "action",
                        "offboard");
        Map<String, String> proposal = new java.util.HashMap<>(about);
        proposal.put("reason", "contract ended");
        proposal.put("traceHash", TRACE);

        try (McpClient onlooker =
                new McpClient(
                        client.get(), url, Tokens.of(mesh.home, "onlooker", "offboarding.owner"))) {
            assertThat(onlooker.said("preview_route", about).path("admitted").asBoolean()).isTrue();
            assertThat(onlooker.call("propose", proposal).at("/content/0/text").asText())
                    .startsWith("AGENT_READS_ONLY");
        }
        try (McpClient other =
                new McpClient(
                        client.get(),
                        url,
                        Tokens.of(mesh.home, "remit-cli", "offboarding.owner"))) {
            assertThat(other.call("preview_route", about).at("/content/0/text").asText())
                    .as("a token for something else")
                    .startsWith("SCOPE_MISSING");
        }
        try (McpClient copilot =
                new McpClient(
                        client.get(), url, Tokens.of(mesh.home, "copilot", "offboarding.owner"))) {
            assertThat(copilot.ask("tools", "", Map.of()).at("/tools").findValuesAsText("name"))
                    .contains(
                            "propose",
                            "explain_readiness",
                            "preview_route",
                            "find_owner",
                            "draft_correction",
                            "status",
                            "fetch_certificate",
                            "withdraw");
            assertThat(
                            copilot.ask("read", "remit://charters", Map.of())
                                    .at("/contents/0/text")
                                    .asText())
                    .contains(CHARTER);
            assertThat(
                            copilot.ask("prompt", "propose_change", Map.of("request", "E1002 left"))
                                    .at("/messages/0/content/text")
                                    .asText())
                    .contains("E1002 left");
            assertThat(copilot.said("find_owner", about).at("/managerAccount/label").asText())
                    .contains("sales.manager");
            assertThat(
                            copilot.said("find_owner", Map.of("target", TARGET, "id", INTERN))
                                    .path("worker")
                                    .asText())
                    .isEqualTo("E1030");
            assertThat(copilot.ask("resources", "", Map.of()).toString())
                    .contains("remit://charters");
            assertThat(copilot.ask("templates", "", Map.of()).toString())
                    .contains("remit://charters/{name}");
            assertThat(copilot.ask("prompts", "", Map.of()).at("/prompts").findValuesAsText("name"))
                    .contains("propose_change");
            assertThat(
                            copilot.ask("read", "remit://charters/" + CHARTER, Map.of())
                                    .at("/contents/0/text")
                                    .asText())
                    .contains("\"name\":\"" + CHARTER + "\"", "\"proof\":");
            Map<String, String> silent = new java.util.HashMap<>(proposal);
            silent.remove("traceHash");
            assertThat(copilot.call("propose", silent).at("/content/0/text").asText())
                    .startsWith("FIELD_MISSING (agent.traceHash)");
            String change = copilot.said("propose", proposal).path("changeId").asText();
            mesh.changeOf("E1002", each -> Mesh.types(each).contains("ApprovalRequested"));
            assertThat(
                            Requests.send(
                                            "POST",
                                            mesh.url(
                                                    "approval-routing",
                                                    "/changes/" + change + "/decisions"),
                                            Tokens.of(mesh.home, "copilot", "sales.manager"),
                                            Mesh.text(
                                                    Map.of(
                                                            "decision", "APPROVED",
                                                            "reason", "looks fine",
                                                            "planHash", TRACE)))
                                    .json()
                                    .path("code")
                                    .asText())
                    .as("an AI approves nothing, whoever's token it holds")
                    .isEqualTo("NOT_A_PERSON");
            assertThat(
                            copilot.said("explain_readiness", Map.of("changeId", change))
                                    .path("state")
                                    .asText())
                    .isEqualTo("READY");
            assertThat(
                            copilot.said("status", Map.of("changeId", change))
                                    .at("/proposed/proposer/kind")
                                    .asText())
                    .isEqualTo("COPILOT");
            assertThat(copilot.call("fetch_certificate", Map.of("changeId", change)).toString())
                    .as("it goes on")
                    .contains("\"isError\":true", "PART_UNANSWERED");
            assertThat(copilot.call("status", Map.of("change", change)).toString())
                    .as("a mistyped argument is named, not dropped")
                    .contains("\"isError\":true", "FIELD_UNKNOWN (change)", "it takes changeId");
            assertThat(copilot.call("find_owner", Map.of("worker", 1002)).toString())
                    .contains("\"isError\":true", "FIELD_MISSING (target)");
            assertThat(drafts(copilot, change)).as("it asks nobody anything").isEmpty();

            proposal.put("worker", "E1003");
            String held = copilot.said("propose", proposal).path("changeId").asText();
            ledger(held, each -> each.path("state").asText().startsWith("held"));
            try (McpClient operator =
                    new McpClient(client.get(), url, Tokens.of(mesh.home, "copilot", "operator"))) {
                JsonNode draft = Mesh.until(() -> draft(operator, held), "a draft");
                assertThat(draft.path("question").asText()).contains("manager");
                assertThat(draft.at("/body/value").asText()).isEqualTo("E1001");
                assertThat(draft.path("by").asText()).contains("role admin or operator");
                assertThat(
                                mesh.get("data-readiness", "/corrections", "operator")
                                        .json()
                                        .findValuesAsText("correctionId"))
                        .as("it is asked still: a draft supplies nothing")
                        .anyMatch(draft.path("send").asText()::contains);
            }
            copilot.said("withdraw", Map.of("changeId", held, "reason", "stays after all"));
            ledger(held, each -> each.path("certified").asBoolean());
            JsonNode certificate = copilot.said("fetch_certificate", Map.of("changeId", held));
            assertThat(mesh.verify(JSON.writeValueAsBytes(certificate)).holds()).isTrue();
            assertThat(mesh.verify(JSON.writeValueAsBytes(certificate)).lines().toString())
                    .contains(held);
        }
    }

    private static JsonNode drafts(McpClient model, String change) throws Exception {
        return model.said("draft_correction", Map.of("changeId", change, "value", "E1001"))
                .path("drafts");
    }

    private static Optional<JsonNode> draft(McpClient model, String change) throws Exception {
        return Optional.of(drafts(model, change))
                .filter(each -> each.size() == 1)
                .map(each -> each.get(0));
    }

    @Test
    @Order(9)
    void aPersonHaltsAndResumesAndWhatWasUnderWayIsHeldMeanwhile() throws Exception {
        Map<String, ?> charter = Map.of("charter", CHARTER, "reason", "wrong groups");
        assertThat(mesh.post("connector", "/halts", "operator", charter).status()).isEqualTo(403);
        assertThat(
                        Requests.send(
                                        "POST",
                                        mesh.url("connector", "/halts"),
                                        Tokens.of(mesh.home, "copilot", "admin"),
                                        Mesh.text(charter))
                                .json()
                                .path("code")
                                .asText())
                .isEqualTo("PERSON_NEEDED");
        String first = halt(charter);
        Requests.Answer refused =
                mesh.post("connector", "/changes", "offboarding.owner", proposal("E1030"));
        assertThat(refused.status()).as(refused.text()).isEqualTo(409);
        assertThat(refused.json().path("code").asText()).isEqualTo("HALTED");
        assertThat(refused.json().path("detail").asText()).contains(CHARTER, "wrong groups");
        resume(first);

        String change =
                mesh.post("connector", "/changes", "offboarding.owner", proposal("E1030"))
                        .json()
                        .path("changeId")
                        .asText();
        assertThat(mesh.decide(change, "manager", "sales.manager").status()).isEqualTo(201);

        String second = halt(Map.of("mesh", true, "reason", "looks wrong"));
        Requests.Answer undecided = mesh.decide(change, "security", "security.one");
        assertThat(undecided.status()).as(undecided.text()).isEqualTo(409);
        assertThat(undecided.json().path("code").asText()).isEqualTo("HALTED");
        mesh.hrSays("halt-1,E1003,LEFT,2026-01-31,resigned");
        mesh.changeOf("E1003", each -> each.toString().contains("halted: mesh is halted"));
        resume(second);

        // authorized while the executor is down, halted before it is up again
        mesh.stack.kill("executor");
        assertThat(mesh.decide(change, "security", "security.one").status()).isEqualTo(201);
        mesh.changeOf("E1030", each -> Mesh.types(each).contains("ExecutionAuthorized"));
        String third =
                mesh.post("connector", "/halts", "admin", Map.of("mesh", true, "reason", "wait"))
                        .json()
                        .path("haltId")
                        .asText();
        mesh.revived();
        JsonNode held =
                Mesh.until(
                        () ->
                                Optional.of(
                                                mesh.get(
                                                        "executor",
                                                        "/executions/" + change,
                                                        "auditor"))
                                        .filter(Requests.Answer::ok)
                                        .map(Mesh::json)
                                        .filter(each -> each.path("halted").isTextual()),
                        "the halt at the executor");
        assertThat(held.path("state").asText()).isEqualTo("INTENDED");
        // it looks for what is due each second
        Thread.sleep(3_000);
        assertThat(Accounts.isEnabled(mesh.home, INTERN)).as("nothing is begun").isTrue();

        resume(third);
        JsonNode closed = mesh.changeOf("E1030", each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).isEqualTo("COMPLETED");
        assertThat(closed.toString()).contains(", in mode OWN");
        assertThat(Accounts.isEnabled(mesh.home, INTERN)).isFalse();
        assertThat(mesh.verify(change).holds()).isTrue();
        mesh.changeOf("E1003", each -> !each.path("state").asText().contains("halted: "));
        Mesh.until(
                () ->
                        Databases.count(
                                                mesh.home,
                                                Service.EVIDENCE_LEDGER,
                                                "select count(*) from message where type like '%Authority%'")
                                        == 6
                                ? Optional.of(true)
                                : Optional.empty(),
                "three halts and three resumptions in the log");
    }

    @Test
    @Order(10)
    void aTriggerThatWouldOpenTooMuchIsBrakedAndAPersonReleasesIt() throws Exception {
        publishWithApprovals();
        Mesh.until(
                () ->
                        Objects.requireNonNull(postbox).taken.stream()
                                .filter(mail -> mail.to().contains("owner@example.com"))
                                .filter(mail ->
                                        mail.text().contains("A version of a charter is drafted"))
                                .findFirst(),
                "the mail that tells its owner of the draft");
        JsonNode history =
                mesh.get("connector", "/charters/careful-movers/history", "auditor").json();
        assertThat(history).hasSize(1);
        assertThat(history.at("/0/approvals").findValuesAsText("part"))
                .containsExactly("OWNER", "SECOND");
        assertThat(history.at("/0/publishedAt").asText()).isNotEmpty();
        assertThat(
                        dev.remit.handoff.merkle.Hash.sha256(
                                        history.at("/0/document")
                                                .asText()
                                                .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                                .hex())
                .isEqualTo(history.at("/0/hash").asText());
        assertThat(mesh.get("connector", "/charters/none/history", "auditor").status())
                .isEqualTo(404);
        mesh.hrSays(
                "brake-1,E1041,MOVED,2026-01-31,reorganized",
                "brake-2,E1010,MOVED,2026-01-31,reorganized",
                "brake-3,E1011,MOVED,2026-01-31,reorganized");
        JsonNode brake =
                Mesh.until(
                        () ->
                                Optional.of(
                                                mesh.get("connector", "/brakes", "operator")
                                                        .json()
                                                        .path(0))
                                        .filter(each -> each.path("holding").asInt() == 3),
                        "the brake");
        assertThat(brake.path("rule").asText()).isEqualTo("CHANGES_PER_HOUR");
        assertThat(brake.path("scope").asText()).isEqualTo("charter/careful-movers");
        assertThat(brake.path("allowed").asInt()).isEqualTo(2);
        assertThat(states("careful-movers")).containsExactly("HELD", "HELD", "HELD");
        mesh.hrSays("brake-4,E1042,MOVED,2026-01-31,reorganized");
        Mesh.until(
                () ->
                        mesh.get("connector", "/brakes", "operator")
                                                .json()
                                                .path(0)
                                                .path("holding")
                                                .asInt()
                                        == 4
                                ? Optional.of(true)
                                : Optional.empty(),
                "the fourth joins them");
        String release = "/brakes/" + brake.path("brakeId").asText() + "/release";
        Map<String, ?> why = Map.of("reason", "a site moves");
        assertThat(mesh.post("connector", release, "auditor", why).status()).isEqualTo(403);
        assertThat(mesh.post("connector", release, "operator", Map.of()).status()).isEqualTo(422);
        assertThat(states("careful-movers")).doesNotContain("OPEN");

        Requests.Answer released = mesh.post("connector", release, "operator", why);
        assertThat(released.status()).as(released.text()).isEqualTo(200);
        assertThat(mesh.post("connector", release, "operator", why).json().path("code").asText())
                .isEqualTo("BRAKE_ENDED");
        Mesh.until(
                () ->
                        states("careful-movers").stream().allMatch("OPEN"::equals)
                                ? Optional.of(true)
                                : Optional.empty(),
                "all four proposed");
        assertThat(mesh.get("connector", "/brakes", "operator").json()).isEmpty();
        Mesh.until(
                () ->
                        Databases.count(
                                                mesh.home,
                                                Service.EVIDENCE_LEDGER,
                                                "select count(*) from message where type like '%BrakeApplied' or type like '%BrakeReleased'")
                                        == 2
                                ? Optional.of(true)
                                : Optional.empty(),
                "the brake and its release in the log");
    }

    @Test
    @Order(11)
    void aDigitalEmployeeThatIsOverriddenTooOftenIsDemotedAndAPersonPromotesIt() throws Exception {
        // two of the four that its trigger proposed are taken back; one was allowed
        Map<String, String> own = new HashMap<>();
        for (JsonNode each :
                mesh.get("connector", "/changes?limit=200", "auditor").json().path("items")) {
            if (each.path("charter").asText().equals("careful-movers")) {
                assertThat(each.path("mode").asText()).isEqualTo("OWN");
                own.put(each.at("/subject/id").asText(), each.path("changeId").asText());
            }
        }
        for (String change : List.of(own.get("E1010"), own.get("E1011"))) {
            assertThat(trust().path("mode").asText()).isEqualTo("OWN");
            assertThat(
                            mesh.post(
                                            "connector",
                                            "/changes/" + change + "/withdraw",
                                            "operator",
                                            Map.of("reason", "not this one"))
                                    .status())
                    .isEqualTo(202);
            Mesh.until(
                    () ->
                            mesh.get("connector", "/changes/" + change, "auditor")
                                            .json()
                                            .path("state")
                                            .asText()
                                            .equals("WITHDRAWN")
                                    ? Optional.of(true)
                                    : Optional.empty(),
                    "the withdrawal");
        }
        JsonNode demoted =
                Mesh.until(
                        () ->
                                Optional.of(trust())
                                        .filter(each ->
                                                each.path("mode").asText().equals("ASSIST")),
                        "the demotion");
        assertThat(demoted.at("/counted/OVERRIDES").asInt()).isEqualTo(2);
        assertThat(demoted.at("/demotion/reason").asText()).contains("2 OVERRIDES", "allows 1");
        for (Service service :
                List.of(Service.DATA_READINESS, Service.APPROVAL_ROUTING, Service.EXECUTOR)) {
            Mesh.until(
                    () ->
                            Databases.count(
                                                    mesh.home,
                                                    service,
                                                    "select count(*) from handoff_halt where lifted_at is null and scope = 'own/careful-movers'")
                                            == 1
                                    ? Optional.of(true)
                                    : Optional.empty(),
                    "the demotion at " + service.id());
        }
        assertThat(mesh.get("connector", "/halts", "auditor").json()).isEmpty();

        // one that was proposed in OWN is authorized now, and left to a person
        String change = own.get("E1042");
        assertThat(mesh.decide(change, "security", "security.one").status()).isEqualTo(201);
        JsonNode waits =
                Mesh.until(
                        () ->
                                Optional.of(
                                                mesh.get(
                                                        "executor",
                                                        "/executions/" + change,
                                                        "auditor"))
                                        .filter(Requests.Answer::ok)
                                        .map(Mesh::json)
                                        .filter(each ->
                                                each.path("mode").asText().equals("ASSIST")),
                        "the execution in ASSIST");
        assertThat(waits.path("state").asText()).isEqualTo("INTENDED");
        ledger(
                change,
                each ->
                        each.toString().contains("in mode ASSIST")
                                && each.toString().contains("track-record.kept (demoted since "));
        executeByHand(change);

        String promote = "/trust/careful-movers/promote";
        Map<String, ?> why = Map.of("reason", "the feed was wrong, not it");
        assertThat(mesh.post("connector", promote, "operator", why).status()).isEqualTo(403);
        Requests.Answer promoted = mesh.post("connector", promote, "admin", why);
        assertThat(promoted.status()).as(promoted.text()).isEqualTo(204);
        assertThat(mesh.post("connector", promote, "admin", why).json().path("code").asText())
                .isEqualTo("NOT_DEMOTED");
        assertThat(trust().path("mode").asText()).isEqualTo("OWN");
        Mesh.until(
                () ->
                        Databases.count(
                                                mesh.home,
                                                Service.EVIDENCE_LEDGER,
                                                "select count(*) from message where type like '%EmployeeDemoted' or type like '%EmployeePromoted'")
                                        == 2
                                ? Optional.of(true)
                                : Optional.empty(),
                "the demotion and the promotion in the log");
    }

    /**
     * A person takes the plan on, does what the runbook says, and the target is read until it is.
     */
    private static void executeByHand(String change) throws Exception {
        String execution = "/executions/" + change;
        JsonNode runbook = mesh.get("executor", execution + "/runbook", "operator").json();
        String account = runbook.path("account").asText();
        assertThat(runbook.path("steps").findValuesAsText("step"))
                .containsExactly("disable-account", "end-sessions", "leave-groups");
        assertThat(runbook.path("checklist").findValuesAsText("proof"))
                .contains("read-back.matches", "separation-of-duties");
        assertThat(runbook.path("approvers").toString()).contains(SECURITY_ONE);
        assertThat(runbook.path("mayNotExecute").findValuesAsText("person")).contains(SECURITY_ONE);
        assertThat(
                        Requests.send(
                                        "GET",
                                        mesh.url("executor", execution + "/runbook"),
                                        Tokens.of(mesh.home, "remit-cli", "operator"),
                                        null,
                                        Map.of("Accept", "text/markdown"))
                                .text())
                .startsWith("# Runbook of change " + change)
                .contains("switch Enabled off");
        assertThat(mesh.post("executor", execution + "/take-on", "operator", Map.of()).status())
                .isEqualTo(200);
        Accounts.offboard(mesh.home, account);

        JsonNode closed = ledger(change, each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).isEqualTo("COMPLETED");
        assertThat(mesh.verify(change).holds()).isTrue();
        Accounts.enable(mesh.home, account, true);
        Accounts.restore(mesh.home);
    }

    @Test
    @Order(12)
    void anEmergencyIsGrantedAtOnceEndsByItselfAndClosesOnceItIsReviewed() throws Exception {
        mirror();
        mesh.charter("emergency.yaml");
        String change = emergency("the till does not open");
        assertThat(mesh.decide(change, "on-call", "security.one").status()).isEqualTo(201);
        Mesh.until(() -> isIn(MANAGER, EMERGENCY, true), "the grant");

        JsonNode granted =
                ledger(change, each -> each.path("holder").asText().contains("grant ends"));
        assertThat(granted.path("missing").toString()).contains("grant.ended", "review.closed");
        assertThat(granted.path("outcome").isMissingNode() || granted.path("outcome").isNull())
                .isTrue();
        // it dies between taking it away and telling so
        mesh.arm("executor", "CALL");
        assertThat(Mesh.until(mesh::revived, "the executor's death")).containsExactly("executor");
        Mesh.until(() -> isIn(MANAGER, EMERGENCY, false), "the end of the grant");

        JsonNode review =
                Mesh.until(
                        () ->
                                inbox("security.two", change)
                                        .filter(each ->
                                                each.at("/stages/0/review")
                                                        .asText()
                                                        .equals("OVERDUE")),
                        "an overdue review");
        assertThat(review.path("stage").asText()).isEqualTo("review");
        assertThat(inbox("security.one", change)).as("approved it").isEmpty();
        assertThat(inbox("sales.manager", change)).as("is its subject").isEmpty();
        ledger(change, each -> each.path("holder").asText().equals("reviewers"));
        String hash = review.path("planHash").asText();
        assertThat(reviewed(change, "security.one", "JUSTIFIED", hash).json().path("code").asText())
                .isEqualTo("SOD_SAME_PERSON");
        assertThat(reviewed(change, "security.two", "APPROVED", hash).json().path("code").asText())
                .isEqualTo("DECISION_NOT_OFFERED");
        Requests.Answer closing = reviewed(change, "security.two", "UNJUSTIFIED", hash);
        assertThat(closing.status()).as(closing.text()).isEqualTo(201);

        JsonNode closed = ledger(change, each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).isEqualTo("COMPLETED");
        assertThat(closed.path("state").asText()).contains("not justified");
        assertThat(Mesh.types(closed)).filteredOn("GrantEnded"::equals).hasSize(1);
        assertThat(Mesh.types(closed)).filteredOn("ChangeExecuted"::equals).hasSize(1);
        Verification verified = mesh.verify(change);
        assertThat(verified.holds()).isTrue();
        assertThat(verified.lines()).anyMatch(line -> line.contains("the executor's join-group"));
        reviewed = change;
    }

    @Test
    @Order(13)
    void eachStageIsATicketInRequestTrackerThatDecidesNothing() throws Exception {
        assumeTrue(
                tracker != null,
                "Request Tracker is not installed: apt-get install --no-install-recommends "
                        + RequestTrackerServer.PACKAGES);
        for (String stage : List.of("on-call", "review")) {
            String id =
                    Mesh.until(
                            () -> {
                                JsonNode found = tickets(stage);
                                return found.path("total").asInt() == 1
                                        ? Optional.of(found.at("/items/0/id").asText())
                                        : Optional.empty();
                            },
                            "the resolved ticket of stage " + stage);
            List<String> subjects =
                    JSON.readTree(tracker.get("/ticket/" + id + "/attachments?fields=Subject"))
                            .path("items")
                            .findValuesAsText("Subject");
            assertThat(subjects)
                    .filteredOn(each -> each.startsWith("Remit event"))
                    .hasSizeGreaterThan(1)
                    .doesNotHaveDuplicates();
        }
        Mesh.until(
                () ->
                        Databases.count(
                                                mesh.home,
                                                Service.APPROVAL_ROUTING,
                                                "select count(*) from mirror")
                                        == 0
                                ? Optional.of(true)
                                : Optional.empty(),
                "everything shown");
    }

    /** The resolved tickets of a stage; none where Request Tracker is busy with another request. */
    private static JsonNode tickets(String stage) throws IOException {
        try {
            return JSON.readTree(
                    Objects.requireNonNull(tracker)
                            .tickets(
                                    "Status = 'resolved' AND RefersTo = 'urn:remit:change:%s:%s'"
                                            .formatted(reviewed, stage)));
        } catch (SocketTimeoutException busy) {
            return JSON.createObjectNode();
        }
    }

    /** From now on each stage is a ticket too; not before, each costs Request Tracker a second. */
    private static void mirror() throws Exception {
        if (starting != null) {
            tracker = starting.get();
            mesh.stack.stop("approval-routing");
            mesh.stack.start(
                    "approval-routing",
                    Map.of(
                            "remit.mirror.rt.url", tracker.url,
                            "remit.mirror.rt.authorization", RequestTrackerServer.ROOT,
                            "remit.mirror.rt.queue", "General"));
        }
    }

    /** Asks for the emergency group; the change. */
    private static String emergency(String reason) throws Exception {
        Requests.Answer asked =
                mesh.post(
                        "connector",
                        "/changes",
                        "offboarding.owner",
                        Map.of(
                                "charter",
                                "emergency",
                                "subject",
                                Map.of("system", "hr", "id", "E1001"),
                                "target",
                                TARGET,
                                "action",
                                "grant-in-an-emergency",
                                "reason",
                                reason));
        assertThat(asked.ok()).as(asked.text()).isTrue();
        return asked.json().path("changeId").asText();
    }

    private static Requests.Answer reviewed(
            String change, String user, String decision, String planHash) throws Exception {
        return mesh.post(
                "approval-routing",
                "/changes/" + change + "/decisions",
                user,
                Map.of("decision", decision, "reason", "looked at it", "planHash", planHash));
    }

    @Test
    @Order(14)
    void whatIsMissingInAnInboxIsMendedAndAGrantEndsEarlyWhenItsHolderSaysSo() throws Exception {
        String change = emergency("the till does not open again");
        Mesh.until(() -> inbox("security.one", change), "the item");
        // what else writes the route at that moment writes this column too: then it is broken again
        Mesh.until(
                () -> {
                    Databases.fill(
                            mesh.home,
                            Service.APPROVAL_ROUTING,
                            List.of(
                                    "update route set deciders = '' where change_id = '"
                                            + change
                                            + "'"));
                    return Optional.of(
                                    mesh.get("approval-routing", "/inbox/reconciliation", "auditor")
                                            .text())
                            .filter(text -> text.contains(change) && text.contains("deciders"));
                },
                "the word of what was mended");
        Mesh.until(() -> inbox("security.one", change), "the item, mended");

        assertThat(mesh.decide(change, "on-call", "security.one").status()).isEqualTo(201);
        Mesh.until(() -> isIn(MANAGER, EMERGENCY, true), "the grant");
        Mesh.until(
                () ->
                        mesh.get("executor", "/executions/" + change, "auditor")
                                        .json()
                                        .path("state")
                                        .asText()
                                        .equals("GRANTED")
                                ? Optional.of(true)
                                : Optional.empty(),
                "its report");
        String path = "/executions/" + change + "/grant-end";
        Map<String, String> why = Map.of("reason", "the till opens");
        assertThat(mesh.post("executor", path, "security.two", why).status()).isEqualTo(403);
        for (String odd : List.of(" ", "a\0b", "a\nb")) {
            Requests.Answer refused =
                    mesh.post("executor", path, "sales.manager", Map.of("reason", odd));
            assertThat(refused.status()).as(refused.text()).isEqualTo(422);
        }
        Requests.Answer ended = mesh.post("executor", path, "sales.manager", why);
        assertThat(ended.status()).as(ended.text()).isEqualTo(200);
        Mesh.until(() -> isIn(MANAGER, EMERGENCY, false), "the end of the grant");
        JsonNode closing =
                ledger(
                        change,
                        each ->
                                !each.path("missing").toString().contains("grant.ended")
                                        && each.path("missing")
                                                .toString()
                                                .contains("review.closed"));
        assertThat(Mesh.types(closing)).filteredOn("GrantEnded"::equals).hasSize(1);
        assertThat(
                        Databases.words(
                                mesh.home,
                                Service.EXECUTOR,
                                "select early from execution where change_id = '" + change + "'"))
                .singleElement()
                .asString()
                .contains("who held it: the till opens");

        JsonNode review = Mesh.until(() -> inbox("security.two", change), "its review");
        Requests.Answer justified =
                reviewed(change, "security.two", "JUSTIFIED", review.path("planHash").asText());
        assertThat(justified.status()).as(justified.text()).isEqualTo(201);
        ledger(change, each -> each.path("certified").asBoolean());
    }

    private static Optional<JsonNode> inbox(String user, String change) throws Exception {
        for (JsonNode each : mesh.get("approval-routing", "/inbox", user).json().path("items")) {
            if (each.path("changeId").asText().equals(change)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private static JsonNode ledger(String change, Predicate<JsonNode> when) throws Exception {
        return Mesh.until(
                () ->
                        Optional.of(mesh.get("evidence-ledger", "/changes/" + change, "auditor"))
                                .filter(Requests.Answer::ok)
                                .map(Mesh::json)
                                .filter(when),
                "the ledger's change");
    }

    @Test
    @Order(15)
    void whatAnotherSystemTellsAndWhatIsFoundOpenChangesByThemselves() throws Exception {
        // who left in a test before is back, so that one account alone is an orphan
        mesh.hrSays("orphan-0,E1003,JOINED,2026-02-01,stays after all");
        Mesh.until(
                () ->
                        Databases.count(
                                                mesh.home,
                                                Service.CONNECTOR,
                                                "select count(*) from worker where worker_id = 'E1003' and back_on is not null")
                                        == 1
                                ? Optional.of(true)
                                : Optional.empty(),
                "HR's word that they are back");
        mesh.shipped("exposed-credential");
        mesh.shipped("orphaned-account");
        SecurityEvents idp = Objects.requireNonNull(provider);
        String url = mesh.url("connector", "/events/idp");
        String compromised = idp.compromised("jti-1", INTERN);
        assertThat(SecurityEvents.push(url, compromised).statusCode()).isEqualTo(202);
        assertThat(SecurityEvents.push(url, compromised).statusCode())
                .as("told again")
                .isEqualTo(202);
        try (SecurityEvents other = new SecurityEvents()) {
            assertThat(SecurityEvents.push(url, other.compromised("jti-2", INTERN)).body())
                    .as("signed by somebody else")
                    .contains("invalid_key");
        }
        assertProblem(raw("POST", "/events/nobody", null, "{}"), 404, "FEED_UNKNOWN");
        JsonNode opened = only("exposed-credential");
        assertThat(opened.at("/subject/id").asText()).isEqualTo("E1030");
        assertThat(opened.path("reason").asText())
                .isEqualTo("CREDENTIAL_EXPOSED: a credential of type password was compromised");

        // nobody knows this account: a record, and the event waits
        assertThat(SecurityEvents.push(url, idp.compromised("jti-3", "nobody")).statusCode())
                .isEqualTo(202);
        JsonNode held = mesh.get("connector", "/events/held", "auditor").json();
        assertThat(held.findValuesAsText("id")).containsExactly("jti-3");
        String waits = "/events/held/" + held.at("/0/observationId").asText();
        assertThat(mesh.post("connector", waits + "/look", "operator", Map.of()).json().toString())
                .isEqualTo("{\"waits\":true}");
        assertThat(
                        mesh.post(
                                        "connector",
                                        waits + "/dismiss",
                                        "operator",
                                        Map.of("reason", "a drill of the provider's"))
                                .status())
                .isEqualTo(200);
        assertThat(mesh.get("connector", "/events/held", "auditor").json()).isEmpty();
        assertThat(
                        mesh.post(
                                        "connector",
                                        waits + "/dismiss",
                                        "operator",
                                        Map.of("reason", "once more"))
                                .json()
                                .path("code")
                                .asText())
                .isEqualTo("EVENT_NOT_HELD");

        // HR says that somebody left long ago, and the account is still in use
        mesh.hrSays("orphan-1,E1042,LEFT,2026-01-31,contract ended");
        JsonNode orphan = only("orphaned-account");
        assertThat(orphan.at("/subject/id").asText()).isEqualTo("E1042");
        assertThat(orphan.path("reason").asText())
                .isEqualTo("ORPHAN_FOUND: its worker left on 2026-01-31");

        String change = opened.path("changeId").asText();
        assertThat(
                        mesh.post(
                                        "connector",
                                        "/changes/" + change + "/withdraw",
                                        "operator",
                                        Map.of("reason", "a false alarm"))
                                .status())
                .isEqualTo(202);
        Mesh.until(
                () ->
                        mesh.get("evidence-ledger", "/changes/" + change, "auditor")
                                        .json()
                                        .path("certified")
                                        .asBoolean()
                                ? Optional.of(true)
                                : Optional.empty(),
                "the certificate");
        assertThat(mesh.verify(change).holds()).isTrue();
    }

    /** The owner of an account is to leave, the clock, and the same said twice of one person. */
    @Test
    @Order(15)
    void anOwnerWhoLeavesAndAScheduleOpenChangesAndTheSameWaitsForTheFirst() throws Exception {
        mesh.charter(
                "service-account-ownership",
                corroborated(
                        Files.readString(
                                        mesh.home
                                                .top()
                                                .resolve("charters/service-account-ownership.yaml"))
                                .replace("E-1001", "E1020")));
        String robot = serviceAccount("till.service", "E1001");
        mesh.charter(
                "upkeep",
                """
                apiVersion: remit.dev/v1
                kind: Charter
                metadata: { name: upkeep, version: "1", owner: 00000000-0000-4000-8000-000000000020 }
                spec:
                  domain:
                    systems: ["keycloak:acme"]
                    actions:
                      - { name: end-sessions, mode: ASSIST, steps: [end-sessions] }
                  proposers:
                    roles: [proposer]
                    digitalEmployee:
                      id: 00000000-0000-4000-8000-000000000050
                      principal: 00000000-0000-4000-8000-000000000020
                  triggers:
                    - event: SCHEDULE
                      action: end-sessions
                      target: "keycloak:acme"
                      every: P1D
                      from: "%s"
                      subjects: [ { system: hr, id: E1010 } ]
                  readiness:
                    facts: [ { name: account.correlated } ]
                    hold: { ask: [operator, admin], for: PT48H }
                  approval:
                    role: approver
                    stages: [ { name: security, resolver: group, group: /security-approvers, quorum: 1, expiresAfter: PT48H } ]
                  execution: { authorizationExpiresAfter: PT1H }
                  proof: [readiness.fit, approvals.complete, separation-of-duties, executed.as-authorized, read-back.matches]
                  retention: P400D
                """
                        .formatted(Instant.now().plusSeconds(20).truncatedTo(ChronoUnit.SECONDS)));
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        mesh.hrSays(
                "upkeep-1,E1001,LEFT," + today.plusYears(4) + ",moves abroad",
                "upkeep-2,E1011,LEFT," + today.minusDays(1) + ",contract ended",
                "upkeep-3,E1011,LEFT," + today + ",contract ended");
        JsonNode left = opened(under("service-account-ownership"));
        assertThat(left.path("subject").toString())
                .as("of all accounts of that owner the one that the charter is about")
                .isEqualTo("{\"system\":\"%s\",\"id\":\"%s\"}".formatted(TARGET, robot));
        assertThat(left.path("reason").asText())
                .startsWith("OWNER_LEFT")
                .contains("worker E1001, who answers for it");
        anOwnerIsSetAndOnlyWhoTookItOnCanProveIt(left.path("changeId").asText(), robot);
        JsonNode due =
                opened(each ->
                        each.path("charter").asText().equals("upkeep")
                                && each.path("reason").asText().startsWith("SCHEDULE"));
        assertThat(due.at("/subject/id").asText()).isEqualTo("E1010");
        assertThat(due.path("reason").asText()).startsWith("SCHEDULE: due on ");

        assertThat(proposed("E1011")).as("one of two that do the same").isEqualTo(1);
        assertThat(
                        Databases.count(
                                mesh.home,
                                Service.CONNECTOR,
                                "select count(*) from proposal where subject_id = 'E1011' and charter = 'leaver-offboarding' and not proposed and ended_at is null"))
                .isEqualTo(1);
        String first =
                opened(each ->
                                each.at("/subject/id").asText().equals("E1011")
                                        && each.path("charter").asText().equals(CHARTER)
                                        && each.path("state").asText().equals("OPEN"))
                        .path("changeId")
                        .asText();
        for (String each : List.of(first, due.path("changeId").asText())) {
            assertThat(
                            mesh.post(
                                            "connector",
                                            "/changes/" + each + "/withdraw",
                                            "operator",
                                            Map.of("reason", "said twice"))
                                    .status())
                    .isEqualTo(202);
        }
        Mesh.until(
                () -> proposed("E1011") == 2 ? Optional.of(true) : Optional.empty(),
                "the second, once the first has ended");
    }

    /**
     * The account goes to its new owner by a person's hand. The target's own events say whose hand
     * it was: as long as it was another's, nothing is proved.
     */
    private static void anOwnerIsSetAndOnlyWhoTookItOnCanProveIt(String change, String robot)
            throws Exception {
        assertThat(mesh.decide(change, "owner", "sales.manager").status()).isEqualTo(201);
        assertThat(mesh.decide(change, "security", "security.one").status()).isEqualTo(201);
        Mesh.until(
                () ->
                        Optional.of(
                                        mesh.post(
                                                "executor",
                                                "/executions/" + change + "/take-on",
                                                "operator",
                                                Map.of()))
                                .filter(Requests.Answer::ok),
                "a plan that waits for a person");
        ObjectNode account = (ObjectNode) Accounts.admin(mesh.home, "GET", "/users/" + robot, null);
        for (String attribute : List.of("owner", "manager")) {
            assertThat(account.at("/attributes/" + attribute + "/0").asText()).isEqualTo("E1001");
            account.withObject("/attributes").putArray(attribute).add("E1020");
        }
        Accounts.admin(mesh.home, "PUT", "/users/" + robot, account.toString());
        JsonNode unproved =
                ledger(
                        change,
                        each ->
                                Mesh.types(each).contains("ChangeExecuted")
                                        && each.path("holder").asText().equals("evidence-ledger"));
        assertThat(unproved.path("missing").toString())
                .as("an administrator did what another one had taken on")
                .isEqualTo("[\"activity.corroborated\"]");
        assertThat(typed(0, "changes", change)).contains("not proved yet", "activity.corroborated");

        String client =
                Accounts.admin(mesh.home, "GET", "/clients?clientId=realm-management", null)
                        .at("/0/id")
                        .asText();
        String role =
                Accounts.admin(mesh.home, "GET", "/clients/" + client + "/roles/manage-users", null)
                        .toString();
        String mapping = "/users/" + OPERATOR + "/role-mappings/clients/" + client;
        Accounts.admin(mesh.home, "POST", mapping, "[" + role + "]");
        Requests.Answer own =
                Requests.send(
                        "PUT",
                        "http://127.0.0.1:"
                                + mesh.home.port("keycloak")
                                + "/admin/realms/acme/users/"
                                + robot,
                        Tokens.of(mesh.home, "remit-cli", "operator"),
                        account.toString());
        assertThat(own.status()).as(own.text()).isEqualTo(204);
        Accounts.admin(mesh.home, "DELETE", mapping, "[" + role + "]");

        JsonNode closed = ledger(change, each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).as(closed.toString()).isEqualTo("COMPLETED");
        Verification verified = mesh.verify(change);
        assertThat(verified.holds()).isTrue();
        for (String step : List.of("set-owner", "set-manager")) {
            assertThat(verified.lines()).anyMatch(line -> line.contains("the executor's " + step));
        }
        assertThat(
                        Accounts.admin(mesh.home, "GET", "/users/" + robot, null)
                                .at("/attributes/owner")
                                .toString())
                .isEqualTo("[\"E1020\"]");
        Accounts.admin(mesh.home, "DELETE", "/users/" + robot, null);
    }

    /** The same charter, which asks the target's own events besides. */
    private static String corroborated(String charter) {
        String asked = "    - read-back.matches\n";
        assertThat(charter).contains(asked);
        return charter.replace(asked, asked + "    - activity.corroborated\n");
    }

    /** An account that nobody is behind and this worker answers for; its id. */
    private static String serviceAccount(String name, String owner) throws Exception {
        Accounts.admin(mesh.home, "POST", "/groups", "{\"name\":\"service-accounts\"}");
        Accounts.admin(
                mesh.home,
                "POST",
                "/users",
                Mesh.text(
                        Map.of(
                                "username",
                                name,
                                "enabled",
                                true,
                                "groups",
                                List.of("/service-accounts"),
                                "attributes",
                                Map.of("owner", List.of(owner), "manager", List.of(owner)))));
        return Accounts.admin(mesh.home, "GET", "/users?exact=true&username=" + name, null)
                .at("/0/id")
                .asText();
    }

    private static Predicate<JsonNode> under(String charter) {
        return each -> each.path("charter").asText().equals(charter);
    }

    private static Predicate<JsonNode> about(String worker) {
        return each -> each.at("/subject/id").asText().equals(worker);
    }

    private static long proposed(String worker) throws Exception {
        return Databases.count(
                mesh.home,
                Service.CONNECTOR,
                "select count(*) from proposal where charter = 'leaver-offboarding' and subject_id = '"
                        + worker
                        + "' and proposed");
    }

    private static JsonNode opened(Predicate<JsonNode> which) throws Exception {
        return Mesh.until(
                () -> {
                    for (JsonNode each :
                            mesh.get("connector", "/changes?limit=200", "auditor")
                                    .json()
                                    .path("items")) {
                        if (which.test(each)) {
                            return Optional.of(each);
                        }
                    }
                    return Optional.empty();
                },
                "a change that opens by itself");
    }

    /** Nobody in HR is behind it: the account itself is the subject, all the way to its proof. */
    @Test
    @Order(17)
    void anAccountThatNobodyIsBehindIsFoundAndDisabledByAPersonAndProved() throws Exception {
        mesh.shipped("orphaned-account");
        Accounts.admin(
                mesh.home, "POST", "/users", "{\"username\":\"till.robot\",\"enabled\":true}");
        String robot =
                Accounts.admin(mesh.home, "GET", "/users?username=till.robot&exact=true", null)
                        .at("/0/id")
                        .asText();
        JsonNode found =
                opened(each ->
                        each.path("charter").asText().equals("orphaned-account")
                                && each.at("/subject/id").asText().equals(robot));
        assertThat(found.at("/subject/system").asText()).isEqualTo(TARGET);
        assertThat(found.path("reason").asText())
                .isEqualTo("ORPHAN_FOUND: it carries no worker id, and nobody answers for it");
        String change = found.path("changeId").asText();
        Map<String, Object> wish = new HashMap<>(proposal("E1002"));
        wish.put("charter", "orphaned-account");
        wish.put("action", "quarantine");
        wish.put("subject", Map.of("system", TARGET, "id", robot));
        assertProblem(
                raw("POST", "/changes", "offboarding.owner", Mesh.text(wish)),
                409,
                "DUPLICATE_CHANGE");
        wish.put("charter", CHARTER);
        wish.put("action", "offboard");
        assertProblem(
                raw("POST", "/changes", "offboarding.owner", Mesh.text(wish)),
                422,
                "SUBJECT_UNKNOWN");

        assertThat(mesh.decide(change, "security", "security.one").status()).isEqualTo(201);
        Mesh.until(
                () ->
                        Optional.of(
                                        mesh.post(
                                                "executor",
                                                "/executions/" + change + "/take-on",
                                                "operator",
                                                Map.of()))
                                .filter(Requests.Answer::ok),
                "a plan that waits for a person");
        Accounts.enable(mesh.home, robot, false);

        JsonNode closed = ledger(change, each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).as(closed.toString()).isEqualTo("COMPLETED");
        assertThat(closed.path("subject").asText()).isEqualTo(TARGET + ":" + robot);
        assertThat(mesh.verify(change).holds()).isTrue();
        for (String search : List.of("subject=" + TARGET + ":" + robot, "account=" + robot)) {
            assertThat(
                            mesh.get("evidence-ledger", "/changes?" + search, "auditor")
                                    .json()
                                    .findValuesAsText("changeId"))
                    .as(search)
                    .containsExactly(change);
        }
    }

    @Test
    @Order(16)
    void theCommandLineDoesTheSame() throws Exception {
        Path many = mesh.home.data().resolve("many.jsonl");
        Files.writeString(
                many, Mesh.text(proposal("E1010")) + "\n" + Mesh.text(proposal("E9999")) + "\n");
        String proposed = typed(1, "propose", "--file", many.toString());
        assertThat(proposed).contains("refused (422 SUBJECT_UNKNOWN)", "1 proposed, 1 refused");
        String change = proposed.replaceFirst("(?s)proposed change (\\S+).*", "$1");
        assertThat(
                        typed(
                                1,
                                "propose",
                                "--account",
                                "00000000-0000-4000-8000-000000000010",
                                "--reason",
                                "left"))
                .contains("DUPLICATE_CHANGE");
        ledger(change, each -> Mesh.types(each).contains("ReadinessJudged"));
        assertThat(typed(0, "changes", change, "--facts"))
                .contains("ReadinessJudged", "readiness: READY, ")
                .containsPattern(
                        "account.correlated: PRESENT \\S+, from keycloak:acme, \\d+ s old; ")
                .contains("manager.active: PRESENT ");
        typed(0, "withdraw", change, "--reason", "stays");
        typed(0, "events", "list");
        assertThat(typed(0, "owner", TARGET, INTERN)).contains("worker: E1030");

        String halted =
                typed(0, "halt", "--charter", CHARTER, "--reason", "a look", "--as", "admin");
        assertThat(halted).contains(CHARTER);
        String halt =
                mesh.get("connector", "/halts", "admin").json().path(0).path("haltId").asText();
        typed(0, "resume", halt, "--reason", "looked", "--as", "admin");
        assertThat(typed(0, "trust", "list")).contains(CHARTER);

        Path next = mesh.home.data().resolve("small-2.yaml");
        Files.writeString(
                next,
                Files.readString(mesh.home.charters().resolve("small.yaml"))
                        .replace("version: \"1\"", "version: \"2\"")
                        .replace("changesPerHour: 1 }", "changesPerHour: 2 }"));
        assertThat(typed(1, "charter", "simulate", "--days", "1", next.toString()))
                .contains(
                        "limits: 1 changes an hour -> 2 changes an hour",
                        "1 recorded change of small, 1 would go otherwise");
        String draft =
                typed(0, "charter", "apply", next.toString(), "--reason", "more at once")
                        .replaceFirst("(?s).*draft (\\S+).*", "$1");
        assertThat(typed(0, "charter", "drafts")).contains(draft);
        typed(0, "charter", "approve", draft, "--as", "offboarding.owner");
        assertThat(typed(0, "charter", "approve", draft, "--as", "security.one"))
                .contains("PUBLISHED");
        assertThat(typed(0, "charter", "history", "small"))
                .contains("small 1", "small 2", "EASIER");
    }

    private static String typed(int exit, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data", mesh.home.data().toString()));
        Typed typed = Typed.of(all.toArray(String[]::new));
        assertThat(typed.exit()).as(typed.said()).isEqualTo(exit);
        return typed.said();
    }

    @Test
    @Order(21)
    void aGapInTheDataHaltsAtOnceOrIsFilledFromAnotherSourceAsTheCharterSays() throws Exception {
        mesh.charter("data-gaps.yaml");
        for (String worker : List.of("E9001", "E1003")) {
            Mesh.until(
                    () ->
                            Databases.count(
                                                    mesh.home,
                                                    Service.DATA_READINESS,
                                                    "select count(*) from directory_account join directory_source using (system)"
                                                            + " where system = 'scim:payroll' and worker_id = '"
                                                            + worker
                                                            + "'")
                                            == 1
                                    ? Optional.of(true)
                                    : Optional.empty(),
                    "what payroll says of " + worker);
        }
        String nowhere = signOut("E9001", "offboarding.owner");
        JsonNode halted = ledger(nowhere, each -> each.path("certified").asBoolean());
        assertThat(halted.path("outcome").asText()).isEqualTo("HALTED");
        assertThat(halted.path("state").asText())
                .contains("no account of keycloak:acme carries worker id E9001");
        assertThat(mesh.verify(nowhere).holds()).isTrue();

        String change = signOut("E1003", "offboarding.owner");
        assertThat(mesh.decide(change, "manager", "sales.manager").status()).isEqualTo(201);
        JsonNode judged = mesh.get("data-readiness", "/changes/" + change, "auditor").json();
        assertThat(judged.path("state").asText()).isEqualTo("ENRICHED");
        JsonNode manager = judged.at("/facts/1");
        assertThat(manager.path("name").asText()).isEqualTo("manager.active");
        assertThat(manager.path("source").asText()).isEqualTo("scim:payroll");
        assertThat(manager.path("value").asText()).isEqualTo(MANAGER);
        assertThat(manager.path("observedAt").asText()).isNotEmpty();
        JsonNode closed = ledger(change, each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).as(closed.toString()).isEqualTo("COMPLETED");
        assertThat(mesh.verify(change).holds()).isTrue();
        assertThat(mesh.get("data-readiness", "/corrections", "operator").text())
                .as("nobody was asked")
                .doesNotContain(change);
    }

    /** Nobody but HR and payroll knows them: the account is made, once, as it was approved. */
    @Test
    @Order(22)
    void aJoinerIsGivenAnAccountOnceWhateverDiesMeanwhile() throws Exception {
        String group =
                Accounts.admin(mesh.home, "GET", "/groups?exact=true&search=crm-users", null)
                        .at("/0/id")
                        .asText();
        mesh.charter(
                "joiner",
                corroborated(
                        Files.readString(mesh.home.top().resolve("charters/joiner.yaml"))
                                .replace("00000000-0000-4000-8000-0000000000a5", group)
                                .replace("/everybody", "/crm-users")
                                .replace("scim:hr", "scim:payroll")));
        mesh.hrSays(
                "joiner-1,E9001,JOINED,2026-02-01,a new colleague",
                "never-1,E9002,JOINED,2026-02-01,another one");
        String change = opened(under("joiner").and(about("E9001"))).path("changeId").asText();
        String never = opened(under("joiner").and(about("E9002"))).path("changeId").asText();
        ledger(never, each -> Mesh.types(each).contains("ApprovalRequested"));
        mesh.hrSays("never-2,E9002,LEFT,2026-02-02,has signed elsewhere");
        mesh.arm("executor", "CALL");
        assertThat(mesh.decide(change, "manager", "sales.manager").status()).isEqualTo(201);
        assertThat(Mesh.until(mesh::revived, "the executor's death")).containsExactly("executor");

        JsonNode closed = ledger(change, each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).as(closed.toString()).isEqualTo("COMPLETED");
        assertThat(Mesh.types(closed)).filteredOn("ChangeExecuted"::equals).hasSize(1);
        Verification verified = mesh.verify(change);
        assertThat(verified.holds()).isTrue();
        for (String step : List.of("create-account", "join-groups")) {
            assertThat(verified.lines()).anyMatch(line -> line.contains("the executor's " + step));
        }
        whoLeftBeforeTheyCameIsGivenNone(never);
        JsonNode accounts = Accounts.admin(mesh.home, "GET", "/users?q=employeeNumber:E9001", null);
        assertThat(accounts).hasSize(1);
        JsonNode account = accounts.path(0);
        assertThat(account.path("username").asText()).isEqualTo("e9001");
        assertThat(account.path("enabled").asBoolean()).isTrue();
        assertThat(account.at("/attributes/manager/0").asText()).isEqualTo("E1001");
        String id = account.path("id").asText();
        assertThat(Accounts.groups(mesh.home, id)).containsExactly("/crm-users");
        assertThat(Accounts.admin(mesh.home, "GET", "/users/" + id + "/credentials", null))
                .as("no credential is made")
                .isEmpty();

        // it is read like any other account, and there is none to make any more
        mesh.observed("E9001");
        mesh.hrSays("joiner-2,E9001,JOINED,2026-02-02,told again");
        String again = again("E9001", change);
        JsonNode halted = ledger(again, each -> each.path("certified").asBoolean());
        assertThat(halted.path("outcome").asText()).isEqualTo("HALTED");
        assertThat(halted.path("state").asText())
                .contains("account " + id + " carries worker id E9001 already");
        Accounts.admin(mesh.home, "DELETE", "/users/" + id, null);
    }

    /** Nobody had approved it yet: it is taken back, says why, and stands in nobody's way. */
    private static void whoLeftBeforeTheyCameIsGivenNone(String change) throws Exception {
        JsonNode closed = ledger(change, each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).as(closed.toString()).isEqualTo("WITHDRAWN");
        assertThat(closed.path("state").asText())
                .isEqualTo("withdrawn while it waited for approval");
        assertThat(Mesh.types(closed)).doesNotContain("ExecutionAuthorized", "ChangeExecuted");
        assertThat(mesh.verify(change).holds()).isTrue();
        assertThat(typed(0, "changes", change))
                .contains("stage manager: WITHDRAWN: HR says that the subject has left");
        opened(each ->
                each.path("changeId").asText().equals(change)
                        && each.path("state").asText().equals("WITHDRAWN"));
        Mesh.until(
                () ->
                        Objects.requireNonNull(postbox).taken.stream()
                                .filter(mail -> mail.to().contains("owner@example.com"))
                                .filter(mail ->
                                        mail.text().contains("Change " + change + " ended at "))
                                .findFirst(),
                "the mail that tells who answers for it");
        assertThat(trust("joiner").at("/counted/OVERRIDES").asInt())
                .as("nobody overrode the digital employee")
                .isZero();
        assertThat(attempted(change, "sales.manager")).isEqualTo("NOT_WAITING");
        assertThat(Accounts.admin(mesh.home, "GET", "/users?q=employeeNumber:E9002", null))
                .isEmpty();

        // whoever left has no account to disable: somebody is asked, and nobody else waits for it
        String leaver = opened(under(CHARTER).and(about("E9002"))).path("changeId").asText();
        ledger(
                leaver,
                each ->
                        each.path("state")
                                .asText()
                                .contains("no account of keycloak:acme carries worker id E9002"));
        mesh.hrSays("never-3,E9002,JOINED,2026-02-03,comes after all");
        String again = again("E9002", change);
        ledger(again, each -> Mesh.types(each).contains("ApprovalRequested"));
        for (String each : List.of(leaver, again)) {
            assertThat(
                            mesh.post(
                                            "connector",
                                            "/changes/" + each + "/withdraw",
                                            "operator",
                                            Map.of("reason", "not now"))
                                    .status())
                    .isEqualTo(202);
        }
    }

    /** The joiner's change that was opened for a worker after another one. */
    private static String again(String worker, String before) throws Exception {
        return opened(
                        under("joiner")
                                .and(about(worker))
                                .and(each -> !each.path("changeId").asText().equals(before)))
                .path("changeId")
                .asText();
    }

    @Test
    @Order(22)
    void aChangeFinishesUnderTheCharterItStartedWithUnlessThatIsRevoked() throws Exception {
        String first = signOut("E1002", "offboarding.owner");
        String second = signOut("E1003", "offboarding.owner");
        for (String change : List.of(first, second)) {
            ledger(change, each -> Mesh.types(each).contains("ApprovalRequested"));
        }
        JsonNode one = charterInForce("data-gaps");
        String text =
                Files.readString(mesh.home.charters().resolve("data-gaps.yaml"))
                        .replace("version: \"1\"", "version: \"2\"")
                        .replace("expiresAfter: PT48H", "expiresAfter: PT24H");
        Requests.Answer drafted =
                mesh.post(
                        "connector",
                        "/charter-drafts",
                        "admin",
                        Map.of("document", text, "reason", "a day is enough"));
        assertThat(drafted.status()).as(drafted.text()).isEqualTo(200);
        String approve = "/charter-drafts/" + drafted.json().path("draftId").asText() + "/approve";
        Map<String, ?> hash = Map.of("hash", drafted.json().path("hash").asText());
        Requests.Answer approved = mesh.post("connector", approve, "offboarding.owner", hash);
        if (!approved.json().path("missing").isEmpty()) {
            approved = mesh.post("connector", approve, "security.one", hash);
        }
        assertThat(approved.status()).as(approved.text()).isEqualTo(200);
        Mesh.until(
                () ->
                        charterInForce("data-gaps").path("version").asText().equals("2")
                                ? Optional.of(true)
                                : Optional.empty(),
                "the second version");

        // the first finishes under the version that it started with
        assertThat(mesh.decide(first, "manager", "sales.manager").status()).isEqualTo(201);
        JsonNode closed = ledger(first, each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).as(closed.toString()).isEqualTo("COMPLETED");
        assertThat(judgedUnder(first)).isEqualTo(one.path("hash").asText());
        assertThat(mesh.verify(first).holds()).isTrue();

        // revoked, it holds what is open, and nothing else
        String revocation =
                mesh.post(
                                "connector",
                                "/halts",
                                "admin",
                                Map.of(
                                        "charter",
                                        "data-gaps",
                                        "version",
                                        "1",
                                        "reason",
                                        "two days were too long"))
                        .json()
                        .path("haltId")
                        .asText();
        Mesh.until(
                () ->
                        attempted(second, "sales.manager").equals("HALTED")
                                ? Optional.of(true)
                                : Optional.empty(),
                "the revocation at approval-routing");
        Requests.Answer undecided = mesh.decide(second, "manager", "sales.manager");
        assertThat(undecided.status()).as(undecided.text()).isEqualTo(409);
        assertThat(undecided.json().path("code").asText()).isEqualTo("HALTED");
        String third = signOut("E1002", "offboarding.owner");
        assertThat(mesh.decide(third, "manager", "sales.manager").status()).isEqualTo(201);
        JsonNode next = ledger(third, each -> each.path("certified").asBoolean());
        assertThat(next.path("outcome").asText()).isEqualTo("COMPLETED");
        assertThat(judgedUnder(third)).isEqualTo(charterInForce("data-gaps").path("hash").asText());
        resume(revocation);
    }

    @Test
    @Order(23)
    void theNextDecisionEverywhereIsStoppedWithinFiveSecondsAlsoBehindABacklog() throws Exception {
        String copilot = Tokens.of(mesh.home, "copilot", "offboarding.owner");
        Map<String, Object> asked = new HashMap<>(signingOut("E1002"));
        asked.put("agent", Map.of("traceHash", TRACE));
        Requests.Answer proposed =
                Requests.send("POST", mesh.url("connector", "/changes"), copilot, Mesh.text(asked));
        assertThat(proposed.ok()).as(proposed.text()).isTrue();
        String change = proposed.json().path("changeId").asText();
        ledger(change, each -> Mesh.types(each).contains("ApprovalRequested"));
        for (Map<String, ?> scope :
                List.of(
                        Map.of("charter", "data-gaps", "reason", "measured"),
                        Map.of("agent", "copilot", "reason", "measured"),
                        Map.of("mesh", true, "reason", "measured"))) {
            long since = System.nanoTime();
            Requests.Answer halt = mesh.post("connector", "/halts", "admin", scope);
            assertThat(halt.status()).as(halt.text()).isEqualTo(200);
            assertStopped(
                    since,
                    scope + ": approval-routing",
                    () -> attempted(change, "sales.manager").equals("HALTED"));
            if (!scope.containsKey("agent")) {
                assertStopped(since, scope + ": data-readiness", this::isPreviewHalted);
            }
            resume(halt.json().path("haltId").asText());
        }

        // data-readiness cannot store what it judges, so its loop comes no further
        Thread backlog =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                Databases.fill(
                                        mesh.home,
                                        Service.DATA_READINESS,
                                        List.of(
                                                "lock table readiness in exclusive mode",
                                                "select pg_sleep(120)"));
                            } catch (IOException | SQLException e) {
                                System.out.println("  the backlog ends: " + e.getMessage());
                            }
                        });
        Mesh.until(
                () ->
                        Databases.count(
                                                mesh.home,
                                                Service.DATA_READINESS,
                                                "select count(*) from pg_locks where mode = 'ExclusiveLock' and relation = 'readiness'::regclass")
                                        == 1
                                ? Optional.of(true)
                                : Optional.empty(),
                "the lock");
        signOut("E1030", "offboarding.owner");
        Mesh.until(
                () ->
                        Databases.count(
                                                mesh.home,
                                                Service.DATA_READINESS,
                                                "select count(*) from pg_locks where not granted and relation = 'readiness'::regclass")
                                        > 0
                                ? Optional.of(true)
                                : Optional.empty(),
                "a batch that waits");
        long since = System.nanoTime();
        Requests.Answer halt =
                mesh.post(
                        "connector", "/halts", "admin", Map.of("mesh", true, "reason", "backlog"));
        assertStopped(since, "mesh, behind a backlog: data-readiness", this::isPreviewHalted);
        assertThat(
                        Databases.count(
                                mesh.home,
                                Service.DATA_READINESS,
                                "select count(*) from pg_locks where not granted and relation = 'readiness'::regclass"))
                .as("the batch waits still")
                .isPositive();
        Databases.count(
                mesh.home,
                Service.DATA_READINESS,
                "select count(pg_cancel_backend(pid)) from pg_stat_activity where query = 'select pg_sleep(120)'");
        backlog.join();
        assertThat(FELT)
                .hasSizeGreaterThan(5)
                .allMatch(took -> took.compareTo(Duration.ofSeconds(30)) < 0);
        assertThat(FELT.stream().sorted().skip(FELT.size() / 2).findFirst())
                .hasValueSatisfying(median -> assertThat(median).isLessThan(Duration.ofSeconds(5)));
        resume(halt.json().path("haltId").asText());
        assertThat(
                        mesh.post(
                                        "connector",
                                        "/changes/" + change + "/withdraw",
                                        "operator",
                                        Map.of("reason", "measured"))
                                .status())
                .isEqualTo(202);
        ledger(change, each -> each.path("certified").asBoolean());
    }

    /** The hash of the charter that the ledger closed a change under. */
    private static String judgedUnder(String change) throws Exception {
        return Databases.words(
                        mesh.home,
                        Service.EVIDENCE_LEDGER,
                        "select charter_hash from change where change_id = '" + change + "'")
                .getFirst();
    }

    @Test
    @Order(24)
    void whatOneConditionKeepsFromBeingOwnedIsLeftToAPersonAndTheLedgerSaysWhy() throws Exception {
        Map<String, Object> wish = signingOut("E1002");
        wish.put("action", "sign-out-carefully");
        Requests.Answer answer = mesh.post("connector", "/changes", "offboarding.owner", wish);
        assertThat(answer.ok()).as(answer.text()).isTrue();
        String change = answer.json().path("changeId").asText();
        assertThat(mesh.decide(change, "manager", "sales.manager").status()).isEqualTo(201);
        Accounts.enable(mesh.home, MANAGER, false);
        try {
            Mesh.until(
                    () ->
                            Databases.count(
                                                    mesh.home,
                                                    Service.APPROVAL_ROUTING,
                                                    "select count(*) from directory_account where not enabled and id = '"
                                                            + MANAGER
                                                            + "'")
                                            == 1
                                    ? Optional.of(true)
                                    : Optional.empty(),
                    "who approved cannot sign in any more");
            assertThat(mesh.decide(change, "security", "security.one").status()).isEqualTo(201);
            ledger(change, each -> Mesh.types(each).contains("ExecutionAuthorized"));
        } finally {
            Accounts.enable(mesh.home, MANAGER, true);
        }
        Mesh.until(
                () ->
                        Optional.of(
                                        mesh.post(
                                                "executor",
                                                "/executions/" + change + "/take-on",
                                                "operator",
                                                Map.of()))
                                .filter(Requests.Answer::ok),
                "a plan that waits for a person");
        JsonNode closed = ledger(change, each -> each.path("certified").asBoolean());
        assertThat(closed.path("outcome").asText()).as(closed.toString()).isEqualTo("COMPLETED");
        assertThat(closed.toString())
                .contains("in mode ASSIST")
                .contains("approvers.resolved (manager: 0 of 1 whose accounts are in use approved");
        assertThat(mesh.verify(change).holds()).isTrue();
    }

    private static void assertStopped(long since, String what, Callable<Boolean> stopped)
            throws Exception {
        Mesh.until(
                () -> stopped.call() ? Optional.of(true) : Optional.empty(), "the halt, " + what);
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        System.out.println("  " + what + " decides nothing after " + took.toMillis() + " ms");
        FELT.add(took);
    }

    /** What a decision on a stage that is not open is answered with: it changes nothing. */
    private static String attempted(String change, String user) throws Exception {
        return mesh.post(
                        "approval-routing",
                        "/changes/" + change + "/decisions",
                        user,
                        Map.of(
                                "decision",
                                "APPROVED",
                                "reason",
                                "asked only",
                                "stage",
                                "nowhere",
                                "planHash",
                                "0".repeat(64)))
                .json()
                .path("code")
                .asText();
    }

    private boolean isPreviewHalted() throws Exception {
        JsonNode judged =
                mesh.post(
                                "data-readiness",
                                "/previews",
                                "auditor",
                                Map.of(
                                        "charter",
                                        "data-gaps",
                                        "charterHash",
                                        charterInForce("data-gaps").path("hash").asText(),
                                        "subject",
                                        Map.of("system", "hr", "id", "E1002"),
                                        "target",
                                        TARGET,
                                        "action",
                                        "sign-out"))
                        .json();
        return judged.path("verdict").asText().equals("HELD")
                && judged.path("reason").asText().startsWith("halted: ");
    }

    private static Map<String, Object> signingOut(String worker) {
        Map<String, Object> wish = new HashMap<>(proposal(worker));
        wish.put("charter", "data-gaps");
        wish.put("action", "sign-out");
        return wish;
    }

    /** Proposes to end somebody's sessions; the change. */
    private static String signOut(String worker, String user) throws Exception {
        Requests.Answer answer = mesh.post("connector", "/changes", user, signingOut(worker));
        assertThat(answer.ok()).as(answer.text()).isTrue();
        return answer.json().path("changeId").asText();
    }

    private static JsonNode charterInForce(String name) throws Exception {
        for (JsonNode each : mesh.get("connector", "/charters", "auditor").json()) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError("no charter " + name);
    }

    /** The one change of a charter, once it is there. */
    private static JsonNode only(String charter) throws Exception {
        return Mesh.until(
                () -> {
                    List<JsonNode> all = new ArrayList<>();
                    for (JsonNode each :
                            mesh.get("connector", "/changes?limit=200", "auditor")
                                    .json()
                                    .path("items")) {
                        if (each.path("charter").asText().equals(charter)) {
                            all.add(each);
                        }
                    }
                    assertThat(all).as(charter).hasSizeLessThan(2);
                    return all.stream().findFirst();
                },
                "the change of " + charter);
    }

    /** Asked of Keycloak itself. */
    private static Optional<Boolean> isIn(String account, String group, boolean wanted)
            throws Exception {
        return Accounts.groups(mesh.home, account).contains(group) == wanted
                ? Optional.of(true)
                : Optional.empty();
    }

    private static JsonNode trust() throws Exception {
        return trust("careful-movers");
    }

    private static JsonNode trust(String charter) throws Exception {
        for (JsonNode each : mesh.get("connector", "/trust", "auditor").json()) {
            if (each.path("charter").asText().equals(charter)) {
                return each;
            }
        }
        throw new AssertionError("no track record of " + charter);
    }

    /** Its drafter approves nothing, its owner alone is not enough for a first version. */
    @Test
    @Order(21)
    void manyDecisionsAreAnsweredOnceAndAlikeAndAListHasATag() throws Exception {
        String change = emergency("the till is shut once more");
        JsonNode item = Mesh.until(() -> inbox("security.one", change), "the item");
        Map<String, Object> many =
                Map.of(
                        "items",
                        List.of(
                                decision(change, item.path("planHash").asText()),
                                decision(
                                        UUID.randomUUID().toString(),
                                        item.path("planHash").asText())));
        String token = Tokens.of(mesh.home, "remit-cli", "security.one");
        String url = mesh.url("approval-routing", "/decisions");
        List<String> answers = new ArrayList<>();
        for (int n = 0; n < 2; n++) {
            Requests.Answer answer =
                    Requests.send(
                            "POST",
                            url,
                            token,
                            Mesh.text(many),
                            Map.of("Idempotency-Key", "front-door-many"));
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            answers.add(answer.text());
        }
        assertThat(answers.getFirst()).contains("NOT_IN_BULK", "CHANGE_UNKNOWN");
        assertThat(answers.getLast()).isEqualTo(answers.getFirst());
        assertThat(
                        Requests.send(
                                        "POST",
                                        url,
                                        token,
                                        Mesh.text(Map.of("items", List.of(Map.of()))),
                                        Map.of("Idempotency-Key", "front-door-many"))
                                .text())
                .as("nothing of it is well formed, so nothing is claimed")
                .contains("FIELD_MISSING");

        for (String path : List.of("/changes?limit=1", "/changes/" + change, "/delegations")) {
            assertUnchanged("approval-routing", path, "security.one");
        }
        assertThat(
                        reviewed(change, "security.one", "DENIED", item.path("planHash").asText())
                                .status())
                .isEqualTo(201);
    }

    private static Map<String, String> decision(String change, String planHash) {
        return Map.of(
                "changeId",
                change,
                "decision",
                "APPROVED",
                "reason",
                "checked",
                "planHash",
                planHash);
    }

    private static void publishWithApprovals() throws Exception {
        String text;
        try (var in =
                java.util.Objects.requireNonNull(
                        Mesh.class.getResourceAsStream("/fault/careful-movers.yaml"))) {
            text = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        Map<String, ?> asked = Map.of("document", text, "reason", "movers come in waves");
        assertThat(mesh.post("connector", "/charter-drafts", "auditor", asked).status())
                .isEqualTo(403);
        Requests.Answer broken =
                mesh.post(
                        "connector",
                        "/charter-drafts",
                        "admin",
                        Map.of("document", "kind: Charter", "reason", "x"));
        assertThat(broken.json().path("code").asText()).isEqualTo("CHARTER_INVALID");
        Requests.Answer drafted = mesh.post("connector", "/charter-drafts", "admin", asked);
        assertThat(drafted.status()).as(drafted.text()).isEqualTo(200);
        assertThat(drafted.json().path("needs").toString()).isEqualTo("[\"OWNER\",\"SECOND\"]");
        assertThat(
                        mesh.post("connector", "/charter-drafts", "admin", asked)
                                .json()
                                .path("code")
                                .asText())
                .isEqualTo("CHARTER_DRAFT_OPEN");
        String path = "/charter-drafts/" + drafted.json().path("draftId").asText() + "/approve";
        Map<String, ?> approval = Map.of("hash", drafted.json().path("hash").asText());
        assertThat(mesh.post("connector", path, "admin", approval).json().path("code").asText())
                .isEqualTo("DRAFTER_APPROVES_NOTHING");
        assertThat(mesh.post("connector", path, "operator", approval).json().path("code").asText())
                .isEqualTo("NOT_ASKED");
        assertThat(
                        mesh.post(
                                        "connector",
                                        path,
                                        "offboarding.owner",
                                        Map.of("hash", "0".repeat(64)))
                                .json()
                                .path("code")
                                .asText())
                .isEqualTo("CHARTER_HASH_DIFFERS");
        Requests.Answer owner = mesh.post("connector", path, "offboarding.owner", approval);
        assertThat(owner.json().path("missing").toString()).isEqualTo("[\"SECOND\"]");
        assertThat(
                        mesh.post("connector", path, "offboarding.owner", approval)
                                .json()
                                .path("code")
                                .asText())
                .isEqualTo("ALREADY_APPROVED");
        assertThat(mesh.get("connector", "/charters/careful-movers/history", "auditor").status())
                .isEqualTo(404);
        Requests.Answer second = mesh.post("connector", path, "security.one", approval);
        assertThat(second.json().at("/end/outcome").asText()).isEqualTo("PUBLISHED");
        Mesh.until(
                () -> {
                    for (JsonNode each : mesh.get("connector", "/charters", "auditor").json()) {
                        if (each.path("name").asText().equals("careful-movers")) {
                            return Optional.of(true);
                        }
                    }
                    return Optional.empty();
                },
                "the charter that was approved");
    }

    private static List<String> states(String charter) throws Exception {
        List<String> states = new ArrayList<>();
        for (JsonNode each :
                mesh.get("connector", "/changes?limit=200", "auditor").json().path("items")) {
            if (each.path("charter").asText().equals(charter)) {
                states.add(each.path("state").asText());
            }
        }
        return states;
    }

    /** Halts as the administrator, and waits until every service that decides knows it. */
    private static String halt(Map<String, ?> body) throws Exception {
        Requests.Answer answer = mesh.post("connector", "/halts", "admin", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        long since = System.nanoTime();
        String id = answer.json().path("haltId").asText();
        for (Service service :
                List.of(Service.DATA_READINESS, Service.APPROVAL_ROUTING, Service.EXECUTOR)) {
            Mesh.until(
                    () ->
                            Databases.count(
                                                    mesh.home,
                                                    service,
                                                    "select count(*) from handoff_halt where lifted_at is null and halt_id = '"
                                                            + id
                                                            + "'")
                                            == 1
                                    ? Optional.of(true)
                                    : Optional.empty(),
                    "the halt at " + service.id());
        }
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        System.out.println("  halted everywhere after " + took.toMillis() + " ms");
        FELT.add(took);
        return id;
    }

    private static void resume(String halt) throws Exception {
        Requests.Answer answer =
                mesh.post(
                        "connector",
                        "/halts/" + halt + "/resume",
                        "admin",
                        Map.of("reason", "checked"));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        for (Service service : List.of(Service.DATA_READINESS, Service.APPROVAL_ROUTING)) {
            Mesh.until(
                    () ->
                            Databases.count(
                                                    mesh.home,
                                                    service,
                                                    "select count(*) from handoff_halt where lifted_at is null")
                                            == 0
                                    ? Optional.of(true)
                                    : Optional.empty(),
                    "the resumption at " + service.id());
        }
    }

    private static Map<String, Object> proposal(String worker) {
        return Map.of(
                "charter",
                CHARTER,
                "subject",
                Map.of("system", "hr", "id", worker),
                "target",
                TARGET,
                "action",
                "offboard",
                "reason",
                "contract ended");
    }

    private static HttpResponse<String> raw(String method, String path, String user, String body)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(mesh.url("connector", path)))
                        .header("Content-Type", "application/json")
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (user != null) {
            request.header("Authorization", "Bearer " + Tokens.of(mesh.home, "remit-cli", user));
        }
        return HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Asked again by its tag, a list is not told again, unless it changed in between. */
    private static void assertUnchanged(String service, String path, String user) throws Exception {
        HttpRequest.Builder asked =
                HttpRequest.newBuilder(URI.create(mesh.url(service, path)))
                        .header(
                                "Authorization",
                                "Bearer " + Tokens.of(mesh.home, "remit-cli", user));
        try (HttpClient client = HttpClient.newHttpClient()) {
            Mesh.until(
                    () -> {
                        var body = HttpResponse.BodyHandlers.discarding();
                        String tag =
                                client.send(asked.build(), body)
                                        .headers()
                                        .firstValue("ETag")
                                        .orElseThrow();
                        HttpRequest again = asked.copy().header("If-None-Match", tag).build();
                        return client.send(again, body).statusCode() == 304
                                ? Optional.of(true)
                                : Optional.empty();
                    },
                    "304 for " + path);
        }
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code)
            throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(
                        type -> assertThat(type).startsWith("application/problem+json"));
        assertThat(JSON.readTree(answer.body()).path("code").asText()).isEqualTo(code);
    }
}
