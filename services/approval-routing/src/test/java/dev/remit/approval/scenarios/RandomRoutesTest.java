package dev.remit.approval.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.approval.adapter.json.JsonAmendments;
import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.adapter.json.JsonPlan;
import dev.remit.approval.domain.Amending;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Happened;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Parties;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Route;
import dev.remit.approval.domain.Routing;
import dev.remit.approval.domain.Terms;
import dev.remit.handoff.directory.Account;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Ten thousand routes of random charters, people and events, watched by an oracle that shares no
 * code with the routing: it knows the people as they are and what the charter says, and looks only
 * at what is handed on.
 */
class RandomRoutesTest {
    private static final int ROUTES = 10_000;
    private static final long SEED = Long.getLong("remit.seed", 20261125L);
    private static final Authentication SIGNED_IN =
            new Authentication(
                    "issuer", Optional.empty(), Optional.of("1"), List.of(), Optional.empty());
    private static final Authentication STRONGLY =
            new Authentication(
                    "issuer", Optional.empty(), Optional.of("2"), List.of(), Optional.empty());
    private static final Instant BEGIN = Instant.parse("2026-01-05T10:00:00Z");
    private static final List<String> IDS =
            List.of(
                    "sam", "sam2", "mia", "ann", "ann2", "ben", "cat", "dan", "pat", "pat2",
                    "clerk", "robot", "liz");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Charter.Lookup LOST = new Charter.Lookup.Missing("it is lost");
    private static final Amending AMENDING = new JsonAmendments();
    private static final List<String> GROUPS = List.of("/g1", "/g1/inner", "/g2", "/g3");

    /** A stage as the oracle knows it. */
    private record Rule(
            String name,
            Optional<String> when,
            Optional<String> filter,
            int quorum,
            double share,
            int denials,
            double denyShare,
            boolean byRule,
            List<String> sources,
            boolean escalates,
            boolean strongly) {}

    /** A charter as it is published and as the oracle knows it. */
    private record Drawn(
            String json,
            List<Rule> stages,
            boolean toxic,
            boolean mustHold,
            boolean ownerApart,
            Optional<Instant> spared,
            Optional<Instant> until,
            Optional<Rule> review) {
        Rule rule(String stage) {
            return java.util.stream.Stream.concat(stages.stream(), review.stream())
                    .filter(each -> each.name().equals(stage))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void noRandomRouteIsApprovedByWhoMustNotOrIsLost() {
        Random random = new Random(SEED);
        Map<String, Integer> ends = new TreeMap<>();
        Set<String> seen = new TreeSet<>();
        List<Drawn> drawn = new ArrayList<>();
        List<Charter> charters = new ArrayList<>();
        for (int n = 0; n < 300; n++) {
            drawn.add(draw(random));
            charters.add(JsonCharter.read(drawn.getLast().json()));
        }
        for (int n = 0; n < ROUTES; n++) {
            int which = random.nextInt(drawn.size());
            long seed = random.nextLong();
            try {
                String end =
                        run(
                                drawn.get(which),
                                charters.get(which),
                                new Random(seed),
                                Plant.NOTHING,
                                seen);
                ends.merge(end, 1, Integer::sum);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed %d, route %d, charter %s".formatted(SEED, n, drawn.get(which).json()),
                        e);
            }
        }
        // a run in which nothing happens would show nothing
        assertThat(ends.keySet())
                .contains(
                        "APPROVED",
                        "DENIED",
                        "EXPIRED",
                        "HALTED",
                        "WITHDRAWN",
                        "REVIEWED",
                        "REVIEW WAITS");
        assertThat(ends.get("APPROVED")).as(ends.toString()).isGreaterThan(ROUTES / 20);
        for (Decision.Kind each : Decision.Kind.values()) {
            assertThat(seen).contains("decision " + each);
        }
        for (Class<?> each : Route.class.getPermittedSubclasses()) {
            if (!each.isInterface() && each != Route.Unrouted.class) {
                assertThat(seen).contains("state " + each.getSimpleName());
            }
        }
        assertThat(seen)
                .as("what the world does meanwhile")
                .contains(
                        "state Held",
                        "state Waiting",
                        "amended by the proposer",
                        "amended by an approver",
                        "a shorter duration",
                        "a later start",
                        "a delegation was revoked",
                        "a delegate decided",
                        "an account was disabled",
                        "an account is another's",
                        "the charter was lost",
                        "the charter came back",
                        "all was halted");
    }

    /** What is made wrong on purpose, for the oracle to see. */
    private enum Plant {
        NOTHING,
        /** The routing is told of another proposer than the oracle. */
        PROPOSER,
        /** An amendment makes the plan do more. */
        WIDER,
        /** The routing's clock is ahead, so that it starts what is not to start yet. */
        EARLY
    }

    @Test
    void theOracleSeesAnApprovalThatMustNotBe() {
        isSeen(Plant.PROPOSER);
    }

    @Test
    void theOracleSeesAnAmendmentThatMakesAPlanWider() {
        isSeen(Plant.WIDER);
    }

    @Test
    void theOracleSeesAStartThatIsEarly() {
        isSeen(Plant.EARLY);
    }

    private static void isSeen(Plant plant) {
        assertThatThrownBy(
                        () -> {
                            Random random = new Random(SEED);
                            for (int n = 0; n < 2_000; n++) {
                                Drawn drawn = draw(random);
                                run(
                                        drawn,
                                        JsonCharter.read(drawn.json()),
                                        random,
                                        plant,
                                        new HashSet<>());
                            }
                        })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(
                        switch (plant) {
                            case NOTHING -> throw new IllegalArgumentException();
                            case PROPOSER -> "";
                            case WIDER -> "no longer than before";
                            case EARLY -> "it is time to start";
                        });
    }

    /**
     * One route from the verdict to its end.
     *
     * @param seen what has happened in any of them
     */
    private static String run(
            Drawn drawn, Charter charter, Random random, Plant plant, Set<String> seen) {
        Town town = town(random);
        Charter.Lookup published = new Charter.Lookup.Found(charter);
        town.charter = random.nextInt(30) == 0 ? LOST : published;
        town.executors = random.nextInt(3) == 0 ? Set.of("robot") : Set.of();
        town.earlier =
                random.nextBoolean() ? Map.of("s0", List.of("ben", "pat", "gone")) : Map.of();
        boolean digital = random.nextInt(3) == 0;
        String proposer = digital ? "clerk" : pick(random, List.of("pat", "pat2", "mia", "sam"));
        Optional<String> principal = digital ? Optional.of("pat") : Optional.empty();
        Set<String> adds = random.nextInt(3) == 0 ? Set.of("/g2") : Set.of();
        byte[] plan = plan(adds, random.nextBoolean());
        Ready ready =
                Town.ready(
                        random.nextBoolean() ? "READY" : "ENRICHED",
                        proposer,
                        principal,
                        random.nextInt(6) == 0 ? Optional.empty() : Optional.of("mia"),
                        Map.of("f", random.nextBoolean() ? "PRESENT" : "STALE"),
                        random.nextBoolean() ? Map.of("account", List.of("liz")) : Map.of(),
                        plan,
                        JsonPlan.effect(plan));
        Oracle oracle =
                plant == Plant.PROPOSER
                        // another one than the routing is told of
                        ? new Oracle(drawn, "ann", Optional.of("ben"), town, ready, adds, seen)
                        : new Oracle(drawn, proposer, principal, town, ready, adds, seen);
        Watched on = new Watched(ready, published, town, oracle, plant, random, seen);
        Route route = new Route.Unrouted();
        if (random.nextInt(30) == 0) {
            route =
                    on.step(
                            route,
                            new Event.Lacking(
                                    Town.CHANGE,
                                    new byte[0],
                                    ready.charterHash(),
                                    ready.parties(),
                                    "no plan"));
        } else {
            route = on.step(route, new Event.Readied(ready));
        }
        for (int n = 0; n < 30 && !(route instanceof Route.Ended); n++) {
            route = on.step(route, on.event(route));
        }
        if (town.halted.isPresent() || (isLost(town) && random.nextBoolean())) {
            town.halted = Optional.empty();
            town.charter = random.nextInt(4) == 0 ? town.charter : published;
            route = on.step(route, new Event.News());
        }
        for (int n = 0; n < 60 && !(route instanceof Route.Ended); n++) {
            if (route instanceof Route.Granted
                    || (route instanceof Route.Open open && open.course().isReview())) {
                break;
            }
            Instant wake = wake(route);
            assertThat(wake).as("something is always due").isNotNull();
            town.now = wake.isAfter(town.now) ? wake : town.now;
            Route next = on.step(route, new Event.Deadline());
            assertThat(next instanceof Route.Ended || wake(next).isAfter(town.now))
                    .as("time moves it: " + next.state())
                    .isTrue();
            route = next;
        }
        if (!(route instanceof Route.Ended) && isLost(town)) {
            // without its charter what was executed waits to be looked at, however long
            assertThat(route.state()).isIn("GRANTED", "OPEN");
            town.charter = published;
            route = on.step(route, new Event.News());
        }
        if (route instanceof Route.Granted) {
            route = on.step(route, new Event.Executed(true, true, "robot"));
        }
        if (route instanceof Route.Granted) {
            route = on.step(route, new Event.GrantEnded());
        }
        for (int n = 0; n < 20 && route instanceof Route.Open; n++) {
            town.now = town.now.plus(Duration.ofHours(6));
            route = on.step(route, new Event.Deadline());
            if (route instanceof Route.Open) {
                route = on.step(route, on.review(route, pick(random, IDS)));
            }
        }
        if (route instanceof Route.Open) {
            // nothing but a decision closes it
            oracle.waits();
            return "REVIEW WAITS";
        }
        assertThat(route).as("it ends").isInstanceOf(Route.Ended.class);
        Route ended = route;
        for (Event late :
                List.of(
                        new Event.News(),
                        new Event.Deadline(),
                        new Event.Readied(ready),
                        on.attempt(ended, pick(random, IDS), Attempt.Kind.APPROVED),
                        new Event.Withdrawn(proposer, "late", Optional.of(SIGNED_IN)))) {
            assertThat(Routing.decide(ended, late, town.known()).happened()).isEmpty();
        }
        oracle.ended(ended.state());
        return ended.state();
    }

    /** Gives one group for a time, or for good; or nothing. */
    private static byte[] plan(Set<String> adds, boolean timed) {
        List<String> steps = new ArrayList<>();
        for (String each : adds) {
            String group = "\"before\":{},\"group\":{\"id\":\"1\",\"path\":\"%s\"}".formatted(each);
            steps.add(
                    "{\"after\":{\"groups\":\"%s\"},%s,\"name\":\"join-group\"}"
                            .formatted(each, group));
            if (timed) {
                steps.add(
                        "{\"after\":{\"expires\":\"PT8H\"},%s,\"name\":\"leave-group-at-expiry\"}"
                                .formatted(group));
            }
        }
        return "{\"steps\":[%s]}"
                .formatted(String.join(",", steps))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Instant wake(Route route) {
        return switch (route) {
            case Route.Open open ->
                    open.course().open().stream()
                            .map(OpenStage::wake)
                            .min(Instant::compareTo)
                            .orElseThrow();
            case Route.Barred barred -> barred.until();
            case Route.CharterUnknown unknown -> unknown.wake();
            case Route.Unplanned unplanned -> unplanned.until();
            case Route.Scheduled scheduled -> scheduled.wake();
            case Route.Granted _ -> Instant.MAX;
            case Route.Unrouted _, Route.Ended _ -> throw new AssertionError("lost: " + route);
        };
    }

    /** One route in its town, event by event, before the oracle's eyes. */
    private record Watched(
            Ready ready,
            Charter.Lookup published,
            Town town,
            Oracle oracle,
            Plant plant,
            Random random,
            Set<String> seen) {
        Route step(Route route, Event event) {
            if (event
                            instanceof
                            Event.Executed(boolean begun, boolean _, String by, Optional<String> _)
                    && begun) {
                oracle.executed(by);
            }
            if (event instanceof Event.Readied) {
                oracle.arrives();
            }
            Outcome outcome = decide(route, event);
            oracle.watch(outcome);
            seen.add("state " + outcome.next().getClass().getSimpleName());
            if (outcome.next() instanceof Route.Open open) {
                assertThat(open.course().open()).isNotEmpty();
                for (OpenStage stage : open.course().open()) {
                    assertThat(stage.since()).isBeforeOrEqualTo(town.now);
                    if (!isLost(town)) {
                        assertThat(stage.wake()).isBeforeOrEqualTo(stage.until());
                    }
                    if (event instanceof Event.News) {
                        oracle.knows(stage.name(), stage.candidates());
                        oracle.asksTheRightPeople(stage.name());
                        oracle.goesOn(stage.name(), stage.held());
                    }
                }
            }
            return outcome.next();
        }

        private Outcome decide(Route route, Event event) {
            if (plant != Plant.EARLY || !(route instanceof Route.Scheduled)) {
                return Routing.decide(route, event, town.known());
            }
            Instant now = town.now;
            town.now = now.plus(Duration.ofHours(3));
            Outcome outcome = Routing.decide(route, event, town.known());
            town.now = now;
            return outcome;
        }

        private String anyone() {
            return pick(random, IDS);
        }

        /** The proposer or who is responsible, mostly. */
        private String owner() {
            Parties parties = ready.parties();
            return switch (random.nextInt(4)) {
                case 0 -> anyone();
                case 1 -> parties.principal().orElse(parties.proposer());
                default -> parties.proposer();
            };
        }

        Event event(Route route) {
            String one = anyone();
            if (route instanceof Route.Open open && random.nextInt(3) > 0) {
                List<String> able =
                        open.course().open().stream()
                                .flatMap(each -> each.deciders(route.decisions()).stream())
                                .toList();
                one = able.isEmpty() ? one : pick(random, able);
            }
            if (route instanceof Route.Unplanned && random.nextBoolean()) {
                return new Event.Readied(ready);
            }
            if (route instanceof Route.Granted granted && random.nextInt(4) > 0) {
                if (granted.ready().parties().executor().isPresent()) {
                    return new Event.GrantEnded();
                }
                return random.nextInt(8) == 0
                        ? new Event.Executed(false, false, "robot")
                        : new Event.Executed(
                                true, random.nextBoolean(), random.nextBoolean() ? "robot" : one);
            }
            if (route instanceof Route.Open open
                    && open.course().isReview()
                    && random.nextBoolean()) {
                return review(route, one);
            }
            if (route instanceof Route.Open open
                    && open.course().open().stream()
                            .anyMatch(each -> each.back() || each.question().isPresent())
                    && random.nextInt(3) == 0) {
                return random.nextBoolean() ? resubmitted() : answered();
            }
            return switch (random.nextInt(22)) {
                case 0, 1, 2, 3, 4, 5, 6 -> attempt(route, one, Attempt.Kind.APPROVED);
                case 7 ->
                        attempt(
                                route,
                                one,
                                random.nextBoolean()
                                        ? Attempt.Kind.DENIED
                                        : Attempt.Kind.QUESTIONED);
                case 8 -> attempt(route, one, Attempt.Kind.SENT_BACK);
                case 9 -> attempt(route, one, Attempt.Kind.AMENDED);
                case 10 -> random.nextBoolean() ? answered() : resubmitted();
                case 11 ->
                        random.nextInt(8) == 0
                                ? new Event.Withdrawn(owner(), "no", Optional.of(SIGNED_IN))
                                : new Event.News();
                case 12, 13 -> {
                    town.now = town.now.plus(Duration.ofHours(1 + random.nextInt(20)));
                    yield new Event.Deadline();
                }
                case 14, 15 -> {
                    town.delegate(
                            anyone(),
                            anyone(),
                            Duration.ofHours(1 + random.nextInt(30)),
                            random.nextInt(4) == 0 ? new String[] {"joiners"} : new String[0]);
                    yield new Event.News();
                }
                case 16 -> {
                    if (!town.delegations.isEmpty()) {
                        town.delegations.remove(
                                pick(
                                        random,
                                        List.copyOf(new TreeSet<>(town.delegations.keySet()))));
                        seen.add("a delegation was revoked");
                    }
                    yield newsOr(route, one);
                }
                case 17, 18 -> {
                    String who = anyone();
                    Account before = town.accounts.get(who);
                    person(town, who, random);
                    Account now = town.accounts.get(who);
                    if (before != null && before.enabled() && !now.enabled()) {
                        seen.add("an account was disabled");
                    }
                    if (before != null
                            && before.workerId().isPresent()
                            && now.workerId().isPresent()
                            && !before.workerId().equals(now.workerId())) {
                        seen.add("an account is another's");
                    }
                    yield newsOr(route, one);
                }
                case 19 -> {
                    boolean found = isLost(town);
                    if (found || random.nextInt(3) == 0) {
                        town.charter = found ? published : LOST;
                        seen.add("the charter " + (found ? "came back" : "was lost"));
                    }
                    yield found ? new Event.News() : newsOr(route, one);
                }
                case 20 -> {
                    boolean halts = town.halted.isEmpty() && random.nextInt(3) == 0;
                    town.halted = halts ? Optional.of("mesh is halted by liz") : Optional.empty();
                    if (halts) {
                        seen.add("all was halted");
                    }
                    yield halts ? newsOr(route, one) : new Event.News();
                }
                default -> {
                    town.accounts.remove(pick(random, IDS.subList(3, IDS.size())));
                    yield newsOr(route, one);
                }
            };
        }

        /** Sometimes the news has not arrived when somebody decides. */
        private Event newsOr(Route route, String one) {
            return random.nextBoolean()
                    ? new Event.News()
                    : attempt(route, one, Attempt.Kind.APPROVED);
        }

        private Event answered() {
            return new Event.Answered(owner(), Optional.empty(), "so", SIGNED_IN);
        }

        private Event resubmitted() {
            return new Event.Resubmitted(
                    owner(),
                    "so",
                    random.nextBoolean() ? Terms.NONE : terms(),
                    SIGNED_IN,
                    amending());
        }

        private Terms terms() {
            Optional<Duration> duration =
                    random.nextBoolean()
                            ? Optional.of(Duration.ofHours(1 + random.nextInt(9)))
                            : Optional.empty();
            return new Terms(
                    duration,
                    duration.isEmpty() || random.nextInt(3) == 0
                            ? Optional.of(town.now.plus(Duration.ofHours(random.nextInt(60))))
                            : Optional.empty());
        }

        private Amending amending() {
            return plant != Plant.WIDER
                    ? AMENDING
                    : (plan, terms, now) -> {
                        Amending.Amended amended = AMENDING.amend(plan, terms, now);
                        if (!(amended instanceof Amending.Amended.Plan)) {
                            return amended;
                        }
                        byte[] wider =
                                new String(plan, StandardCharsets.UTF_8)
                                        .replace("PT8H", "PT80H")
                                        .getBytes(StandardCharsets.UTF_8);
                        return new Amending.Amended.Plan(
                                wider, sha256(wider), JsonPlan.effect(wider));
                    };
        }

        /** A review's decision, by whoever. */
        Event review(Route route, String who) {
            return attempt(
                    route,
                    who,
                    random.nextBoolean() ? Attempt.Kind.JUSTIFIED : Attempt.Kind.UNJUSTIFIED);
        }

        Event attempt(Route route, String who, Attempt.Kind kind) {
            Account account = town.accounts.get(who);
            String plan = route.underWay().map(Ready::planHash).orElse(Town.PLAN);
            return new Event.Attempted(
                    new Attempt(
                            who,
                            kind,
                            "because",
                            // some have seen another plan, or the one before it was amended
                            random.nextInt(20) == 0
                                    ? pick(random, List.of("b".repeat(64), Town.PLAN))
                                    : plan,
                            Optional.empty(),
                            random.nextInt(5) == 0 ? Optional.of(anyone()) : Optional.empty(),
                            random.nextInt(20) == 0
                                    ? Optional.of(new UUID(1, 1))
                                    : Optional.empty(),
                            random.nextInt(10) == 0,
                            town.now,
                            kind == Attempt.Kind.AMENDED ? terms() : Terms.NONE),
                    account == null ? Set.of("approver") : Set.copyOf(account.roles()),
                    random.nextInt(3) == 0 ? SIGNED_IN : STRONGLY,
                    Optional.empty(),
                    Optional.of(amending()));
        }
    }

    private static boolean isLost(Town town) {
        return town.charter instanceof Charter.Lookup.Missing;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** A plan as the oracle reads it. */
    private record Plan(
            JsonNode rest, Optional<Duration> lasts, Optional<Instant> start, String hash) {
        static Plan of(byte[] bytes, String hash) {
            try {
                ObjectNode root = (ObjectNode) JSON.readTree(bytes);
                Optional<Instant> start =
                        Optional.ofNullable(root.remove("notBefore"))
                                .map(each -> Instant.parse(each.asText()));
                Optional<Duration> lasts = Optional.empty();
                for (JsonNode step : root.path("steps")) {
                    if (step.path("after") instanceof ObjectNode after && after.has("expires")) {
                        lasts = Optional.of(Duration.parse(after.remove("expires").asText()));
                    }
                }
                return new Plan(root, lasts, start, hash);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Town town(Random random) {
        Town town = new Town();
        for (String id : IDS) {
            person(town, id, random);
        }
        town.put(
                "sam",
                Optional.of("W-sam"),
                Optional.of(random.nextInt(8) == 0 ? "W-ben" : "W-mia"),
                true,
                List.of(pick(random, GROUPS)),
                random.nextBoolean() ? List.of("approver") : List.of());
        return town;
    }

    private static void person(Town town, String id, Random random) {
        List<String> groups = new ArrayList<>();
        GROUPS.forEach(each -> {
            if (random.nextInt(3) > 0) {
                groups.add(each);
            }
        });
        String worker = id.replace("2", "");
        boolean nobody = id.equals("clerk") || id.equals("robot") || random.nextInt(12) == 0;
        // sometimes the id is somebody else's by now
        boolean another = random.nextInt(12) == 0;
        town.put(
                id,
                nobody ? Optional.empty() : Optional.of((another ? "W-new-" : "W-") + worker),
                random.nextInt(4) == 0 ? Optional.of("W-cat") : Optional.of("W-mia"),
                random.nextInt(10) > 0,
                groups,
                random.nextInt(8) > 0 ? List.of("approver") : List.of("viewer"));
    }

    private static Drawn draw(Random random) {
        List<Rule> stages = new ArrayList<>();
        List<String> json = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int n = 0; n < count; n++) {
            String name = "s" + n;
            Optional<String> when =
                    switch (random.nextInt(6)) {
                        case 0 -> Optional.of("readiness.facts['f'] == 'PRESENT'");
                        case 1 -> Optional.of("readiness.facts['absent'] == 'PRESENT'");
                        default -> Optional.empty();
                    };
            Optional<String> filter =
                    random.nextInt(5) == 0
                            ? Optional.of("'/g3' in reviewer.groups")
                            : Optional.empty();
            boolean byRule = n > 0 && random.nextInt(6) == 0;
            boolean share = !byRule && random.nextInt(4) == 0;
            int quorum = byRule || random.nextInt(3) > 0 ? 1 : 2;
            int denials = 1 + random.nextInt(2);
            boolean denyShare = random.nextInt(4) == 0;
            boolean escalates = random.nextInt(3) == 0;
            boolean strongly = random.nextInt(5) == 0;
            List<String> sources = byRule ? List.of("{\"group\":\"/g1\"}") : sources(random);
            stages.add(
                    new Rule(
                            name,
                            when,
                            filter,
                            share ? 0 : quorum,
                            share ? 0.4 : 0,
                            denials,
                            denyShare ? 0.5 : 0,
                            byRule,
                            sources,
                            escalates,
                            strongly));
            StringBuilder text = new StringBuilder("{\"name\":\"" + name + "\"");
            text.append(n > 0 && random.nextBoolean() ? ",\"alongside\":true" : "");
            when.ifPresent(each -> text.append(",\"when\":\"").append(each).append('"'));
            filter.ifPresent(each -> text.append(",\"filter\":\"").append(each).append('"'));
            if (byRule) {
                text.append(",\"resolver\":\"policy\",\"group\":\"/g1\",\"policy\":{\"name\":\"p")
                        .append(n)
                        .append("\",\"version\":\"1\",\"verdicts\":[\"READY\"]}");
            } else {
                text.append(",\"resolvers\":[").append(String.join(",", sources)).append(']');
            }
            text.append(share ? ",\"share\":0.4" : ",\"quorum\":" + quorum)
                    .append(denyShare ? ",\"denyShare\":0.5" : ",\"denyQuorum\":" + denials)
                    .append(
                            random.nextInt(4) == 0
                                    ? ",\"deadline\":{\"within\":\"PT48H\",\"calendar\":\"office\"}"
                                    : ",\"expiresAfter\":\"PT48H\"");
            if (strongly) {
                text.append(",\"authentication\":{\"acr\":\"2\"}");
            }
            if (random.nextInt(3) == 0) {
                text.append(",\"reminders\":[\"PT4H\",\"PT20H\"]");
            }
            if (escalates) {
                text.append(",\"escalation\":[{\"after\":\"PT8H\",\"to\":[{\"group\":\"/g2\"}]}]");
            }
            switch (random.nextInt(4)) {
                case 0 -> text.append(",\"outcome\":\"deny\"");
                case 1 -> text.append(",\"outcome\":\"halt\"");
                case 2 -> text.append(",\"outcome\":\"escalate\"");
                default -> {}
            }
            json.add(text.append('}').toString());
        }
        boolean toxic = random.nextInt(4) == 0;
        boolean mustHold = random.nextInt(6) == 0;
        boolean ownerApart = random.nextInt(4) == 0;
        Optional<Instant> spared =
                random.nextInt(3) == 0
                        ? Optional.of(BEGIN.plus(Duration.ofHours(random.nextInt(40))))
                        : Optional.empty();
        Optional<Instant> until =
                random.nextInt(6) == 0
                        ? Optional.of(BEGIN.plus(Duration.ofHours(random.nextInt(65) - 20)))
                        : Optional.empty();
        String exceptions =
                spared.map(end ->
                                ",\"exceptions\":[{\"subject\":\"W-sam\",\"control\":\"c\",\"owner\":\"o\",\"until\":\"%s\"}]"
                                        .formatted(end))
                        .orElse("");
        Optional<Rule> review =
                random.nextInt(4) == 0
                        ? Optional.of(
                                new Rule(
                                        "review",
                                        Optional.empty(),
                                        Optional.empty(),
                                        1,
                                        0,
                                        1,
                                        0,
                                        false,
                                        List.of("{\"group\":\"/g3\"}"),
                                        true,
                                        false))
                        : Optional.empty();
        List<String> rules = new ArrayList<>();
        if (toxic) {
            rules.add(
                    "{\"rule\":\"t\",\"version\":\"1\",\"owner\":\"o\",\"source\":\"s\",\"toxic\":[\"/g1\",\"/g2\"]%s}"
                            .formatted(exceptions));
        }
        if (mustHold) {
            rules.add(
                    "{\"rule\":\"m\",\"version\":\"1\",\"owner\":\"o\",\"source\":\"s\",\"when\":[\"/g2\"],\"mustHold\":[\"/g3\"]%s}"
                            .formatted(exceptions));
        }
        if (ownerApart) {
            rules.add(
                    "{\"rule\":\"o\",\"version\":\"1\",\"owner\":\"o\",\"source\":\"s\",\"apart\":[\"approver\",\"owner\"]}");
        }
        return new Drawn(
                """
                {"metadata":{"owner":"dan"%s},"spec":{"proposers":{"digitalEmployee":{"id":"clerk","principal":"pat"}},
                 "approval":{"role":"approver","onCall":{"duty":{"zone":"UTC","start":"2026-01-05","every":"P1D",
                 "rotation":["ann","cat"]}},"calendars":{"office":{"zone":"UTC","days":["MONDAY","WEDNESDAY","THURSDAY"],
                 "from":"08:00","to":"18:00"}},"stages":[%s]%s},"separationOfDuties":[%s],
                 "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                """
                        .formatted(
                                until.map(end -> ",\"effective\":{\"until\":\"%s\"}".formatted(end))
                                        .orElse(""),
                                String.join(",", json),
                                review.isPresent()
                                        ? ",\"review\":{\"resolvers\":[{\"group\":\"/g3\"}],\"expiresAfter\":\"PT24H\",\"escalation\":[{\"after\":\"PT8H\",\"to\":[{\"group\":\"/g2\"}]}]}"
                                        : "",
                                String.join(",", rules)),
                List.copyOf(stages),
                toxic,
                mustHold,
                ownerApart,
                spared,
                until,
                review);
    }

    private static List<String> sources(Random random) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "{\"manager\":\"subject\"}",
                                "{\"owner\":\"account\"}",
                                "{\"group\":\"/g1\"}",
                                "{\"group\":\"/g2\"}",
                                "{\"role\":\"approver\"}",
                                "{\"named\":[\"pat\",\"ben\",\"gone\"]}",
                                "{\"onCall\":\"duty\"}"));
        all.add("{\"previousApprovers\":\"s0\"}");
        List<String> some = new ArrayList<>();
        for (int n = 0; n <= random.nextInt(3); n++) {
            some.add(pick(random, all));
        }
        return some;
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** Knows the people and the charter, and sees what is handed on; nothing else. */
    private static final class Oracle {
        private final Drawn drawn;
        private final String proposer;
        private final Optional<String> principal;
        private final Town town;
        private final Ready ready;
        private final Set<String> adds;
        private final Set<String> told;

        /** Who stands behind an approval, as they were then. */
        private record Behind(String stage, String id, Optional<String> worker) {}

        private final Map<String, Set<String>> approvals = new HashMap<>();
        private final Map<String, Integer> denials = new HashMap<>();
        private final Map<String, Set<String>> asked = new HashMap<>();
        private final Map<String, Instant> opened = new HashMap<>();
        private final List<Behind> behind = new ArrayList<>();
        private final List<Behind> approvers = new ArrayList<>();
        private final Set<String> passedOver = new HashSet<>();
        private final Map<String, String> usedBy = new HashMap<>();

        /** Who was behind an account when a stage asked it and it was known; nobody until then. */
        private final Map<String, Map<String, Optional<String>>> first = new HashMap<>();

        private final Set<String> back = new HashSet<>();
        private final Set<String> questioned = new HashSet<>();
        private Plan plan;
        private Optional<String> executor = Optional.empty();

        /** Who was behind the accounts that readiness named, when the change came. */
        private final Map<String, String> named = new HashMap<>();

        private Optional<String> managerAtFirst = Optional.empty();
        private boolean arrived;
        private Optional<String> proposerAtFirst = Optional.empty();
        private Optional<String> principalAtFirst = Optional.empty();
        private Optional<String> subjectAtFirst = Optional.empty();
        private boolean begun;
        private boolean authorized;
        private int seen;
        private boolean over;

        Oracle(
                Drawn drawn,
                String proposer,
                Optional<String> principal,
                Town town,
                Ready ready,
                Set<String> adds,
                Set<String> told) {
            this.drawn = drawn;
            this.proposer = proposer;
            this.principal = principal;
            this.town = town;
            this.ready = ready;
            this.adds = adds;
            this.told = told;
            this.plan = Plan.of(ready.plan(), ready.planHash());
        }

        /** Who has which part, as far as they are known before anybody is asked. */
        void arrives() {
            managerAtFirst = arrived ? managerAtFirst : manager();
            arrived = true;
            Stream.concat(
                            ready.manager().stream(),
                            ready.owners().getOrDefault("account", List.of()).stream())
                    .forEach(id ->
                            Optional.ofNullable(town.accounts.get(id))
                                    .flatMap(Account::workerId)
                                    .ifPresent(worker -> named.putIfAbsent(id, worker)));
            proposerAtFirst = proposerAtFirst.or(() -> worker(proposer));
            principalAtFirst = principalAtFirst.or(() -> principal.flatMap(this::worker));
            subjectAtFirst = subjectAtFirst.or(() -> worker("sam"));
        }

        /** By hand or not: who executed it does not look at it afterwards. */
        void executed(String by) {
            executor = Optional.of(by);
        }

        void watch(Outcome outcome) {
            for (Happened each : outcome.happened()) {
                seen++;
                assertThat(over).as("nothing after the end: " + each).isFalse();
                switch (each) {
                    case Happened.Requested requested -> {
                        if (!requested.stage().isEmpty() || !requested.violations().isEmpty()) {
                            begins(!requested.stage().isEmpty());
                        }
                        if (!requested.stage().isEmpty()) {
                            moves(requested.stage());
                            opened.put(requested.stage(), town.now);
                            asks(requested.stage(), requested.candidates());
                        }
                    }
                    case Happened.Reassigned moved -> {
                        moves(moved.stage());
                        asks(moved.stage(), moved.now());
                    }
                    case Happened.Decided decided -> {
                        begins(true);
                        decided(decided.decision(), decided);
                        if (decided.decision().kind() == Decision.Kind.APPROVED
                                && drawn.rule(decided.decision().stageName()).strongly()
                                && decided.policy().isEmpty()) {
                            assertThat(decided.authentication().orElseThrow().acr())
                                    .as("a strong sign-in is asked")
                                    .contains("2");
                        }
                    }
                    case Happened.Authorized given -> authorized(given);
                }
            }
        }

        private void begins(boolean opens) {
            if (!begun) {
                begun = opens;
                arrives();
            }
        }

        /**
         * While all is halted, or under a charter that had ended when the change was proposed,
         * nothing but time and people end it.
         */
        private void moves(String stage) {
            assertThat(stage.equals("review") ? !isLost(town) : inForce())
                    .as("nothing moves " + stage)
                    .isTrue();
        }

        private boolean inForce() {
            return town.halted.isEmpty()
                    && !isLost(town)
                    && drawn.until().filter(end -> !town.proposedAt.isBefore(end)).isEmpty();
        }

        private void asks(String stage, List<dev.remit.approval.domain.Candidate> candidates) {
            if (candidates.stream().anyMatch(each -> each.id().startsWith("policy:"))) {
                return;
            }
            Set<String> ids = new HashSet<>();
            for (var each : candidates) {
                if (each.eligible() && each.onBehalfOf().isEmpty()) {
                    ids.add(each.id());
                }
            }
            asked.put(stage, ids);
            for (var each : candidates) {
                each.onBehalfOf()
                        .filter(_ -> each.eligible())
                        .ifPresent(from -> {
                            delegated(from, each.id());
                            assertThat(ids).as("the delegator is asked").contains(from);
                            assertThat(eligible(each.id(), drawn.rule(stage))).isTrue();
                        });
            }
            asksTheRightPeople(stage);
            knows(stage, candidates);
        }

        /** Of whom nobody knew whose account it is, it is whoever it is known to be first. */
        void knows(String stage, List<dev.remit.approval.domain.Candidate> candidates) {
            if (stage.equals("review") ? isLost(town) : !inForce()) {
                return;
            }
            for (var each : candidates) {
                if (each.eligible()) {
                    first.computeIfAbsent(stage, _ -> new HashMap<>())
                            .merge(
                                    each.id(),
                                    worker(each.id()),
                                    (then, now) -> then.isPresent() ? then : now);
                }
            }
        }

        /** Whether somebody else may have this account since the stage asked it. */
        private boolean isAnothers(String who, String stage) {
            Optional<String> then =
                    first.getOrDefault(stage, Map.of()).getOrDefault(who, Optional.empty());
            return then.isPresent() && !then.equals(worker(who));
        }

        /** Those behind the stage's sources who are not barred, and nobody else. */
        void asksTheRightPeople(String stage) {
            Rule rule = drawn.rule(stage);
            if (rule.when().filter(each -> each.contains("absent")).isPresent()) {
                assertThat(asked.get(stage)).as("it is not known whether to ask").isEmpty();
                return;
            }
            if (stage.equals("review") ? isLost(town) : !inForce()) {
                return;
            }
            Set<String> atFirst = able(behind(rule.sources()), rule);
            Set<String> later = new HashSet<>(atFirst);
            if (rule.escalates()) {
                later.addAll(able(behind(List.of("{\"group\":\"/g2\"}")), rule));
            }
            assertThat(asked.get(stage)).as(stage + " asks").isIn(atFirst, later);
        }

        /** Nobody has to do what nobody can: there is a next one to act, or it is said that not. */
        void goesOn(String stage, Optional<String> held) {
            if (held.isEmpty()) {
                assertThat(asked.get(stage)).as("somebody is asked at " + stage).isNotEmpty();
            }
        }

        private Set<String> able(Set<String> who, Rule rule) {
            Set<String> able = new HashSet<>();
            who.stream().filter(each -> eligible(each, rule)).forEach(able::add);
            return able;
        }

        /** The ids behind these sources, by what the charter's text says and the people are. */
        private Set<String> behind(List<String> sources) {
            Set<String> ids = new HashSet<>();
            for (String source : sources) {
                switch (source) {
                    case "{\"manager\":\"subject\"}" -> {
                        Optional<String> now = manager();
                        if (now.isPresent() && !now.equals(managerAtFirst)) {
                            town.accounts.keySet().stream()
                                    .filter(each -> worker(each).equals(now))
                                    .forEach(ids::add);
                        } else {
                            ready.manager().filter(this::isTheirs).ifPresent(ids::add);
                        }
                    }
                    case "{\"owner\":\"account\"}" ->
                            ready.owners().getOrDefault("account", List.of()).stream()
                                    .filter(this::isTheirs)
                                    .forEach(ids::add);
                    case "{\"group\":\"/g1\"}" -> ids.addAll(members("/g1"));
                    case "{\"group\":\"/g2\"}" -> ids.addAll(members("/g2"));
                    case "{\"group\":\"/g3\"}" -> ids.addAll(members("/g3"));
                    case "{\"role\":\"approver\"}" ->
                            town.accounts.values().stream()
                                    .filter(each -> each.roles().contains("approver"))
                                    .map(Account::id)
                                    .forEach(ids::add);
                    case "{\"named\":[\"pat\",\"ben\",\"gone\"]}" ->
                            ids.addAll(List.of("pat", "ben", "gone"));
                    case "{\"onCall\":\"duty\"}" -> {
                        long days =
                                Math.floorDiv(
                                        Duration.between(
                                                        Instant.parse("2026-01-05T09:00:00Z"),
                                                        town.now)
                                                .toSeconds(),
                                        86_400L);
                        ids.add(Math.floorMod(days, 2L) == 0 ? "ann" : "cat");
                    }
                    case "{\"previousApprovers\":\"s0\"}" ->
                            ids.addAll(town.earlier.getOrDefault("s0", List.of()));
                    default -> throw new AssertionError("the oracle does not know " + source);
                }
            }
            ids.retainAll(town.accounts.keySet());
            return ids;
        }

        /** Whether an account that readiness named is still that person's. */
        private boolean isTheirs(String id) {
            Account now = town.accounts.get(id);
            return !named.containsKey(id)
                    || (now != null && now.workerId().equals(Optional.of(named.get(id))));
        }

        private Set<String> members(String group) {
            Set<String> ids = new HashSet<>();
            town.accounts.values().stream()
                    .filter(each -> Town.direct(each).contains(group))
                    .map(Account::id)
                    .forEach(ids::add);
            return ids;
        }

        /** The worker whom the first of the subject's accounts that names one has as manager. */
        private Optional<String> manager() {
            return town.accounts.values().stream()
                    .filter(each -> each.workerId().equals(Optional.of("W-sam")))
                    .flatMap(each -> each.managerWorkerId().stream())
                    .findFirst();
        }

        private boolean eligible(String who, Rule rule) {
            Account account = town.accounts.get(who);
            return account != null
                    && account.enabled()
                    && !isAnothers(who, rule.name())
                    && account.roles().contains("approver")
                    && !proposed(who)
                    && !answers(who)
                    && !(who.equals("clerk") && clerkIsTheirs())
                    && !who.equals("sam")
                    && !worker(who).equals(Optional.of("W-sam"))
                    && !same(who, "sam")
                    && town.executors.stream().noneMatch(each -> same(who, each))
                    && executor.filter(each -> same(who, each)).isEmpty()
                    && behind.stream()
                            .filter(each -> !each.stage().equals(rule.name()))
                            .noneMatch(each -> isSame(who, each))
                    && !(drawn.ownerApart() && same(who, "dan"))
                    && (rule.filter().isEmpty() || Town.direct(account).contains("/g3"));
        }

        private boolean clerkIsTheirs() {
            return proposed("pat") || answers("pat");
        }

        /** Who they are is known though their account is gone. */
        private boolean proposed(String who) {
            return same(who, proposer)
                    || (proposerAtFirst.isPresent() && proposerAtFirst.equals(worker(who)));
        }

        private boolean answers(String who) {
            return principal.filter(each -> same(who, each)).isPresent()
                    || (principalAtFirst.isPresent() && principalAtFirst.equals(worker(who)));
        }

        private boolean isSame(String who, Behind other) {
            Optional<String> worker = worker(who);
            return who.equals(other.id())
                    || (worker.isPresent()
                            && (worker.equals(other.worker())
                                    || worker.equals(worker(other.id()))));
        }

        private void decided(Decision decision, Happened.Decided what) {
            String by = decision.by().orElse("");
            String stage = decision.stageName();
            told.add("decision " + decision.kind());
            switch (decision.kind()) {
                case APPROVED -> {
                    assertThat(what.planHash()).as("the plan as it is").isEqualTo(plan.hash());
                    assertThat(inForce()).as("approved while it is in force").isTrue();
                    assertThat(back).as("sent back, and not amended").doesNotContain(stage);
                    assertThat(questioned).as("asked, and not answered").doesNotContain(stage);
                    if (by.startsWith("policy:")) {
                        assertThat(rule(decision).byRule()).isTrue();
                        assertThat(ready.verdict()).isEqualTo("READY");
                    } else {
                        wasAsked(decision);
                        decision.onBehalfOf().ifPresent(from -> mayApprove(from, decision, false));
                        mayApprove(by, decision, true);
                        subjectIsTheSame();
                        approvers.add(new Behind(stage, by, worker(by)));
                        for (String each : List.of(by, decision.onBehalfOf().orElse(by))) {
                            behind.add(new Behind(stage, each, worker(each)));
                        }
                    }
                    approvals
                            .computeIfAbsent(stage, _ -> new HashSet<>())
                            .add(decision.onBehalfOf().orElse(by));
                }
                case DENIED -> {
                    if (!by.isEmpty()) {
                        wasAsked(decision);
                        denials.merge(stage, 1, Integer::sum);
                    } else {
                        late(decision);
                    }
                }
                case PASSED_OVER -> {
                    assertThat(rule(decision).when()).contains("readiness.facts['f'] == 'PRESENT'");
                    assertThat(ready.facts().get("f")).isEqualTo("STALE");
                    passedOver.add(stage);
                }
                case WITHDRAWN -> isOwner(by);
                case EXPIRED, HALTED -> late(decision);
                case REFUSED -> {}
                case QUESTIONED -> {
                    wasAsked(decision);
                    questioned.add(stage);
                }
                case ANSWERED -> {
                    isOwner(by);
                    assertThat(questioned).as("something was asked").contains(stage);
                    questioned.remove(stage);
                }
                case SENT_BACK -> {
                    assertThat(stage).isNotEqualTo("review");
                    wasAsked(decision);
                    back.add(stage);
                }
                case AMENDED -> amended(decision, what);
                case JUSTIFIED, UNJUSTIFIED -> {
                    assertThat(authorized).as("what was done is reviewed").isTrue();
                    assertThat(stage).isEqualTo("review");
                    wasAsked(decision);
                    assertThat(eligible(decision.onBehalfOf().orElse(by), drawn.rule("review")))
                            .isTrue();
                }
            }
            if (decision.onBehalfOf().isPresent()) {
                told.add("a delegate decided");
            }
        }

        /** Whoever decides was asked, or acts for one who was, and is not barred. */
        private void wasAsked(Decision decision) {
            String by = decision.by().orElseThrow();
            Set<String> who = asked.get(decision.stageName());
            assertThat(who).as("asked").contains(decision.onBehalfOf().orElse(by));
            decision.onBehalfOf().ifPresent(from -> delegated(from, by));
            assertThat(eligible(by, rule(decision))).as(by + " may decide").isTrue();
        }

        private void isOwner(String by) {
            assertThat(
                            proposerAtFirst
                                            .map(then -> worker(by).equals(Optional.of(then)))
                                            .orElseGet(() -> same(by, proposer))
                                    || principalAtFirst
                                            .map(then -> worker(by).equals(Optional.of(then)))
                                            .orElseGet(() ->
                                                    principal.filter(p -> same(by, p)).isPresent()))
                    .as(by + " proposed it or is responsible")
                    .isTrue();
        }

        /** The plan does less than before, by who may say so, and nobody has approved it. */
        private void amended(Decision decision, Happened.Decided what) {
            String by = decision.by().orElseThrow();
            assertThat(inForce()).as("amended while it is in force").isTrue();
            assertThat(authorized).as("what was authorized is not amended").isFalse();
            if (by.equals(proposer) || principal.equals(Optional.of(by))) {
                isOwner(by);
                assertThat(back.isEmpty() && questioned.isEmpty())
                        .as("the proposer amends what came back")
                        .isFalse();
                told.add("amended by the proposer");
            } else {
                wasAsked(decision);
                told.add("amended by an approver");
            }
            Happened.Amendment amendment = what.amendment().orElseThrow();
            Plan now = Plan.of(amendment.plan(), what.planHash());
            assertThat(amendment.before()).isEqualTo(plan.hash());
            if (!now.hash().equals(plan.hash())) {
                assertThat(now.hash()).isEqualTo(sha256(amendment.plan()));
            }
            assertThat(now.rest()).as("nothing else is amended").isEqualTo(plan.rest());
            if (!now.lasts().equals(plan.lasts())) {
                assertThat(now.lasts().orElseThrow())
                        .as("no longer than before")
                        .isPositive()
                        .isLessThan(plan.lasts().orElseThrow());
                told.add("a shorter duration");
            }
            if (!now.start().equals(plan.start())) {
                assertThat(now.start().orElseThrow())
                        .as("no sooner than before")
                        .isAfter(plan.start().orElse(town.now));
                told.add("a later start");
            }
            plan = now;
            approvals.clear();
            denials.clear();
            asked.clear();
            first.clear();
            opened.clear();
            behind.clear();
            approvers.clear();
            passedOver.clear();
            usedBy.clear();
            back.clear();
            questioned.clear();
        }

        /** No stage lapses before its time; in working time that is later still. */
        private void late(Decision decision) {
            if (opened.containsKey(decision.stageName())) {
                assertThat(town.now)
                        .as("nobody decided in time")
                        .isAfterOrEqualTo(
                                opened.get(decision.stageName()).plus(Duration.ofDays(2)));
            }
        }

        private Rule rule(Decision decision) {
            return drawn.rule(decision.stageName());
        }

        private void mayDecide(String who) {
            Account account = town.accounts.get(who);
            assertThat(account).as(who + " is there").isNotNull();
            assertThat(account.enabled()).as(who + " is enabled").isTrue();
            assertThat(account.roles()).as(who).contains("approver");
        }

        private void mayApprove(String who, Decision decision, boolean actor) {
            mayDecide(who);
            assertThat(proposed(who)).as(who + " proposed").isFalse();
            assertThat(answers(who)).as(who + " is responsible").isFalse();
            assertThat(same(who, "sam") || worker(who).equals(Optional.of("W-sam")))
                    .as(who + " is the subject")
                    .isFalse();
            town.executors.forEach(
                    each -> assertThat(same(who, each)).as(who + " executes").isFalse());
            if (clerkIsTheirs()) {
                assertThat(who).as("an AI of the proposer").isNotEqualTo("clerk");
            }
            if (drawn.ownerApart() && actor) {
                assertThat(same(who, "dan")).as(who + " owns the charter").isFalse();
            }
            Rule rule = rule(decision);
            if (rule.filter().isPresent()) {
                assertThat(Town.direct(town.accounts.get(who))).as(who).contains("/g3");
            }
            // a vote given for one's other account is still one vote
            String vote = decision.at() + decision.stageName() + decision.by() + seen;
            String before = usedBy.put(worker(who).orElse(who), vote);
            assertThat(before == null || before.equals(vote)).as(who + " decides twice").isTrue();
        }

        private void delegated(String from, String to) {
            assertThat(town.delegations.getOrDefault(from, List.of()))
                    .anyMatch(each ->
                            each.to().equals(to)
                                    && (each.charters().isEmpty()
                                            || each.charters().contains("leavers"))
                                    && !town.now.isBefore(each.since())
                                    && town.now.isBefore(each.until())
                                    && isStill(each.fromWorker(), from)
                                    && isStill(each.toWorker(), to));
        }

        private boolean isStill(Optional<String> then, String id) {
            return then.isEmpty() || then.equals(worker(id));
        }

        /** Nothing that waited for the account's person is for whoever has it since. */
        private void subjectIsTheSame() {
            assertThat(subjectAtFirst.isEmpty() || subjectAtFirst.equals(worker("sam")))
                    .as("whose account it is")
                    .isTrue();
        }

        private void authorized(Happened.Authorized grant) {
            subjectIsTheSame();
            assertThat(authorized).as("authorized twice").isFalse();
            assertThat(inForce()).as("authorized while it is in force").isTrue();
            assertThat(grant.ready().planHash()).as("what was approved").isEqualTo(plan.hash());
            assertThat(plan.start().filter(town.now::isBefore)).as("it is time to start").isEmpty();
            authorized = true;
            Set<String> notToExecute = new HashSet<>(Set.of("sam"));
            notToExecute.add(ready.parties().proposer());
            ready.parties().principal().ifPresent(notToExecute::add);
            behind.forEach(each -> notToExecute.add(each.id()));
            assertThat(grant.barred())
                    .extracting(dev.remit.approval.domain.BarredExecutor::person)
                    .as("may not execute")
                    .containsAll(notToExecute);
            if (drawn.ownerApart()) {
                assertThat(approvers)
                        .as("the owner approved")
                        .noneMatch(each -> isSame("dan", each));
            }
            int given = 0;
            for (Rule each : drawn.stages()) {
                Set<String> by = approvals.getOrDefault(each.name(), Set.of());
                given += by.size();
                if (passedOver.contains(each.name())) {
                    assertThat(by).isEmpty();
                    continue;
                }
                Set<String> all = new HashSet<>(asked.getOrDefault(each.name(), Set.of()));
                all.addAll(by);
                int needed =
                        each.share() > 0
                                ? Math.max(1, (int) Math.ceil(each.share() * all.size() - 1e-9))
                                : each.quorum();
                assertThat(by).as(each.name()).hasSizeGreaterThanOrEqualTo(needed);
                if (each.denyShare() == 0) {
                    assertThat(denials.getOrDefault(each.name(), 0)).isLessThan(each.denials());
                }
            }
            assertThat(given).as("somebody approved").isPositive();
            Set<String> held = new HashSet<>(adds);
            town.accounts
                    .values()
                    .forEach(account -> {
                        if (same(account.id(), "sam")
                                || account.workerId().equals(Optional.of("W-sam"))) {
                            held.addAll(Town.direct(account));
                        }
                    });
            boolean toxic =
                    drawn.toxic()
                            && (held.contains("/g1") || held.contains("/g1/inner"))
                            && held.contains("/g2");
            boolean lacks = drawn.mustHold() && held.contains("/g2") && !held.contains("/g3");
            boolean spared = drawn.spared().filter(town.now::isBefore).isPresent();
            assertThat((toxic || lacks) && !spared).as("held: " + held).isFalse();
            Set<String> expected = new HashSet<>();
            if (spared && toxic) {
                expected.add("t");
            }
            if (spared && lacks) {
                expected.add("m");
            }
            Set<String> named = new HashSet<>();
            grant.spared().forEach(each -> named.add(each.rule().name()));
            assertThat(named).as("the exceptions that let it pass").isEqualTo(expected);
        }

        void waits() {
            assertThat(authorized).isTrue();
            assertThat(drawn.review()).isPresent();
        }

        void ended(String state) {
            over = true;
            assertThat(state.equals("APPROVED") || state.equals("REVIEWED")).isEqualTo(authorized);
        }

        private Optional<String> worker(String who) {
            Account account = town.accounts.get(who);
            return account == null ? Optional.empty() : account.workerId();
        }

        private boolean same(String who, String other) {
            return who.equals(other)
                    || (worker(who).isPresent() && worker(who).equals(worker(other)));
        }
    }
}
