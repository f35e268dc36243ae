package dev.remit.charter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.charter.Charter.Mode;
import dev.remit.charter.Charter.Resolver;
import dev.remit.charter.Charter.Reversibility;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReadyChartersTest {
    /** Each with its action, mode, the event that opens it, and how many must approve in all. */
    @ParameterizedTest
    @CsvSource({
        "joiner, onboard, OWN, JOINED, 1",
        "mover, leave-old-place, ASSIST, MOVED, 2",
        "orphaned-account, quarantine, ASSIST, ORPHAN_FOUND, 1",
        "stale-entitlement, remove-entitlement, ASSIST, CERTIFICATION_REVOKED, 2",
        "privileged-access-grant, grant-for-a-time, ASSIST, , 3",
        "break-glass, grant-in-an-emergency, OWN, , 1",
        "service-account-ownership, transfer, ASSIST, OWNER_LEFT, 2",
        "secret-rotation, rotate, ASSIST, CREDENTIAL_TOO_OLD, 1",
        "exposed-credential, contain, OWN, CREDENTIAL_EXPOSED, 1",
        "nhi-decommission, decommission, ASSIST, , 3",
        "agent-access, grant-to-agent, ASSIST, , 3"
    })
    void aReadyCharterIsSound(String name, String action, Mode mode, String event, int people) {
        CharterReader.Read.Good read = Shipped.ready(name);
        Charter charter = read.charter();
        assertThat(charter.name()).isEqualTo(name);
        assertThat(charter.domain().action(action)).map(Charter.Action::mode).contains(mode);
        assertThat(charter.triggers())
                .extracting(Charter.Trigger::event)
                .isEqualTo(event == null ? List.of() : List.of(event));
        assertThat(charter.stages().stream().mapToInt(each -> each.quorum().of(1)).sum())
                .isEqualTo(people);
        assertThat(charter.stages()).allMatch(Charter.Stage::needsPerson);
        assertThat(charter.domain().changesPerHour()).isPresent();
        assertThat(Lint.of(read, Optional.empty())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void whatCannotBeUndoneIsAPersons(CharterReader.Read.Good read) {
        for (Charter.Action action : read.charter().domain().actions()) {
            if (action.reversibility().equals(Optional.of(Reversibility.IRREVERSIBLE))) {
                assertThat(action.mode()).isEqualTo(Mode.ASSIST);
            }
        }
    }

    @Test
    void emergenciesGoToPeopleOnCallWhoSignInAnewAndDecideThemAlone() {
        Charter.Stage stage = Shipped.ready("break-glass").charter().stages().getFirst();
        assertThat(stage.resolvers())
                .extracting(Resolver::kind)
                .containsExactly(Resolver.Kind.ON_CALL);
        assertThat(stage.authentication()).isPresent();
        assertThat(stage.reasonRequired()).isTrue();
        assertThat(stage.bulk()).isFalse();
        assertThat(stage.escalation()).isNotEmpty();
        Charter charter = Shipped.ready("break-glass").charter();
        assertThat(charter.review()).map(Charter.Stage::escalation).isNotEmpty();
        assertThat(charter.proofs()).contains("grant.ended", "review.closed");
    }

    @Test
    void whoSpeaksForAnAgentDoesNotDecideItsAccess() {
        assertThat(Shipped.ready("agent-access").charter().duties())
                .extracting(Charter.Duty::demand)
                .contains(new Charter.Demand.Apart("principal", "approver"));
    }

    @Test
    void allOfThemCanBeInForceTogether() {
        assertThat(Lint.together(all().toList())).isEmpty();
        assertThat(all().map(each -> each.charter().name()).collect(Collectors.toSet()))
                .hasSize(12)
                .containsAll(Set.of("joiner", "mover", "leaver-offboarding"));
    }

    /** The ready charters, and the one that is published from the start. */
    static Stream<CharterReader.Read.Good> all() {
        return Shipped.files().stream()
                .filter(each -> String.valueOf(each.getParent().getFileName()).equals("charters"))
                .filter(each -> !each.toString().contains("/helm/"))
                .map(each -> Shipped.read(Shipped.text(each)));
    }
}
