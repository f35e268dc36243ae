package dev.remit.approval.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.remit.approval.adapter.json.JsonAmendments;
import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.domain.Amending;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Effect;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Happened;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Route;
import dev.remit.approval.domain.Routing;
import dev.remit.approval.domain.Terms;
import dev.remit.handoff.directory.Account;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What users of such systems ask for, as data: {@code scenarios/*.yaml}. Each names the asks of
 * {@code docs/asks.md} that it answers, and says in steps what happens and what is seen. A charter
 * is read as it is published.
 *
 * <p>A step is {@code <what happens> => <what is seen>}. Seen is the route's state, then any of
 * {@code refused:CODE}, {@code asks:a,b} (who may decide now; {@code nobody}), {@code stages:x,y}
 * (open stages), {@code since:PT1H} (for how long they have been), {@code held}, {@code
 * sent:Decided,Requested}, {@code says:words} (in what is held, handed on or answered; {@code ~}
 * for a space), {@code mode:OWN}. {@code PT1H passes} and the clock looks at the route; {@code PT1H
 * elapses} and it has not yet.
 */
class ScenariosTest {
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LEAST = 120;

    private static final Set<String> KEYS =
            Set.of(
                    "name",
                    "asks",
                    "at",
                    "proposedAt",
                    "people",
                    "executors",
                    "earlier",
                    "holders",
                    "demoted",
                    "charter",
                    "metadata",
                    "agent",
                    "calendars",
                    "onCall",
                    "stages",
                    "review",
                    "protects",
                    "owns",
                    "rules",
                    "change",
                    "opens",
                    "steps");
    private static final Set<String> OF_A_PERSON =
            Set.of("worker", "manager", "enabled", "groups", "roles", "owner");
    private static final Set<String> OF_A_CHANGE =
            Set.of(
                    "proposer",
                    "principal",
                    "manager",
                    "facts",
                    "owners",
                    "verdict",
                    "effect",
                    "adds",
                    "removes",
                    "addsRoles");

    /** What an attempt or an amendment may say besides. */
    private static final Set<String> SAID =
            Set.of(
                    "stage", "for", "reason", "plan", "nonce", "bulk", "roles", "acr", "age",
                    "lasts", "starts");

    private static final Amending AMENDING = new JsonAmendments();

    /** A plan that grants something for a time. */
    private static final String TIMED =
            """
            {"steps":[{"after":{"groups":"/emergency"},"before":{},"group":{"id":"1","path":"/emergency"},"name":"join-group"},
             {"after":{"expires":"PT4H"},"before":{},"group":{"id":"1","path":"/emergency"},"name":"leave-group-at-expiry"}]}\
            """;

    /** The asks that concern approval or the separation of duties. */
    private static final Path ASKS = Path.of("../../docs/asks.md");

    private static final Pattern ASK = Pattern.compile("^\\| ([A-Z]?[0-9]+) \\| .+ \\|$");

    @TestFactory
    Stream<DynamicTest> everyScenarioGoesAsItSays() throws IOException {
        return all().stream()
                .map(each ->
                        DynamicTest.dynamicTest(
                                each.path("name").asText(), () -> new Play(each).run()));
    }

    @Test
    void thereAreEnoughAndEveryAskIsAnswered() throws IOException {
        List<JsonNode> all = all();
        assertThat(all).hasSizeGreaterThanOrEqualTo(LEAST);
        assertThat(all.stream().map(each -> each.path("name").asText())).doesNotHaveDuplicates();
        Set<String> answered = new TreeSet<>();
        all.forEach(each -> each.path("asks").forEach(ask -> answered.add(ask.asText())));
        List<String> asks =
                Files.readAllLines(ASKS).stream()
                        .map(ASK::matcher)
                        .filter(Matcher::matches)
                        .map(ask -> ask.group(1))
                        .toList();
        assertThat(asks).isNotEmpty().doesNotHaveDuplicates();
        assertThat(answered).containsExactlyInAnyOrderElementsOf(asks);
    }

    @Test
    void aScenarioThatSaysWhatIsNotSoFails() {
        ObjectNode wrong = JSON.createObjectNode();
        wrong.putArray("stages")
                .add("{name: manager, resolver: manager, quorum: 1, expiresAfter: PT48H}");
        wrong.putArray("steps").add("mia approves => DENIED");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> new Play(wrong).run())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("APPROVED");
    }

    @Test
    void aScenarioThatSaysWhatNobodyReadsFails() {
        ObjectNode wrong = JSON.createObjectNode();
        wrong.putArray("step").add("mia approves => APPROVED");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> new Play(wrong))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("what is not known");
        ObjectNode odd = JSON.createObjectNode();
        odd.putArray("stages")
                .add("{name: manager, resolver: manager, quorum: 1, expiresAfter: PT48H}");
        odd.putArray("steps").add("mia approves because fine => APPROVED");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> new Play(odd).run())
                .isInstanceOf(AssertionError.class);
    }

    private static List<JsonNode> all() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/scenarios"))) {
            for (Path file : files.sorted().toList()) {
                YAML.readTree(file.toFile()).forEach(all::add);
            }
        }
        return all;
    }

    /** An account that is changed; what is not said stays. */
    private record Altered(Account account) {
        Altered enabled(boolean is) {
            return with(
                    is,
                    account.workerId(),
                    account.managerWorkerId(),
                    account.groups(),
                    account.roles(),
                    account.label(),
                    account.owner());
        }

        Altered worker(String worker) {
            return with(
                    account.enabled(),
                    Optional.of(worker),
                    account.managerWorkerId(),
                    account.groups(),
                    account.roles(),
                    account.label(),
                    account.owner());
        }

        Altered manager(String worker) {
            return with(
                    account.enabled(),
                    account.workerId(),
                    Optional.of(worker),
                    account.groups(),
                    account.roles(),
                    account.label(),
                    account.owner());
        }

        Altered groups(List<String> paths) {
            return with(
                    account.enabled(),
                    account.workerId(),
                    account.managerWorkerId(),
                    paths.stream().map(path -> new Account.Group(path, path)).toList(),
                    account.roles(),
                    account.label(),
                    account.owner());
        }

        Altered roles(List<String> roles) {
            return with(
                    account.enabled(),
                    account.workerId(),
                    account.managerWorkerId(),
                    account.groups(),
                    roles,
                    account.label(),
                    account.owner());
        }

        Altered label(String label) {
            return with(
                    account.enabled(),
                    account.workerId(),
                    account.managerWorkerId(),
                    account.groups(),
                    account.roles(),
                    label,
                    account.owner());
        }

        Altered owner(String owner) {
            return with(
                    account.enabled(),
                    account.workerId(),
                    account.managerWorkerId(),
                    account.groups(),
                    account.roles(),
                    account.label(),
                    Optional.of(owner));
        }

        private Altered with(
                boolean enabled,
                Optional<String> worker,
                Optional<String> manager,
                List<Account.Group> groups,
                List<String> roles,
                String label,
                Optional<String> owner) {
            return new Altered(
                    new Account(
                            account.system(),
                            account.id(),
                            enabled,
                            worker,
                            manager,
                            groups,
                            roles,
                            label,
                            account.observedAt(),
                            account.direct(),
                            owner));
        }
    }

    /** One scenario under way. */
    private static final class Play {
        private final JsonNode scenario;
        private final Town town = new Town();
        private final Map<String, UUID> nonces = new HashMap<>();
        private Route route = new Route.Unrouted();
        private Ready ready;

        Play(JsonNode scenario) {
            this.scenario = scenario;
            known(scenario, KEYS);
            known(scenario.path("change"), OF_A_CHANGE);
            scenario.path("people").forEach(each -> known(each, OF_A_PERSON));
            known(scenario.path("agent"), Set.of("id", "principal"));
            if (scenario.has("at")) {
                town.now = Instant.parse(scenario.path("at").asText());
            }
            town.proposedAt =
                    scenario.has("proposedAt")
                            ? Instant.parse(scenario.path("proposedAt").asText())
                            : town.now;
            people();
            scenario.path("people")
                    .properties()
                    .forEach(each -> person(each.getKey(), each.getValue()));
            town.executors =
                    StreamSupport.stream(scenario.path("executors").spliterator(), false)
                            .map(JsonNode::asText)
                            .collect(Collectors.toSet());
            Map<String, List<String>> earlier = new HashMap<>();
            scenario.path("earlier")
                    .properties()
                    .forEach(each -> earlier.put(each.getKey(), texts(each.getValue())));
            town.earlier = Map.copyOf(earlier);
            scenario.path("holders")
                    .properties()
                    .forEach(each -> town.hold(each.getKey(), Set.copyOf(texts(each.getValue()))));
            town.demoted =
                    Optional.of(scenario.path("demoted").asText(""))
                            .filter(each -> !each.isEmpty());
            town.charter = charter(scenario);
            ready = change(scenario);
        }

        /** What nobody reads would say nothing. */
        private static void known(JsonNode node, Set<String> keys) {
            node.fieldNames()
                    .forEachRemaining(each ->
                            assertThat(keys)
                                    .as("a scenario says what is not known")
                                    .contains(each));
        }

        void run() {
            seen("the verdict", event(new Event.Readied(ready)), scenario.path("opens").asText(""));
            for (JsonNode step : scenario.path("steps")) {
                String[] halves = step.asText().split("=>", 2);
                seen(
                        step.asText(),
                        act(halves[0].strip()),
                        halves.length == 1 ? "" : halves[1].strip());
            }
        }

        private void people() {
            town.put(
                    "sam",
                    Optional.of("W-sam"),
                    Optional.of("W-mia"),
                    true,
                    List.of("/sales"),
                    List.of());
            town.approver("mia");
            town.approver("ann", "/security");
            town.approver("ben", "/security");
            town.approver("cat", "/security");
            town.approver("dan", "/leads");
            town.approver("pat");
            town.approver("paul");
            town.approver("liz", "/legal");
            town.approver("owen");
            town.put("eve", Optional.of("W-eve"), Optional.empty(), true, List.of(), List.of());
        }

        private void person(String id, JsonNode about) {
            Account before = town.accounts.get(id);
            town.put(
                    id,
                    about.has("worker")
                            ? Optional.of(about.path("worker").asText())
                                    .filter(each -> !each.equals("none"))
                            : before == null ? Optional.of("W-" + id) : before.workerId(),
                    about.has("manager")
                            ? Optional.of(about.path("manager").asText())
                            : before == null ? Optional.empty() : before.managerWorkerId(),
                    about.path("enabled").asBoolean(true),
                    about.has("groups") ? texts(about.path("groups")) : List.of(),
                    about.has("roles") ? texts(about.path("roles")) : List.of("approver"));
            if (about.has("owner")) {
                town.accounts.computeIfPresent(
                        id,
                        (_, each) ->
                                new Altered(each).owner(about.path("owner").asText()).account());
            }
        }

        private static List<String> texts(JsonNode list) {
            return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
        }

        /** The document as it is published, with what the scenario says in its place. */
        private static Charter.Lookup charter(JsonNode scenario) {
            if (scenario.path("charter").asText("").equals("unknown")) {
                return new Charter.Lookup.Missing("the charter of this change is not known here");
            }
            try {
                ObjectNode root = JSON.createObjectNode();
                ObjectNode meta = root.putObject("metadata");
                meta.put("owner", "owen");
                scenario.path("metadata")
                        .properties()
                        .forEach(each -> meta.set(each.getKey(), each.getValue()));
                ObjectNode spec = root.putObject("spec");
                if (scenario.has("agent")) {
                    spec.putObject("proposers")
                            .putObject("digitalEmployee")
                            .put("id", scenario.path("agent").path("id").asText())
                            .put("principal", scenario.path("agent").path("principal").asText());
                }
                ObjectNode approval = spec.putObject("approval");
                approval.put("role", "approver");
                for (String part : List.of("calendars", "onCall")) {
                    if (scenario.has(part)) {
                        approval.set(part, scenario.path(part));
                    }
                }
                var stages = approval.putArray("stages");
                for (JsonNode each : scenario.path("stages")) {
                    ObjectNode stage =
                            (ObjectNode)
                                    (each.isTextual()
                                            ? YAML.readTree(each.asText())
                                            : each.deepCopy());
                    if (!stage.has("quorum") && !stage.has("share")) {
                        stage.put("quorum", 1);
                    }
                    if (!stage.has("expiresAfter") && !stage.has("deadline")) {
                        stage.put("expiresAfter", "PT48H");
                    }
                    stages.add(stage);
                }
                if (scenario.has("review")) {
                    approval.set("review", scenario.path("review"));
                }
                if (scenario.has("protects")) {
                    spec.withObjectProperty("domain")
                            .set("protectedEntitlements", scenario.path("protects"));
                }
                if (scenario.path("owns").asBoolean()) {
                    ObjectNode domain = spec.withObjectProperty("domain");
                    domain.putArray("systems").add(Town.SYSTEM);
                    domain.putArray("actions")
                            .addObject()
                            .put("name", "offboard")
                            .put("mode", "OWN");
                    domain.putObject("blastRadius").put("changesPerHour", 20);
                    spec.putObject("trackRecord").put("within", "P30D").put("failures", 3);
                    spec.putArray("proof").add("readiness.fit").add("read-back.matches");
                }
                if (scenario.has("rules")) {
                    spec.set("separationOfDuties", scenario.path("rules"));
                }
                spec.putObject("execution").put("authorizationExpiresAfter", "PT1H");
                return new Charter.Lookup.Found(JsonCharter.read(root.toString()));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private static Ready change(JsonNode scenario) {
            JsonNode change = scenario.path("change");
            Map<String, String> facts = new HashMap<>();
            change.path("facts")
                    .properties()
                    .forEach(each -> facts.put(each.getKey(), each.getValue().asText()));
            Map<String, List<String>> owners = new HashMap<>();
            change.path("owners")
                    .properties()
                    .forEach(each -> owners.put(each.getKey(), texts(each.getValue())));
            return Town.ready(
                    change.path("verdict").asText("READY"),
                    change.path("proposer").asText("pat"),
                    Optional.of(change.path("principal").asText(""))
                            .filter(each -> !each.isEmpty()),
                    Optional.of(change.path("manager").asText("mia"))
                            .filter(each -> !each.equals("none")),
                    facts,
                    owners,
                    (change.path("effect").asText("").equals("timed") ? TIMED : "{\"steps\":[]}")
                            .getBytes(StandardCharsets.UTF_8),
                    change.path("effect").asText("").equals("unclear")
                            ? new Effect(
                                    Set.of(), Set.of(), Set.of(), Set.of(), false, true, false,
                                    false)
                            : new Effect(
                                    Set.copyOf(texts(change.path("adds"))),
                                    Set.copyOf(texts(change.path("removes"))),
                                    Set.copyOf(texts(change.path("addsRoles"))),
                                    Set.of(),
                                    !change.path("effect").asText("").equals("irreversible"),
                                    change.path("effect").asText("").equals("whole"),
                                    change.path("effect").asText("").equals("timed"),
                                    true));
        }

        private Outcome event(Event event) {
            Outcome outcome = Routing.decide(route, event, town.known());
            route = outcome.next();
            if (route instanceof Route.Open open) {
                open.course()
                        .open()
                        .forEach(each -> nonces.putIfAbsent(each.name(), each.nonce(Town.CHANGE)));
            }
            return outcome;
        }

        private Outcome act(String what) {
            List<String> words = List.of(what.split(" +"));
            String who = words.getFirst();
            return switch (words.size() > 1 ? words.get(1) : "") {
                case "approves" -> attempt(who, Attempt.Kind.APPROVED, words);
                case "denies" -> attempt(who, Attempt.Kind.DENIED, words);
                case "asks" -> attempt(who, Attempt.Kind.QUESTIONED, words);
                case "returns" -> attempt(who, Attempt.Kind.SENT_BACK, words);
                case "amends" -> attempt(who, Attempt.Kind.AMENDED, words);
                case "resubmits" ->
                        event(
                                new Event.Resubmitted(
                                        who,
                                        "because",
                                        terms(said(words)),
                                        signedIn("1", Duration.ZERO),
                                        AMENDING));
                case "holds" -> news(() -> town.hold(words.get(2), Set.of("sam", who)));
                case "justifies" -> attempt(who, Attempt.Kind.JUSTIFIED, words);
                case "unjustifies" -> attempt(who, Attempt.Kind.UNJUSTIFIED, words);
                case "executed" -> event(new Event.Executed(true, true, who));
                case "refused" -> event(new Event.Executed(false, false, who));
                case "ended" -> event(new Event.GrantEnded());
                case "halted" -> {
                    town.halted = Optional.of("admin: looks wrong");
                    yield event(new Event.News());
                }
                case "answers" ->
                        event(
                                new Event.Answered(
                                        who,
                                        Optional.empty(),
                                        "because",
                                        signedIn("1", Duration.ZERO)));
                case "withdraws" ->
                        event(
                                new Event.Withdrawn(
                                        who,
                                        "not needed",
                                        Optional.of(signedIn("1", Duration.ZERO))));
                case "elapses" -> {
                    // no clock has looked at it yet
                    town.now = town.now.plus(Duration.parse(who));
                    yield new Outcome(route, List.of(), Optional.empty(), List.of());
                }
                case "passes" -> {
                    town.now = town.now.plus(Duration.parse(who));
                    yield event(new Event.Deadline());
                }
                case "vanishes" -> news(() -> town.accounts.remove(who));
                case "disabled" -> changed(who, each -> each.enabled(false));
                case "in" ->
                        changed(
                                who,
                                each ->
                                        each.groups(
                                                words.size() < 3
                                                        ? List.of()
                                                        : List.of(words.get(2).split(","))));
                case "roles" ->
                        changed(
                                who,
                                each ->
                                        each.roles(
                                                words.size() < 3
                                                        ? List.of()
                                                        : List.of(words.get(2).split(","))));
                case "worker" -> changed(who, each -> each.worker(words.get(2)));
                case "owner" -> changed(who, each -> each.owner(words.get(2)));
                case "managed" -> changed(who, each -> each.manager(words.get(2)));
                case "named" -> changed(who, each -> each.label(words.get(2)));
                case "appears" ->
                        news(() ->
                                town.approver(
                                        who,
                                        words.size() < 3
                                                ? new String[0]
                                                : words.get(2).split(",")));
                case "anew" ->
                        news(() ->
                                town.put(
                                        who,
                                        Optional.of(words.get(2)),
                                        Optional.empty(),
                                        true,
                                        words.size() < 4
                                                ? List.of()
                                                : List.of(words.get(3).split(",")),
                                        List.of("approver")));
                case "delegates" ->
                        news(() ->
                                town.delegate(
                                        who,
                                        words.get(2),
                                        Duration.parse(words.get(3)),
                                        words.size() > 4
                                                ? words.subList(4, words.size())
                                                        .toArray(String[]::new)
                                                : new String[0]));
                case "revokes" -> news(() -> town.delegations.remove(who));
                case "published" ->
                        news(() ->
                                town.charter =
                                        charter(
                                                ((ObjectNode) scenario.deepCopy())
                                                        .without(List.of("charter"))));
                case "again" -> event(new Event.Readied(ready));
                case "news" -> event(new Event.News());
                default -> throw new AssertionError("a step says what is not known: " + what);
            };
        }

        private Outcome changed(String who, UnaryOperator<Altered> how) {
            return news(() ->
                    town.accounts.computeIfPresent(
                            who, (_, account) -> how.apply(new Altered(account)).account()));
        }

        private Outcome news(Runnable what) {
            what.run();
            return event(new Event.News());
        }

        private Outcome attempt(String who, Attempt.Kind kind, List<String> words) {
            Map<String, String> said = said(words);
            Account account = town.accounts.get(who);
            Set<String> roles =
                    said.containsKey("roles")
                            ? Set.of(said.get("roles").split(","))
                            : account == null ? Set.of("approver") : Set.copyOf(account.roles());
            return event(
                    new Event.Attempted(
                            new Attempt(
                                    who,
                                    kind,
                                    said.getOrDefault("reason", "checked").equals("none")
                                            ? ""
                                            : "checked",
                                    plan(said.getOrDefault("plan", "")),
                                    Optional.ofNullable(said.get("stage")),
                                    Optional.ofNullable(said.get("for")),
                                    Optional.ofNullable(said.get("nonce"))
                                            .map(name -> nonces.getOrDefault(name, new UUID(9, 9))),
                                    said.containsKey("bulk"),
                                    town.now,
                                    terms(said)),
                            roles,
                            signedIn(
                                    said.getOrDefault("acr", "1"),
                                    Duration.parse(said.getOrDefault("age", "PT1M"))),
                            Optional.empty(),
                            Optional.of(AMENDING)));
        }

        private static Map<String, String> said(List<String> words) {
            Map<String, String> said = new LinkedHashMap<>();
            assertThat(words.size() % 2).as("a word without its value: " + words).isZero();
            for (int n = 2; n + 1 < words.size(); n += 2) {
                said.put(words.get(n), words.get(n + 1));
            }
            assertThat(SAID).as(words.toString()).containsAll(said.keySet());
            return said;
        }

        private Terms terms(Map<String, String> said) {
            return new Terms(
                    Optional.ofNullable(said.get("lasts")).map(Duration::parse),
                    Optional.ofNullable(said.get("starts"))
                            .map(Duration::parse)
                            .map(town.now::plus));
        }

        /** The one that waits now, unless another is meant. */
        private String plan(String which) {
            return switch (which) {
                case "" -> route.underWay().map(Ready::planHash).orElse(Town.PLAN);
                case "old" -> Town.PLAN;
                default -> "b".repeat(64);
            };
        }

        private Authentication signedIn(String acr, Duration age) {
            return new Authentication(
                    "issuer",
                    Optional.of("token"),
                    Optional.of(acr).filter(each -> !each.equals("none")),
                    List.of("pwd"),
                    Optional.of(town.now.minus(age)));
        }

        private void seen(String step, Outcome outcome, String expected) {
            if (expected.isEmpty()) {
                return;
            }
            List<String> words = List.of(expected.split(" +"));
            assertThat(outcome.next().state()).as(step).isEqualTo(words.getFirst());
            List<OpenStage> open =
                    outcome.next() instanceof Route.Open at ? at.course().open() : List.of();
            boolean refusal = false;
            for (String word : words.subList(1, words.size())) {
                String[] parts = word.split(":", 2);
                String value =
                        parts.length == 2
                                        && !parts[1].equals("nobody")
                                        && !parts[1].equals("nothing")
                                ? parts[1]
                                : "";
                Consumer<Object> is = actual -> assertThat(actual).as(step).isEqualTo(value);
                switch (parts[0]) {
                    case "refused" -> {
                        refusal = true;
                        is.accept(
                                outcome.refused()
                                        .map(Attempt.Result.Refused::code)
                                        .orElse("nothing"));
                    }
                    case "stages" ->
                            is.accept(
                                    open.stream()
                                            .map(OpenStage::name)
                                            .collect(Collectors.joining(",")));
                    case "asks" -> is.accept(asked(outcome.next(), open));
                    case "since" ->
                            is.accept(
                                    open.stream()
                                            .map(each -> Duration.between(each.since(), town.now))
                                            .map(Duration::toString)
                                            .collect(Collectors.joining(",")));
                    case "sent" ->
                            is.accept(
                                    outcome.happened().stream()
                                            .map(each -> each.getClass().getSimpleName())
                                            .collect(Collectors.joining(",")));
                    case "held" ->
                            assertThat(
                                            outcome.next() instanceof Route.Held
                                                    || outcome.next() instanceof Route.Barred)
                                    .as(step + " is held")
                                    .isTrue();
                    case "wakes" ->
                            is.accept(
                                    outcome.next() instanceof Route.CharterUnknown held
                                            ? held.wake().toString()
                                            : "not that");
                    case "mode" ->
                            is.accept(
                                    outcome.happened().stream()
                                            .filter(Happened.Authorized.class::isInstance)
                                            .map(each ->
                                                    ((Happened.Authorized) each).mode().isOwn()
                                                            ? "OWN"
                                                            : "ASSIST")
                                            .collect(Collectors.joining()));
                    case "says" ->
                            assertThat(told(outcome)).as(step).contains(value.replace('~', ' '));
                    case "reminds" ->
                            is.accept(
                                    outcome.remind().stream()
                                            .map(OpenStage::name)
                                            .collect(Collectors.joining(",")));
                    default ->
                            throw new AssertionError("a step expects what is not known: " + word);
                }
            }
            if (!refusal) {
                assertThat(outcome.refused()).as(step).isEmpty();
            }
        }

        private static String asked(Route route, List<OpenStage> open) {
            return open.stream()
                    .flatMap(each -> each.deciders(route.decisions()).stream())
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining(","));
        }

        /** Everything that anybody can read of what happened. */
        private static String told(Outcome outcome) {
            StringBuilder all = new StringBuilder();
            outcome.refused().ifPresent(refused -> all.append(refused.words()).append('\n'));
            outcome.happened().forEach(each -> all.append(each).append('\n'));
            if (outcome.next() instanceof Route.Open open) {
                for (OpenStage stage : open.course().open()) {
                    stage.candidates().stream()
                            .map(Candidate::toString)
                            .forEach(each -> all.append(each).append('\n'));
                    all.append(stage.held()).append(stage.dropped()).append(stage.question());
                }
            }
            if (outcome.happened().stream().anyMatch(Happened.Authorized.class::isInstance)) {
                all.append("authorized");
            }
            return all.toString();
        }
    }
}
