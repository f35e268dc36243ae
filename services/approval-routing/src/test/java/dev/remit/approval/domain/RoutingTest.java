package dev.remit.approval.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Happened.Authorized;
import dev.remit.approval.domain.Happened.Decided;
import dev.remit.approval.scenarios.Town;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every state with every event, then what a decision carries. */
class RoutingTest {
    private static final Authentication SIGNED_IN =
            new Authentication(
                    "issuer", Optional.empty(), Optional.empty(), List.of(), Optional.empty());

    /** Nothing of a plan can be amended. */
    private static final Amending NOTHING_ELSE =
            (_, _, _) ->
                    new Amending.Amended.Flawed(
                            new Attempt.Result.Refused(422, "PLAN_FIXED", "fixed", false));

    private static final String TWO_STAGES =
            """
            {"metadata":{"owner":"owen"},"spec":{"approval":{"role":"approver","stages":[
             {"name":"manager","resolver":"manager","quorum":1,"expiresAfter":"PT48H"},
             {"name":"security","resolver":"group","group":"/security","quorum":1,"expiresAfter":"PT48H"}]},
             "separationOfDuties":[{"rule":"ab","version":"1","owner":"owen","source":"policy","toxic":["/a","/b"]}],
             "execution":{"authorizationExpiresAfter":"PT1H"}}}\
            """;

    /** What each event does to each state: the state after it, then what is handed on. */
    private static final Map<String, List<String>> TABLE = table();

    private final Town town = town();

    private static Map<String, List<String>> table() {
        Map<String, List<String>> table = new LinkedHashMap<>();
        // events: ready, lacking, attempt, answer, resubmission, withdrawal, news, deadline
        // (passed), executed,
        // grant ended
        table.put(
                "unrouted",
                List.of(
                        "Waiting Requested",
                        "Unplanned Requested",
                        "Unrouted refused CHANGE_UNKNOWN",
                        "Unrouted refused CHANGE_UNKNOWN",
                        "Unrouted refused CHANGE_UNKNOWN",
                        "Unrouted refused CHANGE_UNKNOWN",
                        "Unrouted",
                        "Unrouted",
                        "Unrouted",
                        "Unrouted"));
        table.put(
                "unplanned",
                List.of(
                        "Waiting Requested",
                        "Unplanned",
                        "Unplanned refused NOT_WAITING",
                        "Unplanned refused NOT_ASKED",
                        "Unplanned refused NOT_SENT_BACK",
                        "Ended Decided",
                        "Unplanned",
                        "Ended Decided",
                        "Unplanned",
                        "Unplanned"));
        table.put(
                "charter unknown",
                List.of(
                        "CharterUnknown",
                        "CharterUnknown",
                        "CharterUnknown refused NOT_WAITING",
                        "CharterUnknown refused NOT_ASKED",
                        "CharterUnknown refused NOT_SENT_BACK",
                        "Ended Decided",
                        "Waiting Requested",
                        "Waiting Requested",
                        "CharterUnknown",
                        "CharterUnknown"));
        table.put(
                "barred",
                List.of(
                        "Barred",
                        "Barred",
                        "Barred refused NOT_WAITING",
                        "Barred refused NOT_ASKED",
                        "Barred refused NOT_SENT_BACK",
                        "Ended Decided",
                        "Waiting Requested",
                        "Ended Decided",
                        "Barred",
                        "Barred"));
        table.put(
                "waiting",
                List.of(
                        "Waiting",
                        "Waiting",
                        "Waiting Decided Requested",
                        "Waiting Decided",
                        "Waiting refused NOT_SENT_BACK",
                        "Ended Decided",
                        "Waiting",
                        "Ended Decided",
                        "Waiting",
                        "Waiting"));
        table.put(
                "held",
                List.of(
                        "Held",
                        "Held",
                        "Held Decided refused NOT_A_CANDIDATE",
                        "Held refused NOT_ASKED",
                        "Held refused NOT_SENT_BACK",
                        "Ended Decided",
                        "Waiting Reassigned",
                        "Ended Decided",
                        "Held",
                        "Held"));
        table.put(
                "scheduled",
                List.of(
                        "Scheduled",
                        "Scheduled",
                        "Scheduled refused NOT_WAITING",
                        "Scheduled refused NOT_ASKED",
                        "Scheduled refused NOT_SENT_BACK",
                        "Ended Decided",
                        "Scheduled",
                        // nobody has approved this one
                        "Barred Requested",
                        "Scheduled",
                        "Scheduled"));
        table.put(
                "granted",
                List.of(
                        "Granted",
                        "Granted",
                        "Granted refused NOT_WAITING",
                        "Granted refused NOT_ASKED",
                        "Granted refused NOT_SENT_BACK",
                        "Granted refused NOT_WAITING",
                        "Granted",
                        "Granted",
                        "Ended",
                        "Ended"));
        table.put(
                "ended",
                List.of(
                        "Ended",
                        "Ended",
                        "Ended refused NOT_WAITING",
                        "Ended refused NOT_ASKED",
                        "Ended refused NOT_SENT_BACK",
                        "Ended refused NOT_WAITING",
                        "Ended",
                        "Ended",
                        "Ended",
                        "Ended"));
        return table;
    }

    @Test
    void aForecastTellsEveryStageAndWhoIsBarredByWhichRule() {
        town.put(
                "pat",
                Optional.of("W-pat"),
                Optional.empty(),
                true,
                List.of("/security"),
                List.of("approver"));
        Forecast forecast = Routing.forecast(Town.ready("READY"), town.known());
        assertThat(forecast.held()).isEmpty();
        assertThat(forecast.stages())
                .extracting(Forecast.Stage::name)
                .containsExactly("manager", "security");
        assertThat(forecast.stages().getLast().candidates())
                .filteredOn(candidate -> candidate.id().equals("pat"))
                .singleElement()
                .satisfies(pat -> {
                    assertThat(pat.eligible()).isFalse();
                    assertThat(pat.reason()).startsWith("SOD_PROPOSER");
                });
        Town strange = town();
        strange.charter = new Lookup.Missing("not known");
        assertThat(Routing.forecast(Town.ready("READY"), strange.known()).held())
                .contains("not known");
    }

    @Test
    void whatAChangeIsStillToComeToIsToldAsThingsAreAndByWhoDecidedSoFar() {
        town.charter =
                new Lookup.Found(
                        JsonCharter.read(
                                """
                                {"metadata":{"owner":"owen"},"spec":{"approval":{"role":"approver","stages":[
                                 {"name":"security","resolver":"group","group":"/security","quorum":1,"expiresAfter":"PT48H"},
                                 {"name":"manager","alongside":true,"resolver":"manager","quorum":1,"expiresAfter":"PT48H"},
                                 {"name":"again","resolvers":[{"named":["ann","owen"]}],"quorum":1,"expiresAfter":"PT48H"},
                                 {"name":"last","resolvers":[{"named":["owen"]}],"quorum":1,"expiresAfter":"PT48H"}]},
                                 "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                                """));
        town.approver("owen");
        Route.Open begun = (Route.Open) open();
        assertThat(later(begun)).containsExactly("again ann,owen", "last owen");

        Route.Open approved = (Route.Open) decide(begun, approve("ann"), town).next();
        assertThat(approved.course().open()).extracting(OpenStage::name).containsExactly("manager");
        assertThat(later(approved))
                .as("nobody fills two stages")
                .containsExactly("again owen", "last owen");

        Route.Open again = (Route.Open) decide(approved, approve("mia"), town).next();
        assertThat(later(again)).containsExactly("last owen");
        town.charter = new Lookup.Missing("halted");
        assertThat(later(again)).isEmpty();
    }

    private List<String> later(Route.Open open) {
        return Routing.later(
                        open.course().ready(),
                        open.course().decisions(),
                        open.course().open(),
                        town.known())
                .stream()
                .map(stage ->
                        stage.name()
                                + " "
                                + stage.candidates().stream()
                                        .filter(Candidate::eligible)
                                        .map(Candidate::id)
                                        .collect(java.util.stream.Collectors.joining(",")))
                .toList();
    }

    @Test
    void everyEventInEveryStateDoesWhatTheTableSays() {
        Map<String, Route> states = states();
        List<String> visited = new ArrayList<>();
        states.forEach((name, state) -> {
            for (int n = 0; n < events().size(); n++) {
                Event event = events().get(n);
                // who asked something waits for the answer, then approves
                Town then = town();
                if (event instanceof Event.Deadline) {
                    then.now = then.now.plus(Duration.ofDays(3));
                }
                Route from =
                        event instanceof Event.Answered && state instanceof Route.Waiting
                                ? decide(state, tried("mia", Attempt.Kind.QUESTIONED), town).next()
                                : state;
                assertThat(words(decide(from, event, then)))
                        .as("%s, %s", name, event.getClass().getSimpleName())
                        .isEqualTo(TABLE.get(name).get(n));
                visited.add(
                        state.getClass().getSimpleName() + " " + event.getClass().getSimpleName());
            }
        });
        List<String> cells = new ArrayList<>();
        for (Class<?> state : leaves(Route.class)) {
            for (Class<?> event : Event.class.getPermittedSubclasses()) {
                cells.add(state.getSimpleName() + " " + event.getSimpleName());
            }
        }
        assertThat(visited).as("every cell there is").containsExactlyInAnyOrderElementsOf(cells);
    }

    @Test
    void aDeadlineThatHasNotPassedDoesNothing() {
        states().forEach((name, state) -> {
            if (!name.equals("charter unknown")) {
                assertThat(decide(state, new Event.Deadline(), town))
                        .as(name)
                        .isEqualTo(Outcome.nothing(state));
            }
        });
    }

    @Test
    void theLastStageAuthorizesThePlanOnceAndForAnHour() {
        Route atSecurity = decide(open(), approve("mia"), town).next();
        Outcome outcome = decide(atSecurity, approve("ann"), town);
        assertThat(words(outcome)).isEqualTo("Ended Decided Authorized");
        assertThat(outcome.happened().getLast())
                .isInstanceOfSatisfying(
                        Authorized.class,
                        granted -> {
                            assertThat(granted.ready().planHash()).isEqualTo(Town.PLAN);
                            assertThat(granted.until())
                                    .isEqualTo(town.now.plus(Duration.ofHours(1)));
                            assertThat(granted.held()).contains(List.of("/sales"));
                        });
        assertThat(words(decide(outcome.next(), approve("ben"), town)))
                .isEqualTo("Ended refused NOT_WAITING");
    }

    @Test
    void aDecisionCarriesWhatItIsBoundTo() {
        Route before = open();
        OpenStage stage = ((Route.Open) before).course().open().getFirst();
        Decided decided = (Decided) decide(before, approve("mia"), town).happened().getFirst();
        assertThat(decided.standing())
                .hasValueSatisfying(standing -> {
                    assertThat(standing.changeHash()).isEqualTo("c".repeat(64));
                    assertThat(standing.charterHash()).isEqualTo("h".repeat(64));
                    assertThat(standing.routeHash())
                            .isEqualTo(JsonCharter.read(TWO_STAGES).routeHash());
                    assertThat(standing.nonce()).isEqualTo(stage.nonce(Town.CHANGE));
                    assertThat(standing.notBefore()).isEqualTo(town.now);
                    assertThat(standing.expiresAt()).isEqualTo(stage.until());
                });
        assertThat(decided.decision().decider())
                .contains(new Snapshot("mia", List.of("approver"), List.of()));
        assertThat(decided.decision().worker()).contains("W-mia");
    }

    @Test
    void aNewNameAloneIsKeptAndTellsNobody() {
        Route before = open();
        town.accounts.computeIfPresent(
                "mia",
                (_, each) ->
                        new dev.remit.handoff.directory.Account(
                                each.system(),
                                each.id(),
                                true,
                                each.workerId(),
                                each.managerWorkerId(),
                                each.groups(),
                                each.roles(),
                                "New Name",
                                each.observedAt()));
        Outcome outcome = decide(before, new Event.News(), town);
        assertThat(words(outcome)).isEqualTo("Waiting");
        assertThat(((Route.Open) outcome.next()).course().open().getFirst().candidates())
                .extracting(Candidate::label)
                .containsExactly("New Name");
    }

    @Test
    void workingTimeCountsAnHourThatTheClockSkipsAsNone() {
        WorkingTime berlin =
                new WorkingTime(
                        java.time.ZoneId.of("Europe/Berlin"),
                        Set.of(java.time.DayOfWeek.SUNDAY),
                        java.time.LocalTime.of(0, 0),
                        java.time.LocalTime.of(12, 0),
                        Set.of());
        // the clocks go forward at two on 29 March 2026: eleven hours, not twelve
        assertThat(berlin.after(Instant.parse("2026-03-28T12:00:00Z"), Duration.ofHours(11)))
                .isEqualTo(Instant.parse("2026-03-29T10:00:00Z"));
        assertThat(berlin.after(Instant.parse("2026-03-28T12:00:00Z"), Duration.ofHours(12)))
                .isEqualTo(Instant.parse("2026-04-04T23:00:00Z"));
    }

    @Test
    void aRotaGoesRoundAndHandsOverOnTheHour() {
        Rota rota =
                new Rota(
                        java.time.ZoneOffset.UTC,
                        java.time.LocalDate.of(2026, 1, 5),
                        java.time.LocalTime.of(9, 0),
                        7,
                        List.of("a", "b", "c"));
        assertThat(rota.at(Instant.parse("2026-01-05T08:59:59Z"))).isEqualTo("c");
        assertThat(rota.at(Instant.parse("2026-01-05T09:00:00Z"))).isEqualTo("a");
        assertThat(rota.at(Instant.parse("2026-01-12T08:59:59Z"))).isEqualTo("a");
        assertThat(rota.at(Instant.parse("2026-01-12T09:00:00Z"))).isEqualTo("b");
        assertThat(rota.turnsAfter(Instant.parse("2026-01-06T00:00:00Z")))
                .isEqualTo(Instant.parse("2026-01-12T09:00:00Z"));
    }

    private static List<Class<?>> leaves(Class<?> sealed) {
        List<Class<?>> all = new ArrayList<>();
        for (Class<?> each : sealed.getPermittedSubclasses()) {
            if (each.isSealed()) {
                all.addAll(leaves(each));
            } else {
                all.add(each);
            }
        }
        return all;
    }

    private Map<String, Route> states() {
        Map<String, Route> states = new LinkedHashMap<>();
        Instant until = town.now.plus(Town.PATIENCE);
        Ready ready = Town.ready("READY");
        states.put("unrouted", new Route.Unrouted());
        states.put("unplanned", new Route.Unplanned(lacking(), town.now, until));
        states.put(
                "charter unknown",
                new Route.CharterUnknown(ready, "unknown", town.now, until, until));
        states.put(
                "barred",
                new Route.Barred(ready, 0, List.of(), "a rule", town.now, until, Set.of()));
        states.put("waiting", open());
        Town empty = town();
        empty.accounts.remove("mia");
        states.put("held", decide(new Route.Unrouted(), new Event.Readied(ready), empty).next());
        states.put(
                "scheduled",
                new Route.Scheduled(
                        ready, List.of(), town.now, town.now.plusSeconds(60), until, until));
        states.put("granted", new Route.Granted(ready, List.of(), town.now));
        states.put("ended", new Route.Ended(Route.End.APPROVED, town.now, Optional.empty()));
        return states;
    }

    private List<Event> events() {
        return List.of(
                new Event.Readied(Town.ready("READY")),
                lacking(),
                approve("mia"),
                new Event.Answered("pat", Optional.empty(), "because", SIGNED_IN),
                new Event.Resubmitted("pat", "once more", Terms.NONE, SIGNED_IN, NOTHING_ELSE),
                new Event.Withdrawn("pat", "not needed", Optional.of(SIGNED_IN)),
                new Event.News(),
                new Event.Deadline(),
                new Event.Executed(true, true, "executor"),
                new Event.GrantEnded());
    }

    private static Event.Lacking lacking() {
        return new Event.Lacking(
                Town.CHANGE,
                new byte[0],
                "hash",
                Town.ready("READY").parties(),
                "it is called ready without a plan");
    }

    private Route open() {
        return decide(new Route.Unrouted(), new Event.Readied(Town.ready("READY")), town).next();
    }

    private Event.Attempted approve(String by) {
        return tried(by, Attempt.Kind.APPROVED);
    }

    private Event.Attempted tried(String by, Attempt.Kind kind) {
        return new Event.Attempted(
                new Attempt(
                        by,
                        kind,
                        "because",
                        Town.PLAN,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        town.now),
                Set.of("approver"),
                SIGNED_IN);
    }

    private static Outcome decide(Route route, Event event, Town town) {
        return Routing.decide(route, event, town.known());
    }

    private static Town town() {
        Town town = new Town();
        town.charter = new Lookup.Found(JsonCharter.read(TWO_STAGES));
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
        town.approver("pat");
        return town;
    }

    private static String words(Outcome outcome) {
        StringBuilder words = new StringBuilder(outcome.next().getClass().getSimpleName());
        outcome.happened()
                .forEach(each -> words.append(' ').append(each.getClass().getSimpleName()));
        outcome.refused().ifPresent(refused -> words.append(" refused ").append(refused.code()));
        return words.toString();
    }
}
