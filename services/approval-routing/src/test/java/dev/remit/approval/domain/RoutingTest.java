package dev.remit.approval.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Charter.Policy;
import dev.remit.approval.domain.Charter.Resolver;
import dev.remit.approval.domain.Charter.Stage;
import dev.remit.approval.domain.Happened.Authorized;
import dev.remit.approval.domain.Happened.Decided;
import dev.remit.approval.domain.Happened.Reassigned;
import dev.remit.approval.domain.Happened.Requested;
import dev.remit.handoff.directory.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Every state with every event, then the rules one by one. */
class RoutingTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Instant LATER = NOW.plus(Duration.ofDays(3));
    private static final Duration PATIENCE = Duration.ofDays(1);
    private static final UUID CHANGE = UUID.fromString("00000000-0000-4000-8000-0000000000aa");
    private static final String PLAN = "a".repeat(64);
    private static final Policy RULE = new Policy("low-risk", "1", Set.of("READY"));
    private static final Authentication SIGNED_IN =
            new Authentication("issuer", Optional.empty(), Optional.empty(), Optional.empty());

    private static final Stage MANAGER =
            new Stage(
                    "manager",
                    Resolver.MANAGER,
                    Optional.empty(),
                    Optional.empty(),
                    1,
                    Duration.ofDays(2));
    private static final Stage SECURITY =
            new Stage(
                    "security",
                    Resolver.GROUP,
                    Optional.of("/security"),
                    Optional.empty(),
                    1,
                    Duration.ofDays(2));
    private static final Charter TWO_STAGES = charter(MANAGER, SECURITY);

    /** What each event does to each state: the state after it, then what is handed on. */
    private static final Map<String, List<String>> TABLE = table();

    private static Map<String, List<String>> table() {
        Map<String, List<String>> table = new LinkedHashMap<>();
        // events: ready, lacking, attempt, news, deadline (passed)
        table.put(
                "unrouted",
                List.of(
                        "Waiting Requested",
                        "Unplanned Requested",
                        "Unrouted refused CHANGE_UNKNOWN",
                        "Unrouted",
                        "Unrouted"));
        table.put(
                "unplanned",
                List.of(
                        "Waiting Requested",
                        "Unplanned",
                        "Unplanned refused NOT_WAITING",
                        "Unplanned",
                        "Ended Decided"));
        table.put(
                "charter unknown",
                List.of(
                        "CharterUnknown",
                        "CharterUnknown",
                        "CharterUnknown refused NOT_WAITING",
                        "Waiting Requested",
                        "Ended Decided"));
        table.put(
                "waiting",
                List.of(
                        "Waiting",
                        "Waiting",
                        "Waiting Decided Requested",
                        "Waiting",
                        "Ended Decided"));
        table.put(
                "held",
                List.of(
                        "Held",
                        "Held",
                        "Held Decided refused NOT_A_CANDIDATE",
                        "Waiting Reassigned",
                        "Ended Decided"));
        table.put(
                "ended", List.of("Ended", "Ended", "Ended refused NOT_WAITING", "Ended", "Ended"));
        return table;
    }

    @Test
    void everyEventInEveryStateDoesWhatTheTableSays() {
        Map<String, Route> states = states();
        assertThat(states.keySet()).isEqualTo(TABLE.keySet());
        assertThat(states.values().stream().map(Object::getClass).map(Class::getSimpleName))
                .as("every state there is")
                .containsExactlyInAnyOrder(
                        "Unrouted", "Unplanned", "CharterUnknown", "Waiting", "Held", "Ended");
        assertThat(events()).hasSameSizeAs(Event.class.getPermittedSubclasses());
        states.forEach((name, state) -> {
            for (int n = 0; n < events().size(); n++) {
                Event event = events().get(n);
                Outcome outcome =
                        Routing.decide(
                                state,
                                event,
                                event instanceof Event.Deadline
                                        ? known(TWO_STAGES, LATER)
                                        : known(TWO_STAGES, NOW));
                assertThat(words(outcome))
                        .as("%s, %s", name, event.getClass().getSimpleName())
                        .isEqualTo(TABLE.get(name).get(n));
            }
        });
    }

    @Test
    void aDeadlineThatHasNotPassedDoesNothing() {
        states().forEach((name, state) ->
                assertThat(Routing.decide(state, new Event.Deadline(), known(TWO_STAGES, NOW)))
                        .as(name)
                        .isEqualTo(Outcome.nothing(state)));
    }

    @Test
    void theLastStageAuthorizesThePlan() {
        Route atSecurity = next(open(TWO_STAGES), approve("manager"), TWO_STAGES);

        Outcome outcome = Routing.decide(atSecurity, approve("security-1"), known(TWO_STAGES, NOW));

        assertThat(words(outcome)).isEqualTo("Ended Decided Authorized");
        assertThat(outcome.happened().getLast())
                .isInstanceOfSatisfying(
                        Authorized.class,
                        granted -> {
                            assertThat(granted.ready().planHash()).isEqualTo(PLAN);
                            assertThat(granted.until()).isEqualTo(NOW.plus(Duration.ofHours(1)));
                        });
        assertThat(outcome.next().state()).isEqualTo("APPROVED");
    }

    @Test
    void whoApprovedTheStageBeforeIsBarredFromTheNext() {
        Stage again =
                new Stage(
                        "again",
                        Resolver.MANAGER,
                        Optional.empty(),
                        Optional.empty(),
                        1,
                        Duration.ofDays(2));
        Charter twice = charter(MANAGER, again);

        Outcome outcome = Routing.decide(open(twice), approve("manager"), known(twice, NOW));

        assertThat(words(outcome)).isEqualTo("Held Decided Requested");
        assertThat(((Route.Open) outcome.next()).stage().candidates())
                .containsExactly(new Candidate("manager", "Manager", false, "SOD_SAME_PERSON"));
    }

    @Test
    void aDenialEndsTheRouteAndAuthorizesNothing() {
        Outcome outcome =
                Routing.decide(
                        open(TWO_STAGES),
                        tried("manager", Attempt.Kind.DENIED),
                        known(TWO_STAGES, NOW));
        assertThat(words(outcome)).isEqualTo("Ended Decided");
        assertThat(outcome.next().state()).isEqualTo("DENIED");
    }

    @Test
    void theSameRefusedAttemptIsRecordedOnceAndAnsweredEachTime() {
        Outcome first =
                Routing.decide(open(TWO_STAGES), approve("stranger"), known(TWO_STAGES, NOW));
        assertThat(words(first)).isEqualTo("Waiting Decided refused ACCOUNT_UNKNOWN");
        Outcome second = Routing.decide(first.next(), approve("stranger"), known(TWO_STAGES, NOW));
        assertThat(words(second)).isEqualTo("Waiting refused ACCOUNT_UNKNOWN");
    }

    @Test
    void nobodyWithTheIdOfARuleDecides() {
        Outcome outcome =
                Routing.decide(open(TWO_STAGES), approve(RULE.id()), known(TWO_STAGES, NOW));
        assertThat(words(outcome)).isEqualTo("Waiting refused NOT_A_PERSON");
    }

    @Test
    void aRuleThatAppliesIsRecordedLikeAPersonAndTheNextStageOpens() {
        Charter charter = charter(rule("policy", RULE, Optional.empty()), MANAGER);

        Outcome outcome = begin(charter, "READY");

        assertThat(words(outcome)).isEqualTo("Waiting Requested Decided Requested");
        assertThat(outcome.happened().getFirst())
                .isInstanceOfSatisfying(
                        Requested.class,
                        requested -> {
                            assertThat(requested.stage()).isEqualTo("policy");
                            assertThat(requested.held()).isEmpty();
                            assertThat(requested.candidates())
                                    .containsExactly(
                                            new Candidate(
                                                    "policy:low-risk@1",
                                                    "low-risk@1",
                                                    true,
                                                    "rule of the charter"));
                        });
        assertThat(outcome.happened().get(1))
                .isInstanceOfSatisfying(
                        Decided.class,
                        decided -> {
                            assertThat(decided.decision().kind()).isEqualTo(Decision.Kind.APPROVED);
                            assertThat(decided.decision().by()).contains("policy:low-risk@1");
                            assertThat(decided.decision().reason()).contains("READY");
                            assertThat(decided.policy()).contains(RULE);
                            assertThat(decided.authentication()).isEmpty();
                            assertThat(decided.planHash()).isEqualTo(PLAN);
                        });
    }

    @Test
    void stagesOfRulesOnlyAuthorizeAtOnce() {
        Policy other = new Policy("other", "2", Set.of("READY", "ENRICHED"));
        Charter charter =
                charter(
                        rule("first", RULE, Optional.empty()),
                        rule("second", other, Optional.empty()));

        Outcome outcome = begin(charter, "READY");

        assertThat(words(outcome))
                .isEqualTo("Ended Requested Decided Requested Decided Authorized");
        assertThat(outcome.next())
                .isInstanceOfSatisfying(
                        Route.Ended.class,
                        ended -> {
                            assertThat(ended.how()).isEqualTo(Route.End.APPROVED);
                            assertThat(ended.last().orElseThrow().decisions()).hasSize(2);
                        });
    }

    @Test
    void aRuleAfterAPersonAuthorizesWithThePersonsDecision() {
        Charter charter = charter(MANAGER, rule("policy", RULE, Optional.empty()));
        Outcome outcome = Routing.decide(open(charter), approve("manager"), known(charter, NOW));
        assertThat(words(outcome)).isEqualTo("Ended Decided Requested Decided Authorized");
    }

    @Test
    void aRuleThatDoesNotApplyAsksTheGroupOrHolds() {
        Charter withGroup = charter(rule("policy", RULE, Optional.of("/security")));
        Outcome asked = begin(withGroup, "ENRICHED");
        assertThat(words(asked)).isEqualTo("Waiting Requested");
        assertThat(((Route.Open) asked.next()).stage().asks()).contains(Concern.group("/security"));
        assertThat(
                        words(
                                Routing.decide(
                                        asked.next(),
                                        approve("security-1"),
                                        known(withGroup, NOW))))
                .isEqualTo("Ended Decided Authorized");

        Outcome held = begin(charter(rule("policy", RULE, Optional.empty())), "ENRICHED");
        assertThat(words(held)).isEqualTo("Held Requested");
        assertThat(((Route.Held) held.next()).why()).contains("policy").contains("ENRICHED");
    }

    @Test
    void aVerdictThatIsNotKnownAnyMoreSatisfiesNoRule() {
        assertThat(words(begin(charter(rule("policy", RULE, Optional.empty())), "")))
                .isEqualTo("Held Requested");
    }

    @Test
    void anUnknownCharterHoldsVisiblyAndEndsInTime() {
        Known missing = new Known(new Lookup.Missing("no such charter"), people(), NOW, PATIENCE);

        Outcome outcome =
                Routing.decide(new Route.Unrouted(), new Event.Readied(ready("READY")), missing);

        assertThat(words(outcome)).isEqualTo("CharterUnknown Requested");
        assertThat(outcome.happened().getFirst())
                .isEqualTo(
                        new Requested(
                                "",
                                0,
                                List.of(),
                                Optional.of("no such charter"),
                                PLAN,
                                NOW.plus(PATIENCE)));
        assertThat(words(Routing.decide(outcome.next(), new Event.News(), missing)))
                .as("other news does not find it")
                .isEqualTo("CharterUnknown");
    }

    @Test
    void newsMovesAnOpenStageToOtherPeople() {
        Known gone = new Known(new Lookup.Found(TWO_STAGES), Map.of(), NOW, PATIENCE);

        Outcome outcome = Routing.decide(open(TWO_STAGES), new Event.News(), gone);

        assertThat(words(outcome)).isEqualTo("Held Reassigned");
        assertThat(outcome.happened().getFirst())
                .isInstanceOfSatisfying(
                        Reassigned.class,
                        moved -> {
                            assertThat(moved.before()).hasSize(1);
                            assertThat(moved.now()).isEmpty();
                            assertThat(moved.held()).isPresent();
                        });
    }

    @Test
    void aNewNameAloneIsKeptAndTellsNobody() {
        Map<Concern, List<Account>> renamed =
                Map.of(
                        Concern.account("manager"),
                        List.of(account("manager", "New Name", "approver")));
        Outcome outcome =
                Routing.decide(
                        open(TWO_STAGES),
                        new Event.News(),
                        new Known(new Lookup.Found(TWO_STAGES), renamed, NOW, PATIENCE));
        assertThat(words(outcome)).isEqualTo("Waiting");
        assertThat(((Route.Open) outcome.next()).stage().candidates().getFirst().label())
                .isEqualTo("New Name");
    }

    @Test
    void aQuorumOfTwoNeedsTwoPeople() {
        Stage two =
                new Stage(
                        "two",
                        Resolver.GROUP,
                        Optional.of("/security"),
                        Optional.empty(),
                        2,
                        Duration.ofDays(2));
        Charter charter = charter(two);
        Outcome first = Routing.decide(open(charter), approve("security-1"), known(charter, NOW));
        assertThat(words(first)).isEqualTo("Waiting Decided");
        assertThat(words(Routing.decide(first.next(), approve("security-1"), known(charter, NOW))))
                .isEqualTo("Waiting Decided refused STAGE_ALREADY_DECIDED_BY_YOU");
        assertThat(words(Routing.decide(first.next(), approve("security-2"), known(charter, NOW))))
                .isEqualTo("Ended Decided Authorized");
    }

    private static Map<String, Route> states() {
        Map<String, Route> states = new LinkedHashMap<>();
        states.put("unrouted", new Route.Unrouted());
        states.put("unplanned", new Route.Unplanned(lacking(), NOW, NOW.plus(PATIENCE)));
        states.put(
                "charter unknown",
                new Route.CharterUnknown(ready("READY"), "unknown", NOW, NOW.plus(PATIENCE)));
        states.put("waiting", open(TWO_STAGES));
        states.put(
                "held",
                Routing.decide(
                                new Route.Unrouted(),
                                new Event.Readied(ready("READY")),
                                new Known(new Lookup.Found(TWO_STAGES), Map.of(), NOW, PATIENCE))
                        .next());
        states.put("ended", new Route.Ended(Route.End.APPROVED, NOW, Optional.empty()));
        return states;
    }

    private static List<Event> events() {
        return List.of(
                new Event.Readied(ready("READY")),
                lacking(),
                approve("manager"),
                new Event.News(),
                new Event.Deadline());
    }

    private static Event.Lacking lacking() {
        return new Event.Lacking(CHANGE, new byte[0], "hash", "it is called ready without a plan");
    }

    private static Route open(Charter charter) {
        return begin(charter, "READY").next();
    }

    private static Outcome begin(Charter charter, String verdict) {
        return Routing.decide(
                new Route.Unrouted(), new Event.Readied(ready(verdict)), known(charter, NOW));
    }

    private static Route next(Route route, Event event, Charter charter) {
        return Routing.decide(route, event, known(charter, NOW)).next();
    }

    private static Event.Attempted approve(String by) {
        return tried(by, Attempt.Kind.APPROVED);
    }

    private static Event.Attempted tried(String by, Attempt.Kind kind) {
        return new Event.Attempted(
                new Attempt(by, kind, "because", PLAN, NOW), Set.of("approver"), SIGNED_IN);
    }

    private static Ready ready(String verdict) {
        return new Ready(
                CHANGE,
                new byte[0],
                "hash",
                verdict,
                new Parties("proposer", Optional.of("principal"), "subject", "E1", Set.of()),
                Optional.of("manager"),
                new byte[0],
                PLAN);
    }

    private static Known known(Charter charter, Instant now) {
        return new Known(new Lookup.Found(charter), people(), now, PATIENCE);
    }

    private static Map<Concern, List<Account>> people() {
        Account manager = account("manager", "Manager", "approver");
        Account one = account("security-1", "One", "approver");
        Account two = account("security-2", "Two", "approver");
        return Map.of(
                Concern.account("manager"), List.of(manager),
                Concern.account("security-1"), List.of(one),
                Concern.account("security-2"), List.of(two),
                Concern.group("/security"), List.of(one, two));
    }

    private static Account account(String id, String label, String role) {
        return new Account(
                "people",
                id,
                true,
                Optional.of("W-" + id),
                Optional.empty(),
                List.of(),
                List.of(role),
                label,
                NOW);
    }

    private static Stage rule(String name, Policy policy, Optional<String> group) {
        return new Stage(name, Resolver.POLICY, group, Optional.of(policy), 1, Duration.ofDays(2));
    }

    private static Charter charter(Stage... stages) {
        return new Charter("approver", List.of(stages), Duration.ofHours(1));
    }

    private static String words(Outcome outcome) {
        StringBuilder words = new StringBuilder(outcome.next().getClass().getSimpleName());
        outcome.happened()
                .forEach(each -> words.append(' ').append(each.getClass().getSimpleName()));
        outcome.refused().ifPresent(refused -> words.append(" refused ").append(refused.code()));
        return words.toString();
    }
}
