package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.application.Answers.Result;
import dev.remit.connector.domain.Agent;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.http.Problem;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.AuthorityHalted;
import dev.remit.wire.v1.AuthorityResumed;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.ProposalRefused;
import dev.remit.wire.v1.ScopeKind;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A person halts, others are refused by the name of it, a person resumes. */
class HaltAuthorityTest {
    private static final Proposer ANN = Proposer.person("ann");
    private static final Proposer BOT =
            new Proposer(
                    "client:bot",
                    Optional.of("ann"),
                    Optional.of(
                            new Agent(
                                    Proposer.Kind.COPILOT,
                                    "bot",
                                    Optional.empty(),
                                    Optional.of("ab".repeat(32)))));

    private final Memory memory = new Memory();
    private final Charters charters = new Charters();
    private final AskForChanges ask = memory.ask(charters);
    private final HaltAuthority halting = memory.halting();

    @BeforeEach
    void someAccountsWereRead() {
        charters.replace(List.of(CharterFixture.leavers("1", "h1")));
        memory.published(
                new PublishedCharters.Document(CharterFixture.leavers("1", "h1"), "{}"),
                new PublishedCharters.Document(CharterFixture.leavers("0", "h0"), "{}"));
        for (String worker : List.of("E1", "E2", "E3")) {
            memory.belongs("scim:hr", "account-" + worker, worker);
        }
    }

    @Test
    void theMeshIsHaltedAndResumedAndBothAreHandedOn() {
        Halt halt = halting.mesh("boss", "looks wrong").await().indefinitely();
        assertThat(ask("E1", ANN))
                .satisfies(result -> {
                    assertThat(result.status()).isEqualTo(409);
                    assertThat(result.code()).isEqualTo("HALTED");
                    assertThat(result.detail()).contains("mesh", "boss", "looks wrong");
                });
        assertThat(memory.messages(ProposalRefused.class)).hasSize(1);
        assertThat(memory.messages(AuthorityHalted.class))
                .singleElement()
                .satisfies(halted -> {
                    assertThat(halted.getScope().getKind()).isEqualTo(ScopeKind.MESH);
                    assertThat(halted.getHaltedBy().getKind()).isEqualTo(ActorKind.HUMAN);
                    assertThat(halted.getReason()).isEqualTo("looks wrong");
                });

        halting.resume(halt.id(), "boss", "was a false alarm").await().indefinitely();
        assertThat(ask("E1", ANN).status()).isEqualTo(202);
        assertThat(memory.messages(AuthorityResumed.class))
                .singleElement()
                .satisfies(resumed -> {
                    assertThat(resumed.getHaltId()).isEqualTo(halt.id());
                    assertThat(resumed.getResumedAt()).isAfter(halt.since());
                });
        assertThatThrownBy(() -> halting.resume(halt.id(), "x", "y").await().indefinitely())
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("ALREADY_RESUMED"));
    }

    @Test
    void whatIsHaltedAlreadyStaysAsItWasHaltedFirst() {
        Halt first = halting.mesh("boss", "looks wrong").await().indefinitely();
        assertThat(halting.mesh("other", "me too").await().indefinitely()).isEqualTo(first);
        assertThat(memory.messages(AuthorityHalted.class)).hasSize(1);

        halting.resume(first.id(), "boss", "fine").await().indefinitely();
        Halt second = halting.mesh("boss", "again").await().indefinitely();
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(second.since())
                .as("later than what it follows on, though the clock stands still")
                .isAfter(first.since());
    }

    @Test
    void anAgentsHaltStopsNobodyElse() {
        halting.agent("bot", "boss", "makes things up").await().indefinitely();
        assertThat(ask("E1", BOT).code()).isEqualTo("HALTED");
        assertThat(ask("E1", ANN).status()).isEqualTo(202);
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
    }

    @Test
    void aChartersVersionIsRevokedAndOthersAreNot() {
        charter(Optional.of("0"));
        assertThat(ask("E1", ANN).status()).isEqualTo(202);
        charter(Optional.of("1"));
        assertThat(ask("E2", ANN).code()).isEqualTo("HALTED");
        assertThat(halting.inForce().await().indefinitely())
                .extracting(Halt::scope)
                .containsExactly("version/h0", "version/h1");
    }

    @Test
    void aCharterIsHaltedInAllItsVersions() {
        charter(Optional.empty());
        assertThat(ask("E1", ANN).code()).isEqualTo("HALTED");
    }

    @Test
    void whatNobodyPublishedIsNotHalted() {
        assertThatThrownBy(() -> charter(Optional.of("9")))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("CHARTER_UNKNOWN"));
        assertThatThrownBy(() -> halting.resume(new UUID(1, 1), "boss", "x").await().indefinitely())
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("HALT_UNKNOWN"));
        assertThat(memory.messages(AuthorityHalted.class)).isEmpty();
    }

    private void charter(Optional<String> version) {
        halting.charter("leavers", version, "boss", "looks wrong").await().indefinitely();
    }

    private Result ask(String worker, Proposer by) {
        return ask.ask(
                        List.of(
                                new Wish(
                                        "leavers",
                                        "hr",
                                        worker,
                                        "scim:hr",
                                        "offboard",
                                        "left",
                                        by)),
                        Optional.empty())
                .await()
                .indefinitely()
                .getFirst();
    }
}
