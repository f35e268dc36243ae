package dev.remit.connector.adapter.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.connector.application.CharterText;
import dev.remit.connector.domain.Agent;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.WorkerEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CharterFileTest {
    private static String shipped() throws IOException {
        return Files.readString(
                Path.of(
                        System.getProperty("remit.top"),
                        "deploy/src/main/resources/charters/leaver-offboarding.yaml"));
    }

    @Test
    void theShippedCharterOpensAChangeForALeaverOnly() throws IOException {
        Charter charter = good(shipped()).document().charter();
        assertThat(charter.opens(event(WorkerEvent.Type.LEFT)))
                .hasValueSatisfying(proposal -> {
                    assertThat(proposal.mode()).isEqualTo("OWN");
                    assertThat(proposal.principal()).isPresent();
                });
        assertThat(charter.opens(event(WorkerEvent.Type.MOVED))).isEmpty();
        assertThat(charter.refuses("keycloak:acme", "offboard")).isEmpty();
        assertThat(charter.refuses("okta", "offboard"))
                .hasValueSatisfying(
                        refusal -> assertThat(refusal.code()).isEqualTo("TARGET_OUTSIDE_CHARTER"));
        assertThat(charter.refuses("keycloak:acme", "delete"))
                .hasValueSatisfying(
                        refusal -> assertThat(refusal.code()).isEqualTo("ACTION_OUTSIDE_CHARTER"));
    }

    @Test
    void onlyWhoHoldsOneOfItsRolesProposesUnderIt() throws IOException {
        Charter charter =
                good(shipped().replace("roles: [proposer]", "roles: [fraud-desk, night-desk]"))
                        .document()
                        .charter();
        Proposer ann = Proposer.person("ann");
        Proposer helper =
                new Proposer(
                        "client:helper",
                        Optional.of("ann"),
                        Optional.of(
                                new Agent(
                                        Proposer.Kind.COPILOT,
                                        "helper",
                                        Optional.empty(),
                                        Optional.empty())));
        for (Proposer each : List.of(ann, ann.in(Set.of("proposer")), helper)) {
            assertThat(charter.refuses(each, "offboard"))
                    .hasValueSatisfying(refusal -> {
                        assertThat(refusal.code()).isEqualTo("PROPOSER_OUTSIDE_CHARTER");
                        assertThat(refusal.detail()).endsWith("[fraud-desk, night-desk]");
                    });
        }
        for (Proposer each : List.of(ann, helper)) {
            assertThat(charter.refuses(each.in(Set.of("night-desk", "x")), "offboard")).isEmpty();
        }
        Proposer employee =
                new Proposer(
                        charter.employee(), Optional.of(charter.principal()), Optional.empty());
        assertThat(charter.refuses(employee, "offboard")).as("is named by its id").isEmpty();
    }

    @Test
    void aDayAsAnEndIsWholeAndTheEarlierOfTwoEndsCounts() throws IOException {
        Charter charter =
                good(shipped()
                                .replace(
                                        "  name: leaver",
                                        "  effective: { from: 2026-01-01, until: 2026-12-31 }\n  sunset: 2026-06-30\n  name: leaver"))
                        .document()
                        .charter();
        assertThat(charter.refusesAt(Instant.parse("2025-12-31T23:59:59Z"))).isPresent();
        assertThat(charter.refusesAt(Instant.parse("2026-06-30T23:59:59Z"))).isEmpty();
        assertThat(charter.refusesAt(Instant.parse("2026-07-01T00:00:00Z")))
                .hasValueSatisfying(
                        refusal -> assertThat(refusal.code()).isEqualTo("CHARTER_EXPIRED"));
    }

    @Test
    void aBrokenCharterNamesThePlaceThePathAndTheRule() throws IOException {
        String yaml = shipped();
        Map.of(
                        yaml.replace("kind: Charter", "kind: Note"),
                        "3:7 FORM /kind: is not Charter",
                        yaml.replace("mode: OWN", "mode: MAYBE"),
                        "FORM /spec/domain/actions/0/mode: is not one of OWN, ASSIST",
                        yaml.replace("event: LEFT", "event: GONE"),
                        "FORM /spec/trigger/event",
                        yaml.replace("    target: \"keycloak:acme\"", "    target: \"okta:acme\""),
                        "TRIGGER_OUTSIDE_DOMAIN /spec/trigger/target",
                        yaml.replace("version: \"3\"", "version: 3"),
                        "FORM /metadata/version",
                        yaml.replace("proposers:", "proposer:"),
                        "UNKNOWN_MEMBER /spec/proposer",
                        yaml.replace("quorum: 1", "quorum: 2"),
                        "QUORUM_UNREACHABLE /spec/approval/stages/0/quorum",
                        yaml.replace("    blastRadius: { changesPerHour: 200 }\n", ""),
                        "OWN_WITHOUT_LIMIT /spec/domain/actions/0/mode",
                        yaml.replace("readiness.fit", "readiness.fine"),
                        "PROOF_NEVER_PRODUCED /spec/proof/0",
                        yaml + "retention: [",
                        "NOT_READABLE")
                .forEach((broken, fault) ->
                        assertThat(CharterFile.of("leaver.yaml", broken))
                                .isInstanceOfSatisfying(
                                        CharterText.Broken.class,
                                        text -> assertThat(text.fault()).contains(fault)));
    }

    @Test
    void actionsThatTakeGiveOrSetSomethingElseHaveAnotherEffect() throws IOException {
        for (String name :
                List.of("stale-entitlement", "joiner", "service-account-ownership", "mover")) {
            Charter charter = good(ready(name)).document().charter();
            String action = charter.modes().keySet().iterator().next();
            String effect = charter.effect(action);
            assertThat(effect)
                    .as(name)
                    .isEqualTo(
                            switch (name) {
                                case "stale-entitlement" ->
                                        "leave-group 00000000-0000-4000-8000-0000000000a4";
                                case "joiner" ->
                                        "create-account join-groups 00000000-0000-4000-8000-0000000000a5";
                                case "service-account-ownership" ->
                                        "set-manager set-owner E-1001 owner:E-1001";
                                default -> "end-sessions leave-groups";
                            });
        }
        assertThat(
                        good(ready("stale-entitlement").replace("0000000000a4", "0000000000b4"))
                                .document()
                                .charter()
                                .effect("remove-entitlement"))
                .isEqualTo("leave-group 00000000-0000-4000-8000-0000000000b4");
    }

    @Test
    void aRevokedEntitlementIsTheGroupThatTheActionTakes() throws IOException {
        Charter charter = good(ready("stale-entitlement")).document().charter();
        assertThat(charter.triggers())
                .singleElement()
                .satisfies(trigger ->
                        assertThat(trigger.resource())
                                .containsExactlyInAnyOrder(
                                        "00000000-0000-4000-8000-0000000000a4", "/dormant-tools"));
        assertThat(good(ready("orphaned-account")).document().charter().triggers())
                .allSatisfy(trigger -> assertThat(trigger.resource()).isEmpty());
    }

    @Test
    void oneThatAsksForNoCorrelatedAccountIsAboutAccountsThatNobodyIsBehindToo()
            throws IOException {
        for (String name :
                List.of(
                        "orphaned-account",
                        "nhi-decommission",
                        "secret-rotation",
                        "exposed-credential",
                        "service-account-ownership")) {
            assertThat(good(ready(name)).document().charter().ofWorkers()).as(name).isFalse();
        }
        assertThat(good(ready("mover")).document().charter().ofWorkers()).isTrue();
    }

    private static String ready(String name) throws IOException {
        return Files.readString(
                Path.of(System.getProperty("remit.top"), "charters", name + ".yaml"));
    }

    private static CharterText.Good good(String yaml) {
        return (CharterText.Good) CharterFile.of("leaver.yaml", yaml);
    }

    private static WorkerEvent event(WorkerEvent.Type type) {
        return new WorkerEvent("1", "E1002", type, LocalDate.parse("2026-01-31"), "");
    }
}
