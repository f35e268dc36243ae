package dev.remit.approval.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.adapter.json.JsonPlan;
import dev.remit.approval.domain.About;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Candidate;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Forecast;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Parties;
import dev.remit.approval.domain.Ready;
import dev.remit.approval.domain.Route;
import dev.remit.approval.domain.Routing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A stage whose sources are more people than anybody would ask. */
class CrowdTest {
    private static final byte[] PLAN = "{\"steps\":[]}".getBytes(StandardCharsets.UTF_8);

    private final Town town = new Town();

    @BeforeEach
    void twoGroupsOfFewAndOneOfMany() {
        for (int n = 0; n < 501; n++) {
            town.approver("crowd-" + n, n < 500 ? "/most" : "/more", "/all");
        }
        town.approver("liz", "/legal");
        town.approver("pat");
    }

    @Test
    void asManyAsCanBeAskedAreAsked() {
        assertThat(asked("/most").candidates()).hasSize(500);
    }

    @Test
    void aSourceThatWouldMakeThemMoreIsDroppedAndSaidAndTheOthersGoOn() {
        assertThat(asked("/all", "/legal").candidates())
                .extracting(Candidate::id)
                .containsExactly("liz");
        assertThat(asked("/all", "/legal").dropped())
                .containsExactly("501 people are behind: member of /all; a stage asks 500 at most");
        assertThat(asked("/most", "/legal").candidates()).hasSize(500);
        assertThat(asked("/most", "/all").candidates()).hasSize(500);
    }

    @Test
    void whereNobodyIsLeftTheStageIsHeld() {
        assertThat(asked("/all").candidates()).isEmpty();
        assertThat(asked("/all").held()).isPresent();
    }

    @Test
    void aShareOfPeopleWhoAreNotAllAskedIsNoShare() {
        assertThat(stage("\"share\":0.5", "/all", "/legal").held())
                .hasValueSatisfying(why ->
                        assertThat(why).endsWith("a share of more people than can be asked"));
        assertThat(stage("\"share\":0.5", "/most").quorum()).isEqualTo(250);
    }

    @Test
    void nobodyApprovesAloneWhatAShareOfThemIsToApprove() {
        Route route =
                Routing.decide(
                                new Route.Unrouted(),
                                new Event.Readied(ready("\"share\":0.5", "/all", "/legal")),
                                town.known())
                        .next();
        Outcome outcome =
                Routing.decide(
                        route,
                        new Event.Attempted(
                                new Attempt(
                                        "liz",
                                        Attempt.Kind.APPROVED,
                                        "checked",
                                        "p".repeat(64),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        false,
                                        town.now),
                                Set.of("approver"),
                                new Authentication(
                                        "issuer",
                                        Optional.of("token"),
                                        Optional.empty(),
                                        List.of(),
                                        Optional.of(town.now))),
                        town.known());
        assertThat(outcome.refused()).isEmpty();
        assertThat(outcome.next())
                .isInstanceOfSatisfying(
                        Route.Open.class,
                        open ->
                                assertThat(open.course().open())
                                        .singleElement()
                                        .satisfies(stage -> assertThat(stage.held()).isPresent()));
    }

    @Test
    void oneWithManyDeputiesLeavesRoomForTheOthers() {
        for (int n = 0; n < 30; n++) {
            town.approver("deputy-" + n);
        }
        assertThat(acting(20)).isEqualTo(20);
        assertThat(acting(30)).isEqualTo(20);
    }

    private long acting(int deputies) {
        town.delegations.clear();
        for (int n = 0; n < deputies; n++) {
            town.delegate("liz", "deputy-" + n, Duration.ofHours(9));
        }
        return asked("/legal").candidates().stream()
                .filter(each -> each.onBehalfOf().isPresent())
                .count();
    }

    private Forecast.Stage asked(String... groups) {
        return stage("\"quorum\":1", groups);
    }

    private Forecast.Stage stage(String quorum, String... groups) {
        Ready ready = ready(quorum, groups);
        return Routing.forecast(ready, town.known()).stages().getFirst();
    }

    private Ready ready(String quorum, String... groups) {
        String sources = "{\"group\":\"" + String.join("\"},{\"group\":\"", groups) + "\"}";
        town.charter =
                new Charter.Lookup.Found(
                        JsonCharter.read(
                                """
                                {"metadata":{"name":"crowd","owner":"owen","version":"1"},"spec":{"approval":{"role":"approver",\
                                "stages":[{"name":"all",%s,"expiresAfter":"PT48H","resolvers":[%s]}]},\
                                "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                                """
                                        .formatted(quorum, sources)));
        return new Ready(
                new UUID(1, 1),
                new byte[0],
                new About("crowd", "offboard", Town.SYSTEM, "leaves", "ASSIST", "c".repeat(64)),
                "h".repeat(64),
                "READY",
                Map.of(),
                Map.of(),
                new Parties("pat", Optional.empty(), "account", ""),
                Optional.empty(),
                Optional.empty(),
                PLAN,
                "p".repeat(64),
                JsonPlan.effect(PLAN));
    }
}
