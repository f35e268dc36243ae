package dev.remit.approval.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.domain.Duty.Part;
import dev.remit.approval.domain.Eligibility.Bar;
import dev.remit.approval.domain.Eligibility.Barring;
import dev.remit.approval.domain.Eligibility.Measure;
import dev.remit.approval.scenarios.Town;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who answers for a digital employee that more than one charter employs. */
class EligibilityTest {
    private final Town town = new Town();

    @BeforeEach
    void peopleWhoApprove() {
        List.of("liz", "paul", "ann").forEach(town::approver);
        town.put("clerk", Optional.empty(), Optional.empty(), true, List.of(), List.of());
    }

    @Test
    void whomTheChangesOwnCharterMakesResponsibleDoesNotApproveWhomeverTheProposalNames() {
        // the proposal took the person from the charter that lets paul answer for the same clerk
        assertThat(bar("liz", employing("clerk", "liz"), "clerk", "paul"))
                .contains(Bar.SOD_PROPOSER_PRINCIPAL);
        assertThat(bar("paul", employing("clerk", "liz"), "clerk", "paul"))
                .contains(Bar.SOD_PROPOSER_PRINCIPAL);
        assertThat(bar("ann", employing("clerk", "liz"), "clerk", "paul")).isEmpty();
        assertThat(bar("liz", employing("clerk", "paul"), "clerk", "paul")).isEmpty();
    }

    @Test
    void whoAnswersForAnotherEmployeeThanTheOneThatProposedApproves() {
        assertThat(bar("liz", employing("robot", "liz"), "clerk", "paul")).isEmpty();
    }

    private Optional<Bar> bar(String who, Charter charter, String proposer, String principal) {
        Known known = town.known();
        Ready ready =
                Town.ready(
                        "READY",
                        proposer,
                        Optional.of(principal),
                        Optional.empty(),
                        Map.of(),
                        Map.of(),
                        Effect.NONE);
        Measure measure =
                new Measure(
                        charter,
                        Cast.of(ready, charter, List.of(), 0, known),
                        Optional.empty(),
                        Scope.of(ready, known),
                        known.now());
        return Eligibility.bars(
                        known.person(who),
                        known.account(who),
                        Set.of("approver"),
                        Part.APPROVER,
                        measure)
                .map(Barring::bar);
    }

    private static Charter employing(String employee, String principal) {
        return JsonCharter.read(
                """
                {"metadata":{"owner":"owen"},"spec":{
                 "proposers":{"digitalEmployee":{"id":"%s","principal":"%s"}},
                 "approval":{"role":"approver","stages":[
                  {"name":"s","resolvers":[{"role":"approver"}],"quorum":1,"expiresAfter":"PT1H"}]},
                 "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                """
                        .formatted(employee, principal));
    }
}
