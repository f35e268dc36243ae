package dev.remit.ledger.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.passkey.DecisionChallenge;
import dev.remit.handoff.passkey.SoftAuthenticator;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.log.EarlierPolicy;
import dev.remit.ledger.log.KeyTrust;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.AuthenticationContext;
import dev.remit.wire.v1.FactJudgement;
import dev.remit.wire.v1.FactState;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.ModeCondition;
import dev.remit.wire.v1.ModeDecision;
import dev.remit.wire.v1.PolicyRef;
import dev.remit.wire.v1.ReadinessVerdict;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole change with real keys, seals and a log, certified and then tampered with. */
class CertificateTest {
    static final byte[] SIGNED =
            Leaver.charter(
                    "{\"authentication\":{\"passkey\":\"required\"},\"name\":\"manager\",\"quorum\":1}");

    @TempDir Path folder;

    @Test
    void aWholeChangeVerifiesWithKeysObtainedApart() {
        assertHolds(certificate(_ -> {}));
    }

    @Test
    void aChangeApprovedByTheCharterSRuleVerifies() {
        assertHolds(certificate(CertificateTest::byRule));
    }

    @Test
    void anApproversOwnSignatureIsCheckedFromTheCertificateAlone() {
        for (SoftAuthenticator by :
                List.of(SoftAuthenticator.es256(), SoftAuthenticator.ed25519())) {
            byte[] file =
                    certificate(leaver -> {
                        leaver.charter = SIGNED;
                        leaver.authenticator = by;
                    });
            assertHolds(file);
            assertThat(said(file, "approver"))
                    .contains("is signed by " + Leaver.MANAGER + " with their own passkey");
        }
    }

    @Test
    void anApprovalWithoutASignatureSaysThatTheServiceVouches() {
        assertThat(said(certificate(_ -> {}), "approver")).contains("approval-routing vouches");
        assertThat(said(certificate(CertificateTest::byRule), "approver")).isEmpty();
    }

    @Test
    void aSignatureThatIsNotTheApproversOfThisDecisionApprovesNothing() {
        for (Consumer<Leaver> forged :
                List.<Consumer<Leaver>>of(
                        leaver -> {
                            leaver.charter = SIGNED;
                            leaver.authenticator = null;
                        },
                        leaver -> leaver.owner = Leaver.OWNER,
                        leaver -> leaver.authenticator().origin = "https://elsewhere.example",
                        leaver -> leaver.authenticator().flags = 0x01,
                        leaver -> leaver.registeredAt = Leaver.NOW.plusSeconds(1),
                        leaver -> leaver.revokedAt = Leaver.NOW,
                        leaver ->
                                leaver.signs =
                                        is ->
                                                new DecisionChallenge(
                                                        is.change(),
                                                        is.stage(),
                                                        "DENIED",
                                                        is.onBehalfOf(),
                                                        is.reason(),
                                                        is.planHash(),
                                                        is.changeHash(),
                                                        is.charterHash(),
                                                        is.routeHash(),
                                                        is.nonce()))) {
            assertFails(
                    certificate(leaver -> {
                        leaver.authenticator = SoftAuthenticator.es256();
                        forged.accept(leaver);
                    }),
                    "approvals.complete");
        }
    }

    @Test
    void aPasskeyThatWasRevokedLaterHasSigned() {
        assertHolds(
                certificate(leaver -> {
                    leaver.authenticator = SoftAuthenticator.es256();
                    leaver.revokedAt = Leaver.NOW.plusSeconds(1);
                }));
    }

    @Test
    void whatWasSealedBeforeItsKeysEndInTheLogHolds() {
        byte[] file = Certified.leaver(keys(Leaver.NOW.plusSeconds(1))).file();
        assertHolds(file);
        assertThat(said(file, "keys")).contains("are published in that log");
        assertThat(said(certificate(_ -> {}), "keys")).isEmpty();
    }

    @Test
    void whatWasSealedAfterItsKeysEndInTheLogIsRefusedWhateverTheTrustedKeysSay() {
        byte[] file = Certified.leaver(keys(Leaver.NOW)).file();
        assertFails(file, "keys");
        assertThat(Certified.verify(file).finding()).isEqualTo(Finding.EXPIRED);
        assertThat(said(file, "keys")).contains("the log says that executor+", "was retired at");
    }

    /** Every key of the services, published and retired at that time. */
    private static List<KeyTrust> keys(Instant retired) {
        return Leaver.trusted().all().stream()
                .flatMap(each ->
                        Stream.of(
                                new KeyTrust(KeyTrust.What.PUBLISHED, each.key(), Optional.empty()),
                                new KeyTrust(
                                        KeyTrust.What.RETIRED, each.key(), Optional.of(retired))))
                .toList();
    }

    private static String said(byte[] file, String check) {
        return CertificateVerifier.verify(file, Optional.of(Certified.TRUST)).checks().stream()
                .filter(each -> each.name().equals(check))
                .map(Verification.Check::words)
                .collect(Collectors.joining("\n"));
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
        assertThat(verification.finding()).isEqualTo(Finding.BAD_SIGNATURE);
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
    void theVerifierDecidesAnewWhoWasToExecute() {
        for (Consumer<Leaver> wrong :
                List.<Consumer<Leaver>>of(
                        leaver -> leaver.authorizedMode = mode(Mode.ASSIST, false),
                        leaver -> leaver.authorizedMode = mode(Mode.OWN, false),
                        leaver -> leaver.authorizedMode = new ModeDecision(Mode.OWN, List.of()),
                        leaver -> leaver.authorizedMode = null,
                        leaver -> leaver.mode = Mode.ASSIST,
                        leaver ->
                                leaver.executor =
                                        new Actor(Leaver.EXECUTOR, ActorKind.HUMAN, null))) {
            byte[] file = certificate(wrong);
            assertFails(file, "executed.in-mode");
            assertThat(Certified.verify(file).finding()).isEqualTo(Finding.EXECUTED_OTHER);
        }
        assertHolds(
                certificate(leaver -> {
                    leaver.authorizedMode = mode(Mode.ASSIST, false);
                    leaver.executor = new Actor(Leaver.EXECUTOR, ActorKind.HUMAN, null);
                }));
    }

    @Test
    void aCertificateShowsTheDemotionForWhichAPersonTookOver() {
        byte[] file =
                Certified.leaver(
                                leaver ->
                                        leaver.executor =
                                                new Actor(Leaver.EXECUTOR, ActorKind.HUMAN, null),
                                messages ->
                                        Stream.concat(
                                                        messages.stream(),
                                                        Stream.of(Leaver.demoted("leavers")))
                                                .toList())
                        .file();
        assertHolds(file);
        assertThat(said(file, "executed.in-mode")).contains("demoted at " + Leaver.NOW);
    }

    private static ModeDecision mode(Mode mode, boolean holds) {
        return new ModeDecision(
                mode, List.of(new ModeCondition("track-record.kept", holds, "it is")));
    }

    @Test
    void theVerifierDecidesAnewThatTheDataWasFit() {
        Consumer<Leaver> needing =
                leaver ->
                        leaver.charter =
                                new String(Leaver.BY_PERSON, StandardCharsets.UTF_8)
                                        .replace(
                                                "\"activity.corroborated\"]",
                                                "\"activity.corroborated\"],\"readiness\":{\"facts\":"
                                                        + "[{\"maxAge\":\"PT2M\",\"name\":\"source.fresh\"}]}")
                                        .getBytes(StandardCharsets.UTF_8);
        assertHolds(
                certificate(needing.andThen(leaver -> leaver.facts = List.of(fresh(Leaver.NOW)))));
        assertFails(certificate(needing), "readiness.fit");
        assertFails(
                certificate(
                        needing.andThen(leaver ->
                                leaver.facts = List.of(fresh(Leaver.NOW.minusSeconds(200))))),
                "readiness.fit");
    }

    private static FactJudgement fresh(Instant at) {
        return FactJudgement.newBuilder()
                .setName("source.fresh")
                .setState(FactState.PRESENT)
                .setSource("keycloak:acme")
                .setObservedAt(at)
                .setReason("read")
                .build();
    }

    @Test
    void theVerifierDecidesAnewWhatADecisionIsBoundToAndHowItsMakerSignedIn() {
        assertFails(certificate(leaver -> leaver.binds = false), "approvals.complete");
        Consumer<Leaver> stepping =
                leaver ->
                        leaver.charter =
                                Leaver.charter(
                                        "{\"authentication\":{\"acr\":\"2\",\"maxAge\":\"PT5M\"},"
                                                + "\"name\":\"manager\",\"quorum\":1}");
        assertFails(certificate(stepping), "approvals.complete");
        assertFails(
                certificate(stepping.andThen(leaver -> leaver.signIn = signIn("1"))),
                "approvals.complete");
        assertHolds(certificate(stepping.andThen(leaver -> leaver.signIn = signIn("2"))));
        assertHolds(
                certificate(
                        stepping.andThen(
                                leaver -> leaver.authenticator = SoftAuthenticator.es256())));
    }

    private static AuthenticationContext signIn(String acr) {
        return AuthenticationContext.newBuilder()
                .setIssuer("https://id.example")
                .setAcr(acr)
                .setAuthenticatedAt(Leaver.NOW.minusSeconds(200))
                .build();
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

    @Test
    void eachThingThatIsWrongHasItsOwnExitCode() {
        Map<Finding, byte[]> wrong = new EnumMap<>(Finding.class);
        wrong.put(Finding.VERIFIED, certificate(_ -> {}));
        wrong.put(Finding.MALFORMED, new byte[] {'{', '}'});
        wrong.put(
                Finding.BAD_SIGNATURE,
                Certified.leaver(_ -> {})
                        .certificate()
                        .sign(SigningKey.generate("log.example/acme", new SecureRandom())));
        wrong.put(
                Finding.NOT_INCLUDED,
                Certified.leaver(_ -> {}).withProofs(List.of(Hash.sha256(new byte[1]))).file());
        wrong.put(Finding.NO_QUORUM, Certified.leaver(_ -> {}).withWitnesses(1).file());
        wrong.put(
                Finding.GAP,
                Certified.leaver(
                                _ -> {},
                                messages ->
                                        messages.stream()
                                                .filter(each -> each.envelope().sequence() != 3)
                                                .toList())
                        .file());
        wrong.put(
                Finding.EXPIRED,
                certificate(leaver -> leaver.executedAt = Leaver.NOW.plusSeconds(60)));
        wrong.put(
                Finding.DUTIES_NOT_SEPARATE,
                certificate(leaver -> {
                    leaver.approver = new Actor(Leaver.CLERK, ActorKind.HUMAN, null);
                    leaver.asked = Leaver.CLERK;
                }));
        wrong.put(
                Finding.EXECUTED_OTHER,
                certificate(leaver ->
                        leaver.authorizedPlan = CanonicalJson.of("{\"account\":\"other\"}")));
        wrong.put(
                Finding.NOT_PROVED,
                Certified.leaver(
                                _ -> {},
                                messages ->
                                        messages.stream()
                                                .filter(each -> each.envelope().sequence() > 0)
                                                .toList())
                        .file());
        wrong.put(
                Finding.WITHHELD, Certificate.read(certificate(_ -> {})).without(_ -> true).file());
        wrong.forEach((finding, file) -> {
            Verification verification = Certified.verify(file);
            assertThat(verification.finding())
                    .as(String.join("\n", verification.lines()))
                    .isEqualTo(finding);
            assertThat(verification.lines()).isNotEmpty();
            assertThat(exit(file)).as(finding.title()).isEqualTo(finding.exitCode());
        });
        assertThat(exit(Certified.leaver(_ -> {}).undated().file()))
                .as("no timestamp")
                .isEqualTo(Finding.EXPIRED.exitCode());
        assertThat(wrong.keySet())
                .as("what was erased: EraseContentTest")
                .containsExactlyInAnyOrderElementsOf(
                        EnumSet.complementOf(EnumSet.of(Finding.ERASED)));
        assertThat(Arrays.stream(Finding.values()).map(Finding::exitCode)).doesNotHaveDuplicates();
    }

    /** How the verifier as a program ends. */
    private int exit(byte[] file) {
        try {
            return VerifyFile.run(
                    List.of(
                            "--trust",
                            Certified.FOLDER.toString(),
                            Files.write(folder.resolve("file"), file).toString()),
                    new PrintStream(OutputStream.nullOutputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void withheldContentIsNamedAndTheRestStillVerifies() {
        Certificate.Unverified whole = Certificate.read(certificate(_ -> {}));
        Verification none = Certified.verify(whole.without(_ -> true).file());
        assertThat(none.finding()).isEqualTo(Finding.WITHHELD);
        assertThat(none.words()).isEmpty();
        assertThat(none.lines())
                .anyMatch(line -> line.contains("ApprovalDecided 4"))
                .anyMatch(line -> line.contains("only the log's statement says COMPLETED"));

        Verification closureOnly =
                Certified.verify(whole.without(type -> !type.equals("ChangeClosed")).file());
        assertThat(closureOnly.finding()).isEqualTo(Finding.WITHHELD);
        assertThat(closureOnly.checks())
                .anyMatch(check -> check.name().equals("complete") && check.holds());

        Verification noFeed = Certified.verify(whole.without("IdentityObserved"::equals).file());
        assertThat(noFeed.finding()).isEqualTo(Finding.WITHHELD);
        assertThat(noFeed.lines()).anyMatch(line -> line.contains("target's own feed"));
    }

    @Test
    void withholdingHidesNothingThatIsWrong() {
        Certificate.Unverified wrong =
                Certificate.read(
                        certificate(leaver -> {
                            leaver.approver = new Actor(Leaver.CLERK, ActorKind.HUMAN, null);
                            leaver.asked = Leaver.CLERK;
                        }));
        assertThat(Certified.verify(wrong.without("IdentityObserved"::equals).file()).finding())
                .isEqualTo(Finding.DUTIES_NOT_SEPARATE);
        Certificate.Unverified gap =
                Certificate.read(
                        Certified.leaver(
                                        _ -> {},
                                        messages ->
                                                messages.stream()
                                                        .filter(each ->
                                                                each.envelope().sequence() != 3)
                                                        .toList())
                                .file());
        assertThat(Certified.verify(gap.without(_ -> true).file()).finding())
                .isEqualTo(Finding.GAP);
    }

    @Test
    void theFileIsCanonicalJsonWhateverAReasonHolds() {
        Certificate certificate = Certified.leaver(_ -> {}).certificate();
        var odd =
                new Certificate.Summary(
                        new byte[32],
                        List.of("\u001b[31m \u0000 \" \\ / \u2028 \u00e9 \ud83d\ude00 \u007f <"));
        byte[] file =
                new Certificate(
                                certificate.statement(),
                                certificate.checkpoint(),
                                certificate.timestamp(),
                                certificate.earlier(),
                                certificate.proofs(),
                                certificate.contents(),
                                Optional.of(odd))
                        .sign(Certified.LOG);
        assertThat(CanonicalJson.of(new String(file, StandardCharsets.UTF_8))).isEqualTo(file);
        assertThat(Certificate.read(file).file()).isEqualTo(file);
        assertThat(odd.lines().getFirst()).doesNotContain("\u001b", "\u0000");
    }

    @Test
    void anEarlierQuorumIsEnoughForWhatItCosignedAndForNothingElse() {
        Certified one = Certified.leaver(_ -> {}).withWitnesses(1);
        long size = one.certificate().statement().leaves().size();
        assertThat(Certified.verify(one.file()).finding()).isEqualTo(Finding.NO_QUORUM);
        assertThat(verify(one, Certified.quorumOfOneUntil(size)).finding())
                .isEqualTo(Finding.VERIFIED);
        assertThat(verify(one, Certified.quorumOfOneUntil(size - 1)).finding())
                .isEqualTo(Finding.NO_QUORUM);
        // none at all is less than the quorum of then
        Certified none = Certified.leaver(_ -> {}).withWitnesses(0);
        assertThat(verify(none, Certified.quorumOfOneUntil(size)).finding())
                .isEqualTo(Finding.NO_QUORUM);
    }

    private static Verification verify(Certified certified, EarlierPolicy earlier) {
        return CertificateVerifier.verify(
                certified.file(),
                Optional.of(
                        new CertificateVerifier.Trust(
                                Certified.TRUST.services(),
                                Certified.TRUST.log(),
                                Certified.TRUST.witnesses(),
                                List.of(earlier),
                                Certified.TRUST.authorities())));
    }

    @Test
    void aWarmVerificationIsQuickAndTheFileSmall() {
        byte[] file =
                certificate(leaver -> {
                    leaver.charter = SIGNED;
                    leaver.authenticator = SoftAuthenticator.es256();
                });
        for (int n = 0; n < 50; n++) {
            Certified.verify(file);
        }
        // the quickest of many: what else the machine does is not the verifier's time
        long quickest = Long.MAX_VALUE;
        for (int n = 0; n < 20; n++) {
            long start = System.nanoTime();
            Certified.verify(file);
            quickest = Math.min(quickest, System.nanoTime() - start);
        }
        assertThat(quickest / 1_000_000).as("milliseconds").isLessThan(300);
        assertThat(file.length).isLessThan(100_000);
    }

    private static void byRule(Leaver leaver) {
        leaver.charter = Leaver.BY_THE_RULE;
        leaver.approver = Leaver.BY_RULE;
        leaver.asked = Leaver.RULE;
        leaver.policy = Leaver.THE_RULE;
    }

    private static void assertHolds(byte[] file) {
        Verification verification = Certified.verify(file);
        assertThat(verification.checks()).filteredOn(check -> !check.holds()).isEmpty();
        assertThat(verification.holds()).isTrue();
        assertThat(verification.outcome()).isEqualTo("COMPLETED");
    }

    private static void assertFails(byte[] file, String check) {
        assertThat(Certified.verify(file).checks())
                .anyMatch(each -> each.name().equals(check) && !each.holds());
    }

    private static byte[] certificate(Consumer<Leaver> differently) {
        return Certified.leaver(differently).file();
    }

    @Test
    void aFolderMayBeALinkAndNothingInItMay() throws Exception {
        Path real = Files.createDirectories(folder.resolve("real"));
        Files.write(real.resolve("file"), new byte[] {7});
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        assertThat(FolderForm.read(link)).containsOnlyKeys("file");
        Files.createSymbolicLink(real.resolve("other"), real.resolve("file"));
        assertThatThrownBy(() -> FolderForm.read(link))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other");
    }
}
