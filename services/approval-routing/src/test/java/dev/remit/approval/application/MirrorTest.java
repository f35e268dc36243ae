package dev.remit.approval.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.application.Mirror.Event;
import dev.remit.approval.application.Mirror.Kind;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Event.Attempted;
import dev.remit.approval.domain.Event.News;
import dev.remit.approval.domain.Event.Readied;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Route;
import dev.remit.approval.domain.Routing;
import dev.remit.approval.scenarios.Town;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an ITSM is shown of a route. */
class MirrorTest {
    private static final String CHARTER =
            """
            {"metadata":{"owner":"owen"},"spec":{"approval":{"role":"approver","stages":[
             {"name":"rule","resolver":"policy","policy":{"name":"low","version":"1","verdicts":["READY"]},"quorum":1,"expiresAfter":"PT48H"},
             {"name":"security","resolver":"group","group":"/security","quorum":2,"expiresAfter":"PT48H"}]},
             "execution":{"authorizationExpiresAfter":"PT1H"}}}\
            """;

    private final Town town = new Town();
    private final List<Event> shown = new ArrayList<>();
    private Route route = new Route.Unrouted();

    @Test
    void aStageIsATicketFromItsOpeningToItsEnd() {
        town.charter = new Lookup.Found(JsonCharter.read(CHARTER));
        town.approver("ann", "/security");
        town.approver("ben", "/security");
        event(new Readied(Town.ready("READY")));
        assertThat(shown)
                .extracting(Event::stage, Event::kind)
                .as("a rule's stage has none")
                .containsExactly(org.assertj.core.groups.Tuple.tuple("security", Kind.OPENED));
        assertThat(shown.getFirst().text()).contains("asks 2 people, 2 must agree");
        town.approver("cat", "/security");
        event(new News());
        decides("ann");
        decides("ben");
        assertThat(shown)
                .extracting(Event::kind)
                .containsExactly(Kind.OPENED, Kind.NOTED, Kind.NOTED, Kind.NOTED, Kind.CLOSED);
        assertThat(shown.get(1).text()).contains("asks 3 people now");
        assertThat(shown.get(3).text()).startsWith("APPROVED by ben");
        assertThat(shown.getLast().text()).contains("APPROVED");
        assertThat(shown.toString()).as("no reason that a person wrote").doesNotContain("secret");
        int before = shown.size();
        decides("cat");
        assertThat(shown).as("it is over").hasSize(before);
    }

    private void decides(String who) {
        event(
                new Attempted(
                        new Attempt(
                                who,
                                Attempt.Kind.APPROVED,
                                "secret",
                                Town.PLAN,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                false,
                                town.now),
                        Set.of("approver"),
                        new Authentication(
                                "issuer",
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                Optional.empty())));
    }

    private void event(dev.remit.approval.domain.Event event) {
        Outcome outcome = Routing.decide(route, event, town.known());
        shown.addAll(Mirror.of(Town.CHANGE, route, outcome, town.now));
        route = outcome.next();
    }
}
