package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.ledger.Leaver;
import dev.remit.ledger.application.LookUpChanges.Looker;
import dev.remit.ledger.domain.Standing;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LookUpChangesTest {
    private static final String OTHER = "00000000-0000-4000-8000-000000000002";

    private final InMemoryLedger ledger = new InMemoryLedger();
    private final LookUpChanges look = new LookUpChanges(ledger);
    private final Leaver decided = new Leaver(1);
    private final Leaver others = new Leaver(2);

    LookUpChangesTest() {
        ledger.receive(List.of(decided.published()));
        ledger.receive(decided.handoffs());
        others.asked = OTHER;
        others.approver = new dev.remit.wire.v1.Actor(OTHER, Leaver.BY_MANAGER.getKind(), null);
        ledger.receive(others.handoffs());
    }

    @Test
    void whoHadAPartInAChangeSeesItAndNoOther() {
        Looker manager = new Looker(Leaver.MANAGER, Set.of("approver", "proposer"));
        assertThat(found(manager)).containsExactly(decided.change);
        assertThat(seen(manager, decided.change)).isTrue();
        assertThat(seen(manager, others.change)).isFalse();
        assertThat(seen(manager, new UUID(0, 9))).isFalse();
        // whoever answers for the digital employee that proposed both
        Looker owner = new Looker(Leaver.OWNER, Set.of("proposer"));
        assertThat(found(owner)).containsExactly(others.change, decided.change);
    }

    @Test
    void whatIsSearchedForDoesNotWidenWhatIsSeen() {
        Looker manager = new Looker(Leaver.MANAGER, Set.of("approver"));
        assertThat(found(manager, OTHER)).isEmpty();
        assertThat(found(manager, Leaver.CLERK)).containsExactly(decided.change);
        assertThat(found(new Looker("nobody", Set.of("approver", "proposer")))).isEmpty();
    }

    @Test
    void whoAuditsOrRunsTheMeshSeesAll() {
        for (String role : List.of("auditor", "operator", "admin")) {
            Looker looker = new Looker("nobody", Set.of("approver", role));
            assertThat(found(looker)).containsExactly(others.change, decided.change);
            assertThat(found(looker, OTHER)).containsExactly(others.change);
            assertThat(seen(looker, others.change)).isTrue();
        }
    }

    private boolean seen(Looker looker, UUID change) {
        return look.find(looker, change).await().indefinitely().isPresent();
    }

    private List<UUID> found(Looker looker, String... actors) {
        return look
                .search(
                        looker,
                        new Changes.Search(
                                Optional.empty(),
                                Optional.empty(),
                                Set.of(actors),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()),
                        10)
                .await()
                .indefinitely()
                .stream()
                .map(Standing::change)
                .toList();
    }
}
