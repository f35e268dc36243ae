package dev.remit.ledger.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.Service;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.EvidenceLeaf;
import dev.remit.ledger.log.SignedNote;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.PolicyRef;
import dev.remit.wire.v1.ReadinessVerdict;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A whole change with real keys, seals and a log, certified and then tampered with. */
class CertificateTest {
    private final SigningKey log = SigningKey.generate("log.example/acme", new SecureRandom());

    @Test
    void aWholeChangeVerifiesWithKeysObtainedApart() {
        assertHolds(certificate(_ -> {}));
    }

    @Test
    void aChangeApprovedByTheCharterSRuleVerifies() {
        assertHolds(certificate(CertificateTest::byRule));
    }

    @Test
    void everyChangedByteOfTheFileIsRefused() {
        byte[] file = certificate(_ -> {});
        for (int n = 0; n < file.length; n++) {
            byte[] changed = file.clone();
            changed[n] ^= 1;
            Verification verification = verify(changed);
            assertThat(verification.holds()).as("byte " + n + " of " + file.length).isFalse();
            assertThat(verification.checks())
                    .anyMatch(check -> !check.holds() && !check.words().isBlank());
        }
    }

    @Test
    void aCertificateOfForeignKeysIsRefused() {
        byte[] file = certificate(_ -> {});
        SigningKey other = SigningKey.generate("log.example/acme", new SecureRandom());
        Verification verification =
                CertificateVerifier.verify(
                        file,
                        Optional.of(
                                new CertificateVerifier.Trust(Leaver.trusted(), other.verifier())));
        assertThat(verification.checks())
                .anyMatch(check -> check.name().equals("signature") && !check.holds());
    }

    @Test
    void theVerifierDecidesAnewThatApproverAndProposerDiffer() {
        for (String approver :
                List.of(Leaver.CLERK, Leaver.OWNER, new Leaver(1).account, Leaver.EXECUTOR)) {
            assertFails(
                    certificate(leaver -> {
                        leaver.approver = new Actor(approver, ActorKind.HUMAN, null);
                        leaver.asked = approver;
                    }),
                    "separation-of-duties");
        }
    }

    @Test
    void theVerifierDecidesAnewThatWhatWasExecutedIsWhatWasApproved() {
        assertFails(
                certificate(leaver ->
                        leaver.authorizedPlan = CanonicalJson.of("{\"account\":\"other\"}")),
                "executed.as-authorized");
    }

    @Test
    void theVerifierDecidesAnewThatTheApproverWasAsked() {
        assertFails(certificate(leaver -> leaver.asked = Leaver.OWNER), "approvals.complete");
    }

    @Test
    void aRuleThatTheCharterDoesNotNameApprovesNothing() {
        for (Consumer<Leaver> forged :
                List.<Consumer<Leaver>>of(
                        leaver -> leaver.charter = Leaver.BY_PERSON,
                        leaver -> leaver.policy = new PolicyRef("low-risk-leaver", "2"),
                        leaver -> leaver.policy = new PolicyRef("other", "1"),
                        leaver -> leaver.policy = null,
                        leaver -> leaver.approver = new Actor(Leaver.RULE, ActorKind.HUMAN, null),
                        leaver -> {
                            leaver.policy = null;
                            leaver.approver = new Actor(Leaver.RULE, ActorKind.HUMAN, null);
                        },
                        leaver -> {
                            leaver.approver = new Actor("policy:other@1", ActorKind.POLICY, null);
                            leaver.asked = "policy:other@1";
                        },
                        leaver -> leaver.asked = Leaver.MANAGER,
                        leaver -> leaver.verdict = ReadinessVerdict.ENRICHED)) {
            byte[] file =
                    certificate(leaver -> {
                        byRule(leaver);
                        forged.accept(leaver);
                    });
            assertFails(file, "approvals.complete");
            assertFails(file, "separation-of-duties");
        }
    }

    @Test
    void aPersonWhoWasAskedApprovesAStageWhoseRuleDoesNotApply() {
        assertHolds(
                certificate(leaver -> {
                    leaver.charter = Leaver.BY_THE_RULE;
                    leaver.verdict = ReadinessVerdict.ENRICHED;
                }));
    }

    private static void byRule(Leaver leaver) {
        leaver.charter = Leaver.BY_THE_RULE;
        leaver.approver = Leaver.BY_RULE;
        leaver.asked = Leaver.RULE;
        leaver.policy = Leaver.THE_RULE;
    }

    private void assertHolds(byte[] file) {
        Verification verification = verify(file);
        assertThat(verification.checks()).filteredOn(check -> !check.holds()).isEmpty();
        assertThat(verification.holds()).isTrue();
        assertThat(verification.outcome()).isEqualTo("COMPLETED");
    }

    private void assertFails(byte[] file, String check) {
        assertThat(verify(file).checks())
                .anyMatch(each -> each.name().equals(check) && !each.holds());
    }

    private Verification verify(byte[] file) {
        return CertificateVerifier.verify(
                file, Optional.of(new CertificateVerifier.Trust(Leaver.trusted(), log.verifier())));
    }

    /** The certificate of a leaver's change with these differences; never checked in making. */
    private byte[] certificate(Consumer<Leaver> differently) {
        Leaver leaver = new Leaver(1);
        differently.accept(leaver);
        List<Received> messages = new ArrayList<>(leaver.handoffs());
        List<Story.Step> steps = new ArrayList<>();
        for (Received each : messages) {
            if (Stories.read(each.envelope(), each.hash(), each.message())
                    instanceof Reading.Handoff(_, Story.Step step)) {
                steps.add(step);
            }
        }
        Story story = Story.untold(leaver.change).with(steps);
        messages.add(leaver.activity());
        messages.add(leaver.published());
        messages.add(
                leaver.next(
                        Service.EVIDENCE_LEDGER,
                        Stories.closed(
                                story,
                                new Charter(
                                        "leavers",
                                        "1",
                                        Hash.sha256(leaver.charter).hex(),
                                        List.of(),
                                        List.of()),
                                new Closure.Ended(Closure.Outcome.COMPLETED, List.of(), "done"),
                                Leaver.NOW)));
        List<byte[]> salts = new ArrayList<>();
        List<Hash> leaves = new ArrayList<>();
        for (Received message : messages) {
            byte[] salt = new byte[EvidenceLeaf.SALT_BYTES];
            new SecureRandom().nextBytes(salt);
            salts.add(salt);
            leaves.add(
                    Merkle.leafHash(
                            EvidenceLeaf.of(
                                    message.envelope(),
                                    message.payload(),
                                    message.seal(),
                                    salt,
                                    message.envelope().sequence() > 0 ? "blinded" : "-",
                                    "policy")));
        }
        List<Certificate.Message> placed = new ArrayList<>();
        for (int n = 0; n < messages.size(); n++) {
            Received message = messages.get(n);
            placed.add(
                    new Certificate.Message(
                            message.topic(),
                            message.envelope().headers(),
                            message.payload(),
                            message.seal().key(),
                            message.seal().text(),
                            "policy",
                            salts.get(n),
                            n,
                            Merkle.inclusionProof(leaves, n)));
        }
        return new Certificate(
                        leaver.change.toString(),
                        "COMPLETED",
                        List.of("a change"),
                        "blinded",
                        placed,
                        SignedNote.sign(
                                new Checkpoint(
                                                "log.example/acme",
                                                leaves.size(),
                                                Merkle.root(leaves))
                                        .text(),
                                log),
                        Leaver.trusted().all().stream().map(TrustedKeys.Trusted::line).toList(),
                        log.verifier().toString())
                .sign(log);
    }
}
