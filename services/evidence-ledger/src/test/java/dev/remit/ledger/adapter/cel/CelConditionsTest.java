package dev.remit.ledger.adapter.cel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.domain.Conditions.Truth;
import dev.remit.ledger.domain.Story;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What can be evaluated on the messages alone, and what cannot. */
class CelConditionsTest {
    private static final Hash HASH = Hash.sha256(new byte[0]);
    private static final UUID CHANGE = new UUID(0, 1);
    private static final Story STORY =
            Story.untold(CHANGE)
                    .with(
                            List.of(
                                    step(
                                            1,
                                            new Story.Proposed(
                                                    CHANGE,
                                                    "leavers",
                                                    "hash",
                                                    "hr:E1",
                                                    "keycloak:acme",
                                                    new Story.Actor("clerk", Optional.empty()),
                                                    "",
                                                    Optional.of(
                                                            new Story.About(
                                                                    "offboard", "OWN", "left")))),
                                    step(
                                            2,
                                            new Story.Readiness(
                                                    new UUID(0, 2),
                                                    "READY",
                                                    Optional.of("account"),
                                                    Optional.of("plan"),
                                                    "",
                                                    List.of(
                                                            new Story.Fact(
                                                                    "source.fresh",
                                                                    "PRESENT",
                                                                    "keycloak:acme",
                                                                    Optional.empty())),
                                                    Optional.empty(),
                                                    Instant.EPOCH))));

    private final CelConditions conditions = new CelConditions();

    @Test
    void theProposalAndTheVerdictAreLookedAt() {
        assertThat(over("change.action == 'offboard' && change.mode == 'OWN'"))
                .isEqualTo(Truth.TRUE);
        assertThat(over("change.subject == 'E2'")).isEqualTo(Truth.FALSE);
        assertThat(over("change.reason.startsWith('le')")).isEqualTo(Truth.TRUE);
        assertThat(over("readiness.verdict == 'ENRICHED'")).isEqualTo(Truth.FALSE);
        assertThat(over("readiness.facts['source.fresh'] == 'PRESENT'")).isEqualTo(Truth.TRUE);
    }

    @Test
    void whatNoMessageSaysIsUnknown() {
        for (String text :
                List.of(
                        "risk > 50",
                        "'/finance' in subject.groups",
                        "resource.kind == 'account'",
                        "readiness.facts['another'] == 'PRESENT'")) {
            assertThat(over(text)).as(text).isEqualTo(Truth.UNKNOWN);
        }
        assertThat(over("change.mode == 'ASSIST' && risk > 50"))
                .as("false whatever the risk is")
                .isEqualTo(Truth.FALSE);
    }

    @Test
    void whatDoesNotReadExcusesNobody() {
        assertThat(over("no condition")).isEqualTo(Truth.TRUE);
    }

    private Truth over(String text) {
        return conditions.over(text, STORY);
    }

    private static Story.Step step(int sequence, Story.Said said) {
        return new Story.Step(
                sequence,
                new UUID(0, sequence),
                "",
                "",
                Instant.EPOCH,
                HASH,
                sequence == 1 ? null : HASH,
                said);
    }
}
