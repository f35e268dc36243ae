package dev.remit.approval.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Effect;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Happened;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Route;
import dev.remit.approval.domain.Routing;
import dev.remit.handoff.directory.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
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
                String end = run(drawn.get(which), charters.get(which), new Random(seed), false);
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
    }

    @Test
    void theOracleSeesAnApprovalThatMustNotBe() {
        assertThatThrownBy(
                        () -> {
                            Random random = new Random(SEED);
                            for (int n = 0; n < 500; n++) {
                                Drawn drawn = draw(random);
                                run(drawn, JsonCharter.read(drawn.json()), random, true);
                            }
                        })
                .isInstanceOf(AssertionError.class);
    }

    /** One route from the verdict to its end; {@code planted} lets the proposer's account in. */
    private static String run(Drawn drawn, Charter charter, Random random, boolean planted) {
        Town town = town(random);
        town.charter = new Charter.Lookup.Found(charter);
        town.executors = random.nextInt(3) == 0 ? Set.of("robot") : Set.of();
        town.earlier =
                random.nextBoolean() ? Map.of("s0", List.of("ben", "pat", "gone")) : Map.of();
        boolean digital = random.nextInt(3) == 0;
        String proposer = digital ? "clerk" : pick(random, List.of("pat", "pat2", "mia", "sam"));
        Optional<String> principal = digital ? Optional.of("pat") : Optional.empty();
        Set<String> adds = random.nextInt(3) == 0 ? Set.of("/g2") : Set.of();
        Ready ready =
                Town.ready(
                        random.nextBoolean() ? "READY" : "ENRICHED",
                        proposer,
                        principal,
                        random.nextInt(6) == 0 ? Optional.empty() : Optional.of("mia"),
                        Map.of("f", random.nextBoolean() ? "PRESENT" : "STALE"),
                        random.nextBoolean() ? Map.of("account", List.of("liz")) : Map.of(),
                        new Effect(adds, Set.of(), Set.of(), Set.of(), true, false, false, true));
        Oracle oracle =
                new Oracle(
                        drawn,
                        planted ? "nobody" : proposer,
                        planted ? Optional.empty() : principal,
                        town,
                        ready,
                        adds);
        if (planted) {
            // the routing is told of another proposer than the oracle, and so misjudges
            oracle = new Oracle(drawn, "ann", Optional.of("ben"), town, ready, adds);
        }
        Route route = new Route.Unrouted();
        route = step(route, new Event.Readied(ready), town, oracle);
        for (int n = 0; n < 30 && !(route instanceof Route.Ended); n++) {
            route = step(route, event(route, town, random), town, oracle);
        }
        if (town.halted.isPresent()) {
            town.halted = Optional.empty();
            route = step(route, new Event.News(), town, oracle);
        }
        for (int n = 0; n < 60 && !(route instanceof Route.Ended); n++) {
            if (route instanceof Route.Granted
                    || (route instanceof Route.Open open && open.course().isReview())) {
                break;
            }
            Instant wake = wake(route);
            assertThat(wake).as("something is always due").isNotNull();
            town.now = wake.isAfter(town.now) ? wake : town.now;
            Route next = step(route, new Event.Deadline(), town, oracle);
            assertThat(next instanceof Route.Ended || wake(next).isAfter(town.now))
                    .as("time moves it: " + next.state())
                    .isTrue();
            route = next;
        }
        if (route instanceof Route.Granted) {
            route = step(route, new Event.Executed(true, true, "robot"), town, oracle);
        }
        for (int n = 0; n < 20 && route instanceof Route.Open; n++) {
            town.now = town.now.plus(Duration.ofHours(6));
            route = step(route, new Event.Deadline(), town, oracle);
            if (route instanceof Route.Open) {
                route = step(route, attempt(pick(random, IDS), random, town), town, oracle);
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
                List.of(new Event.News(), new Event.Deadline(), new Event.Readied(ready))) {
            assertThat(Routing.decide(ended, late, town.known()).happened()).isEmpty();
        }
        oracle.ended(ended.state());
        return ended.state();
    }

    /** A review's decision, by whoever. */
    private static Event attempt(String who, Random random, Town town) {
        return attempt(
                who,
                random.nextBoolean() ? Attempt.Kind.JUSTIFIED : Attempt.Kind.UNJUSTIFIED,
                town,
                random);
    }

    private static Route step(Route route, Event event, Town town, Oracle oracle) {
        if (event instanceof Event.Executed(boolean begun, boolean _, String by, Optional<String> _)
                && begun) {
            oracle.executed(by);
        }
        Outcome outcome = Routing.decide(route, event, town.known());
        oracle.watch(outcome);
        if (event instanceof Event.News && outcome.next() instanceof Route.Open open) {
            open.course().open().forEach(each -> oracle.asksTheRightPeople(each.name()));
        }
        if (outcome.next() instanceof Route.Open open) {
            for (OpenStage stage : open.course().open()) {
                assertThat(stage.since()).isBeforeOrEqualTo(town.now);
                assertThat(stage.wake()).isBeforeOrEqualTo(stage.until());
            }
            assertThat(open.course().open()).isNotEmpty();
        }
        return outcome.next();
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

    private static Event event(Route route, Town town, Random random) {
        String who = pick(random, IDS);
        if (route instanceof Route.Open open && random.nextInt(3) > 0) {
            List<String> able =
                    open.course().open().stream()
                            .flatMap(each -> each.deciders(route.decisions()).stream())
                            .toList();
            who = able.isEmpty() ? who : pick(random, able);
        }
        String one = who;
        if (route instanceof Route.Granted) {
            return random.nextInt(8) == 0
                    ? new Event.Executed(false, false, "robot")
                    : new Event.Executed(
                            true, random.nextBoolean(), random.nextBoolean() ? "robot" : one);
        }
        if (route instanceof Route.Open open && open.course().isReview() && random.nextBoolean()) {
            return attempt(one, random, town);
        }
        return switch (random.nextInt(15)) {
            case 14 -> {
                town.halted =
                        town.halted.isPresent() || random.nextInt(3) > 0
                                ? Optional.empty()
                                : Optional.of("mesh is halted by liz");
                yield town.halted.isPresent()
                        ? attempt(one, Attempt.Kind.APPROVED, town, random)
                        : new Event.News();
            }
            case 0, 1, 2, 3, 4, 5 -> attempt(one, Attempt.Kind.APPROVED, town, random);
            case 6 ->
                    attempt(
                            one,
                            random.nextBoolean() ? Attempt.Kind.DENIED : Attempt.Kind.QUESTIONED,
                            town,
                            random);
            case 7 -> new Event.Answered(pick(random, IDS), Optional.empty(), "so", SIGNED_IN);
            case 8 ->
                    random.nextInt(8) == 0
                            ? new Event.Withdrawn(one, "no", Optional.of(SIGNED_IN))
                            : new Event.News();
            case 9 -> {
                town.now = town.now.plus(Duration.ofHours(1 + random.nextInt(20)));
                yield new Event.Deadline();
            }
            case 10 -> {
                town.delegate(
                        pick(random, IDS),
                        pick(random, IDS),
                        Duration.ofHours(1 + random.nextInt(30)),
                        random.nextInt(4) == 0 ? new String[] {"joiners"} : new String[0]);
                yield new Event.News();
            }
            case 11, 12 -> {
                person(town, pick(random, IDS), random);
                // sometimes the news has not arrived when somebody decides
                yield random.nextBoolean()
                        ? new Event.News()
                        : attempt(one, Attempt.Kind.APPROVED, town, random);
            }
            default -> {
                town.accounts.remove(pick(random, IDS.subList(3, IDS.size())));
                yield new Event.News();
            }
        };
    }

    private static Event attempt(String who, Attempt.Kind kind, Town town, Random random) {
        Account account = town.accounts.get(who);
        return new Event.Attempted(
                new Attempt(
                        who,
                        kind,
                        "because",
                        random.nextInt(20) == 0 ? "b".repeat(64) : Town.PLAN,
                        Optional.empty(),
                        random.nextInt(5) == 0 ? Optional.of(pick(random, IDS)) : Optional.empty(),
                        random.nextInt(20) == 0 ? Optional.of(new UUID(1, 1)) : Optional.empty(),
                        random.nextInt(10) == 0,
                        town.now),
                account == null ? Set.of("approver") : Set.copyOf(account.roles()),
                random.nextInt(3) == 0 ? SIGNED_IN : STRONGLY);
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
        town.put(
                id,
                id.equals("clerk") || id.equals("robot") || random.nextInt(12) == 0
                        ? Optional.empty()
                        : Optional.of("W-" + worker),
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
        private Optional<String> executor = Optional.empty();
        private Optional<String> managerAtFirst = Optional.empty();
        private Optional<String> proposerAtFirst = Optional.empty();
        private Optional<String> principalAtFirst = Optional.empty();
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
                Set<String> adds) {
            this.drawn = drawn;
            this.proposer = proposer;
            this.principal = principal;
            this.town = town;
            this.ready = ready;
            this.adds = adds;
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
                            begins();
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
                        begins();
                        decided(decided.decision(), decided.planHash());
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

        private void begins() {
            if (!begun) {
                begun = true;
                managerAtFirst = manager();
                proposerAtFirst = worker(proposer);
                principalAtFirst = principal.flatMap(this::worker);
            }
        }

        /**
         * While all is halted, or under a charter that had ended when the change was proposed,
         * nothing but time and people end it.
         */
        private void moves(String stage) {
            assertThat(stage.equals("review") || inForce()).as("nothing moves " + stage).isTrue();
        }

        private boolean inForce() {
            return town.halted.isEmpty()
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
        }

        /** Those behind the stage's sources who are not barred, and nobody else. */
        void asksTheRightPeople(String stage) {
            Rule rule = drawn.rule(stage);
            if (rule.when().filter(each -> each.contains("absent")).isPresent()) {
                assertThat(asked.get(stage)).as("it is not known whether to ask").isEmpty();
                return;
            }
            if (!stage.equals("review") && !inForce()) {
                return;
            }
            Set<String> atFirst = able(behind(rule.sources()), rule);
            Set<String> later = new HashSet<>(atFirst);
            if (rule.escalates()) {
                later.addAll(able(behind(List.of("{\"group\":\"/g2\"}")), rule));
            }
            assertThat(asked.get(stage)).as(stage + " asks").isIn(atFirst, later);
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
                            ready.manager().ifPresent(ids::add);
                        }
                    }
                    case "{\"owner\":\"account\"}" ->
                            ids.addAll(ready.owners().getOrDefault("account", List.of()));
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
                    && account.roles().contains("approver")
                    && !proposed(who)
                    && !answers(who)
                    && !(who.equals("clerk") && clerkIsTheirs())
                    && !who.equals("sam")
                    && !worker(who).equals(Optional.of("W-sam"))
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

        private void decided(Decision decision, String planHash) {
            String by = decision.by().orElse("");
            switch (decision.kind()) {
                case APPROVED -> {
                    assertThat(planHash).isEqualTo(Town.PLAN);
                    assertThat(inForce()).as("approved while it is in force").isTrue();
                    if (by.startsWith("policy:")) {
                        assertThat(rule(decision).byRule()).isTrue();
                        assertThat(ready.verdict()).isEqualTo("READY");
                    } else {
                        decision.onBehalfOf()
                                .ifPresentOrElse(
                                        from -> {
                                            delegated(from, by);
                                            assertThat(asked.get(decision.stageName()))
                                                    .as("the delegator was asked")
                                                    .contains(from);
                                            mayApprove(from, decision, false);
                                        },
                                        () ->
                                                assertThat(asked.get(decision.stageName()))
                                                        .contains(by));
                        mayApprove(by, decision, true);
                        approvers.add(new Behind(decision.stageName(), by, worker(by)));
                        for (String each : List.of(by, decision.onBehalfOf().orElse(by))) {
                            behind.add(new Behind(decision.stageName(), each, worker(each)));
                        }
                    }
                    approvals
                            .computeIfAbsent(decision.stageName(), _ -> new HashSet<>())
                            .add(decision.onBehalfOf().orElse(by));
                }
                case DENIED -> {
                    if (!by.isEmpty()) {
                        mayDecide(by);
                        denials.merge(decision.stageName(), 1, Integer::sum);
                    } else {
                        late(decision);
                    }
                }
                case PASSED_OVER -> {
                    assertThat(rule(decision).when()).contains("readiness.facts['f'] == 'PRESENT'");
                    assertThat(ready.facts().get("f")).isEqualTo("STALE");
                    passedOver.add(decision.stageName());
                }
                case WITHDRAWN ->
                        assertThat(
                                        same(by, proposer)
                                                || principal.map(p -> same(by, p)).orElse(false))
                                .isTrue();
                case EXPIRED, HALTED -> late(decision);
                case REFUSED, QUESTIONED, ANSWERED, SENT_BACK, AMENDED -> {}
                case JUSTIFIED, UNJUSTIFIED -> {
                    assertThat(authorized).as("what was done is reviewed").isTrue();
                    assertThat(decision.stageName()).isEqualTo("review");
                    String as = decision.onBehalfOf().orElse(by);
                    assertThat(asked.get("review")).contains(as);
                    for (String each : List.of(by, as)) {
                        assertThat(eligible(each, drawn.rule("review"))).as(each).isTrue();
                    }
                }
            }
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
            assertThat(who.equals("sam") || worker(who).equals(Optional.of("W-sam")))
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
                                    && town.now.isBefore(each.until()));
        }

        private void authorized(Happened.Authorized grant) {
            assertThat(authorized).as("authorized twice").isFalse();
            assertThat(inForce()).as("authorized while it is in force").isTrue();
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
                        if (account.id().equals("sam")
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
            Set<String> told = new HashSet<>();
            grant.spared().forEach(each -> told.add(each.rule().name()));
            assertThat(told).as("the exceptions that let it pass").isEqualTo(expected);
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
