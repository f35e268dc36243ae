package dev.remit.readiness.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.readiness.domain.Correction;
import dev.remit.readiness.domain.Judgement;
import dev.remit.readiness.domain.Outcome;
import dev.remit.readiness.domain.Outcome.Refusal;
import dev.remit.wire.v1.CorrectionProvided;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TakeCorrectionTest {
    private static final String ACME = InMemory.PEOPLE;
    private static final UUID CORRECTION = Correction.id(InMemory.change(1), Judgement.MANAGER);

    private final InMemory readiness = new InMemory();

    @BeforeEach
    void givenAChangeThatLacksAManager() {
        readiness.receive(
                InMemory.charter("scim:crm"),
                InMemory.account(ACME, "boss", true, "E1", null),
                InMemory.account(ACME, "me", true, "E2", null),
                InMemory.account("scim:crm", "leaver", true, "E2", null),
                InMemory.synced("scim:crm"));
        readiness.receive(InMemory.proposed(1, "E2", "scim:crm"));
        readiness.sent.clear();
    }

    @Test
    void aCorrectionThatHoldsReleasesTheChange() {
        assertThat(take(CORRECTION, "E1", "operator")).isInstanceOf(Outcome.Happened.class);
        CorrectionProvided provided = readiness.sent(CorrectionProvided.class).getFirst();
        assertThat(provided.getValue()).isEqualTo("E1");
        assertThat(provided.getProvidedBy().getId()).isEqualTo("operator");
        ReadinessJudged judged = readiness.sent(ReadinessJudged.class).getFirst();
        assertThat(judged.getVerdict()).isEqualTo(ReadinessVerdict.ENRICHED);
        assertThat(judged.getManager()).isEqualTo("boss");
        assertThat(readiness.sent.getLast().cause()).isEqualTo(readiness.sent.getFirst().id());
        assertThat(readiness.answered).containsExactly(CORRECTION);

        assertRefused(take(CORRECTION, "E1", "operator"), Refusal.CORRECTION_ANSWERED);
    }

    @Test
    void whatDoesNotHoldIsRefusedAndNothingIsStored() {
        assertRefused(take(CORRECTION, "E2", "operator"), Refusal.MANAGER_IS_SUBJECT);
        assertRefused(take(CORRECTION, "E1", "me"), Refusal.SOD_SUBJECT);
        assertRefused(take(CORRECTION, "E1", "boss"), Refusal.MANAGER_IS_CORRECTOR);
        assertRefused(take(CORRECTION, "E9", "operator"), Refusal.MANAGER_NOT_ACTIVE);
        assertRefused(take(UUID.randomUUID(), "E1", "operator"), Refusal.CORRECTION_UNKNOWN);
        assertThat(readiness.sent).isEmpty();
        assertThat(readiness.answered).isEmpty();
        assertThat(readiness.called("answer")).isZero();
    }

    @Test
    void anAccountOfNobodySuppliesNoFactsOfItsOwnChange() {
        readiness.receive(
                InMemory.charterOfOrphans(ACME),
                InMemory.account(ACME, "robot", true, null, null),
                InMemory.synced(ACME));
        readiness.receive(InMemory.proposedOf(2, "robot", ACME));
        UUID correction = Correction.id(InMemory.change(2), Judgement.MANAGER);
        assertRefused(take(correction, "E1", "robot"), Refusal.SOD_SUBJECT);
        assertThat(take(correction, "E1", "operator")).isInstanceOf(Outcome.Happened.class);
    }

    @Test
    void whoProposedTheChangeSuppliesNoneOfItsFactsUnderAnyAccount() {
        readiness.receive(
                InMemory.account(ACME, "clerk", true, "E5", null),
                InMemory.account(ACME, "clerk-admin", true, "E5", null));
        assertRefused(take(CORRECTION, "E1", "clerk"), Refusal.SOD_PROPOSER);
        assertRefused(take(CORRECTION, "E1", "clerk-admin"), Refusal.SOD_PROPOSER);
    }

    private Outcome take(UUID correction, String value, String by) {
        return readiness
                .takeCorrection()
                .take(correction, value, by, Set.of("operator"))
                .await()
                .indefinitely();
    }

    private static void assertRefused(Outcome outcome, Refusal refusal) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(refusal));
    }
}
