package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.domain.Proposal;
import dev.remit.handoff.http.Problem;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ChangeProposed;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ProposeChangeTest {
    private final Memory memory = new Memory();
    private final ProposeChange propose = memory.propose();

    @Test
    void whoAsksProposesAtOnce() {
        UUID fresh = UUID.randomUUID();
        assertThat(ask(proposal("E1", "ann"), Optional.empty(), fresh)).isEqualTo(fresh);
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(proposed -> {
                    assertThat(proposed.getChange().getChangeId()).isEqualTo(fresh);
                    assertThat(proposed.getChange().getProposer().getKind())
                            .isEqualTo(ActorKind.HUMAN);
                });
    }

    @Test
    void theSameKeyWithTheSameRequestIsTheSameChange() {
        UUID first = ask(proposal("E1", "ann"), Optional.of("k"), UUID.randomUUID());
        UUID again = ask(proposal("E1", "ann"), Optional.of("k"), UUID.randomUUID());
        assertThat(again).isEqualTo(first);
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
    }

    @Test
    void theSameKeyWithAnotherRequestIsRefused() {
        ask(proposal("E1", "ann"), Optional.of("k"), UUID.randomUUID());
        assertThatThrownBy(() -> ask(proposal("E2", "ann"), Optional.of("k"), UUID.randomUUID()))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.status()).isEqualTo(409);
                            assertThat(problem.code()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
                        });
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
    }

    @Test
    void aKeyBelongsToItsProposer() {
        UUID anns = ask(proposal("E1", "ann"), Optional.of("k"), UUID.randomUUID());
        UUID bobs = ask(proposal("E1", "bob"), Optional.of("k"), UUID.randomUUID());
        assertThat(bobs).isNotEqualTo(anns);
    }

    private UUID ask(Proposal proposal, Optional<String> key, UUID fresh) {
        return propose.ask(proposal, key, fresh).await().indefinitely();
    }

    private static Proposal proposal(String worker, String proposer) {
        return new Proposal(
                "leavers",
                "1",
                "h1",
                "OWN",
                "hr",
                worker,
                "scim:hr",
                "offboard",
                "left",
                proposer,
                Optional.empty());
    }
}
