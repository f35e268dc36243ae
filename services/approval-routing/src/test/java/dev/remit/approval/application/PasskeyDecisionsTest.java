package dev.remit.approval.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.approval.application.Answers.Result;
import dev.remit.approval.application.DecideStages.Asked;
import dev.remit.approval.application.DecideStages.Item;
import dev.remit.approval.application.Passkeys.Kept;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Terms;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.passkey.Assertion;
import dev.remit.handoff.passkey.DecisionChallenge;
import dev.remit.handoff.passkey.Passkey;
import dev.remit.handoff.passkey.SoftAuthenticator;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.Decision;
import dev.remit.wire.v1.PasskeyAssertion;
import dev.remit.wire.v1.PasskeyRegistered;
import dev.remit.wire.v1.PasskeyRevoked;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** Decisions that people sign: what is taken, and each thing that is not. */
class PasskeyDecisionsTest {
    private static final UUID CHANGE = new UUID(1, 1);
    private static final UUID OTHER = new UUID(1, 2);

    private final Scene scene = new Scene();
    private final SoftAuthenticator authenticator = SoftAuthenticator.es256();

    PasskeyDecisionsTest() {
        scene.charter(
                """
                {"name":"manager","resolver":"manager","quorum":1,"expiresAfter":"PT48H",
                 "authentication":{"passkey":"required"}}\
                """,
                Scene.group("security", "/security"));
        scene.receive(List.of(CHANGE, OTHER));
    }

    @Test
    void aDecisionIsSignedWithARegisteredPasskeyAndCarriesTheSignature() {
        for (SoftAuthenticator each : List.of(authenticator, SoftAuthenticator.ed25519())) {
            UUID change = each == authenticator ? CHANGE : OTHER;
            Kept kept = register(each, "manager");
            PasskeyRegistered registered = last(PasskeyRegistered.class);
            assertThat(registered.getPasskeyId()).isEqualTo(kept.id());
            assertThat(registered.getPerson().getId()).isEqualTo("manager");
            assertThat(registered.getPublicKey().array())
                    .isEqualTo(each.passkey("manager").publicKey());

            DecisionChallenge challenge = challenge(change, "manager");
            assertThat(decide(change, "manager", each.sign(challenge.bytes())).status())
                    .isEqualTo(201);

            ApprovalDecided decided = last(ApprovalDecided.class);
            PasskeyAssertion sent = decided.getAssertion();
            assertThat(sent.getPasskeyId()).isEqualTo(kept.id());
            assertThat(
                            new DecisionChallenge(
                                    decided.getChangeId(),
                                    decided.getStage(),
                                    decided.getDecision().name(),
                                    Optional.ofNullable(decided.getOnBehalfOf()),
                                    decided.getReason(),
                                    decided.getPlanHash(),
                                    decided.getBinding().getChangeHash(),
                                    decided.getBinding().getCharterHash(),
                                    decided.getBinding().getRouteHash(),
                                    decided.getBinding().getNonce()))
                    .as("the message says all that was signed")
                    .isEqualTo(challenge);
            assertThat(
                            each.passkey("manager")
                                    .flaw(
                                            new Assertion(
                                                    sent.getCredentialId(),
                                                    bytes(sent.getAuthenticatorData()),
                                                    bytes(sent.getClientData()),
                                                    bytes(sent.getSignature())),
                                            challenge.bytes()))
                    .isEmpty();
        }
    }

    @Test
    void aStageThatAsksForAPasskeyTakesNoDecisionWithout() {
        Result refused = scene.decide(CHANGE, "manager");
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.code()).isEqualTo("PASSKEY_REQUIRED");
        register(authenticator, "manager");
        List<Result> many =
                scene.decide(
                        List.of(Scene.item(CHANGE), Scene.item(OTHER)),
                        "manager",
                        Optional.empty());
        assertThat(many).extracting(Result::code).containsOnly("PASSKEY_REQUIRED");
        assertThat(scene.world.messages(CHANGE)).hasSize(1);
    }

    @Test
    void aSignatureStandsForASecondFactorAndForAFreshSignInButForNoHigherLevel() {
        register(authenticator, "manager");
        asking("\"acr\":\"2\",\"maxAge\":\"PT5M\"");
        assertThat(scene.decide(CHANGE, "manager").code()).isEqualTo("STEP_UP_REQUIRED");
        assertThat(scene.decide(CHANGE, "manager").detail()).contains("passkey");
        byte[] challenge = challenge(CHANGE, "manager").bytes();
        refused("PASSKEY_UNKNOWN", SoftAuthenticator.es256().sign(challenge));
        assertThat(decide(CHANGE, "manager", authenticator.sign(challenge)).status())
                .isEqualTo(201);

        asking("\"acr\":\"3\"");
        assertThat(decide(OTHER, "manager", authenticator.sign(challenge)).code())
                .isEqualTo("STEP_UP_REQUIRED");
    }

    private void asking(String authentication) {
        scene.charter(
                """
                {"name":"manager","resolver":"manager","quorum":1,"expiresAfter":"PT48H","authentication":{%s}}\
                """
                        .formatted(authentication));
    }

    @Test
    void eachThingThatIsWrongIsRefusedByItsCodeAndRecorded() {
        register(authenticator, "manager");
        SoftAuthenticator others = SoftAuthenticator.es256();
        register(others, "security-1");
        byte[] challenge = challenge(CHANGE, "manager").bytes();

        refused("PASSKEY_UNKNOWN", SoftAuthenticator.es256().sign(challenge));
        refused("PASSKEY_NOT_YOURS", others.sign(challenge));
        refused("PASSKEY_CHALLENGE", authenticator.sign(challenge(OTHER, "manager").bytes()));
        wrong("PASSKEY_ORIGIN", by -> by.origin = "https://elsewhere.example", challenge);
        authenticator.origin = "http://localhost:8083";
        wrong("PASSKEY_NOT_VERIFIED", by -> by.flags = 0x01, challenge);
        authenticator.flags = 0x05;
        Assertion good = authenticator.sign(challenge);
        byte[] tampered = good.signature().clone();
        tampered[tampered.length - 1] ^= 1;
        refused(
                "PASSKEY_SIGNATURE",
                new Assertion(
                        good.credentialId(),
                        good.authenticatorData(),
                        good.clientData(),
                        tampered));
        refused(
                "PASSKEY_MISFORMED",
                new Assertion(
                        good.credentialId(),
                        good.authenticatorData(),
                        "{".getBytes(StandardCharsets.UTF_8),
                        good.signature()));

        assertThat(decide(CHANGE, "manager", good).status()).isEqualTo(201);
    }

    @Test
    void aCounterThatGoesBackIsRefused() {
        register(authenticator, "manager");
        authenticator.count = 9;
        assertThat(
                        decide(
                                        CHANGE,
                                        "manager",
                                        authenticator.sign(challenge(CHANGE, "manager").bytes()))
                                .status())
                .isEqualTo(201);
        byte[] next = challenge(OTHER, "manager").bytes();
        for (long count : new long[] {8, 9}) {
            authenticator.count = count;
            assertThat(decide(OTHER, "manager", authenticator.sign(next)).code())
                    .isEqualTo("PASSKEY_COUNTER");
        }
        authenticator.count = 10;
        assertThat(decide(OTHER, "manager", authenticator.sign(next)).status()).isEqualTo(201);
    }

    @Test
    void aSignatureIsGoodOnceEvenOfAnAuthenticatorThatDoesNotCount() {
        authenticator.count = 0;
        register(authenticator, "manager");
        DecisionChallenge asked = challenge(CHANGE, "manager", Attempt.Kind.QUESTIONED);
        authenticator.count = 0;
        Assertion signed = authenticator.sign(asked.bytes());
        assertThat(decide(CHANGE, "manager", Attempt.Kind.QUESTIONED, signed).status())
                .isEqualTo(201);
        assertThat(decide(CHANGE, "manager", Attempt.Kind.QUESTIONED, signed).code())
                .isEqualTo("PASSKEY_REPLAYED");
        assertThat(decide(OTHER, "manager", Attempt.Kind.QUESTIONED, signed).code())
                .isEqualTo("PASSKEY_REPLAYED");
    }

    @Test
    void whoMayNotDecideGetsNoChallenge() {
        Asked asked =
                scene.decide
                        .challenge(Scene.item(CHANGE), Scene.decider("security-1"))
                        .await()
                        .indefinitely();
        assertThat(asked).isInstanceOf(Asked.Refused.class);
        assertThat(((Asked.Refused) asked).result().code()).isEqualTo("NOT_A_CANDIDATE");
    }

    @Test
    void aChallengeThatIsGivenCountsAsNoRefusal() {
        register(authenticator, "manager");
        challenge(CHANGE, "manager");
        assertThat(scene.meters.find("remit.approval.refused").counters()).isEmpty();
        assertThat(
                        scene.decide
                                .challenge(Scene.item(CHANGE), Scene.decider("security-1"))
                                .await()
                                .indefinitely())
                .isInstanceOf(Asked.Refused.class);
        assertThat(scene.meters.get("remit.approval.refused").counters())
                .singleElement()
                .satisfies(each ->
                        assertThat(each.getId().getTag("code")).isEqualTo("NOT_A_CANDIDATE"));
    }

    @Test
    void aPasskeyThatIsGivenUpSignsNothing() {
        Kept kept = register(authenticator, "manager");
        byte[] challenge = challenge(CHANGE, "manager").bytes();
        assertThatThrownBy(() -> revoke(kept, "security-1"))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("PASSKEY_UNKNOWN"));
        revoke(kept, "manager");
        assertThat(last(PasskeyRevoked.class).getPasskeyId()).isEqualTo(kept.id());
        assertThat(scene.world.notices)
                .as("whose it is is told of both")
                .filteredOn(each -> each.change().equals(kept.id()))
                .extracting(Notices.Notice::kind)
                .containsExactly(Notices.Kind.PASSKEY_REGISTERED, Notices.Kind.PASSKEY_REVOKED);
        assertThat(scene.world.sent.getLast().id()).isEqualTo(Passkey.revocation(kept.id()));
        assertThat(decide(CHANGE, "manager", authenticator.sign(challenge)).code())
                .isEqualTo("PASSKEY_UNKNOWN");
    }

    @Test
    void aRegistrationAnswersThePersonsOwnOfferOnce() {
        byte[] challenge = offer("manager");
        var answer = authenticator.register(challenge);
        problem("PASSKEY_NOT_OFFERED", () -> register("security-1", answer));
        register("manager", answer);
        problem("PASSKEY_NOT_OFFERED", () -> register("manager", answer));
        problem(
                "PASSKEY_KNOWN",
                () -> register("security-1", authenticator.register(offer("security-1"))));
        problem(
                "PASSKEY_CHALLENGE",
                () -> {
                    offer("manager");
                    register("manager", SoftAuthenticator.es256().register(challenge));
                });
        SoftAuthenticator elsewhere = SoftAuthenticator.es256();
        elsewhere.origin = "https://elsewhere.example";
        problem("PASSKEY_ORIGIN", () -> register("manager", elsewhere.register(offer("manager"))));
        problem(
                "PASSKEY_NOT_OFFERED",
                () -> {
                    byte[] late = offer("manager");
                    scene.world.passes(RegisterPasskey.PATIENCE);
                    register("manager", SoftAuthenticator.es256().register(late));
                });
        problem(
                "PASSKEY_MISFORMED",
                () -> {
                    offer("manager");
                    register(
                            "manager",
                            new SoftAuthenticator.Registration(
                                    answer.clientData(), new byte[] {1}));
                });
    }

    @Test
    void aReplicaWhoseClockIsBehindTheRegistrationTakesNoSignatureYet() {
        Kept kept = register(authenticator, "manager");
        Assertion signed = authenticator.sign(challenge(CHANGE, "manager").bytes());
        Instant registered = scene.world.now;
        int sent = scene.world.sent.size();

        scene.world.now = registered.minusMillis(1);
        Result early = decide(CHANGE, "manager", signed);
        assertThat(early.code()).isEqualTo("PASSKEY_NOT_YET");
        assertThat(early.status()).isEqualTo(409);
        assertThat(scene.world.sent).as("a clock is nobody's attempt").hasSize(sent);

        scene.world.now = kept.since();
        assertThat(decide(CHANGE, "manager", signed).status())
                .as("the same signature, in time")
                .isEqualTo(201);
    }

    @Test
    void aRevocationComesAfterAllThatThePasskeySignedWhateverTheClockSays() {
        Kept kept = register(authenticator, "manager");
        byte[] next = challenge(OTHER, "manager").bytes();
        scene.world.passes(Duration.ofSeconds(2));
        Instant signedAt = scene.world.now;
        assertThat(
                        decide(
                                        CHANGE,
                                        "manager",
                                        authenticator.sign(challenge(CHANGE, "manager").bytes()))
                                .status())
                .isEqualTo(201);

        scene.world.now = signedAt.minusSeconds(1);
        revoke(kept, "manager");
        assertThat(last(PasskeyRevoked.class).getRevokedAt())
                .isEqualTo(signedAt.plus(1, ChronoUnit.MICROS));
        scene.world.now = signedAt.minusSeconds(1);
        assertThat(decide(OTHER, "manager", authenticator.sign(next)).code())
                .isEqualTo("PASSKEY_UNKNOWN");
    }

    @Test
    void aRevocationComesAfterTheRegistrationWhateverTheClockSays() {
        Kept kept = register(authenticator, "manager");
        scene.world.now = kept.since().minusSeconds(1);
        revoke(kept, "manager");
        assertThat(last(PasskeyRevoked.class).getRevokedAt())
                .isEqualTo(kept.since().plus(1, ChronoUnit.MICROS));

        Kept other = register(SoftAuthenticator.es256(), "manager");
        scene.world.passes(Duration.ofSeconds(5));
        revoke(other, "manager");
        assertThat(last(PasskeyRevoked.class).getRevokedAt()).isEqualTo(scene.world.now);
    }

    @Test
    void withoutARecentSignInNoPasskeyComesOrGoes() {
        Kept kept = register(authenticator, "manager");
        SoftAuthenticator thiefs = SoftAuthenticator.es256();
        int sent = scene.world.sent.size();
        for (Optional<Instant> at :
                List.of(
                        Optional.<Instant>empty(),
                        Optional.of(scene.world.now.minus(Duration.ofSeconds(301))))) {
            problem(
                    "SIGN_IN_NOT_RECENT",
                    () -> scene.register.offer("manager", signedIn(at)).await().indefinitely());
            var answer = thiefs.register(offer("manager"));
            problem(
                    "SIGN_IN_NOT_RECENT",
                    () ->
                            scene.register
                                    .register(
                                            "manager",
                                            signedIn(at),
                                            answer.clientData(),
                                            answer.attestation(),
                                            "key")
                                    .await()
                                    .indefinitely());
            for (boolean admin : new boolean[] {false, true}) {
                problem(
                        "SIGN_IN_NOT_RECENT",
                        () ->
                                scene.register
                                        .revoke(kept.id(), "manager", signedIn(at), admin, "lost")
                                        .await()
                                        .indefinitely());
            }
        }
        assertThat(scene.register.of("manager").await().indefinitely())
                .extracting(Kept::id)
                .containsExactly(kept.id());
        assertThat(scene.world.sent).hasSize(sent);
        scene.register
                .revoke(
                        kept.id(),
                        "manager",
                        signedIn(Optional.of(scene.world.now.minus(Duration.ofMinutes(5)))),
                        false,
                        "lost")
                .await()
                .indefinitely();
    }

    @Test
    void whereAnUnknownSignInIsAcceptedAnOldOneIsNot() {
        RegisterPasskey demo = scene.registering(true);
        assertThat(demo.offer("manager", signedIn(Optional.empty())).await().indefinitely())
                .isNotNull();
        problem(
                "SIGN_IN_NOT_RECENT",
                () ->
                        demo.offer(
                                        "manager",
                                        signedIn(
                                                Optional.of(
                                                        scene.world.now.minus(
                                                                Duration.ofHours(1)))))
                                .await()
                                .indefinitely());
    }

    private void wrong(String code, Consumer<SoftAuthenticator> how, byte[] challenge) {
        how.accept(authenticator);
        refused(code, authenticator.sign(challenge));
    }

    private void refused(String code, Assertion assertion) {
        Result result = decide(CHANGE, "manager", assertion);
        assertThat(result.code()).isEqualTo(code);
        ApprovalDecided recorded = last(ApprovalDecided.class);
        assertThat(recorded.getDecision()).isEqualTo(Decision.REFUSED);
        assertThat(recorded.getRefusal()).isEqualTo(code);
        assertThat(recorded.getAssertion()).isNull();
    }

    private DecisionChallenge challenge(UUID change, String by) {
        return challenge(change, by, Attempt.Kind.APPROVED);
    }

    private DecisionChallenge challenge(UUID change, String by, Attempt.Kind kind) {
        Asked asked =
                scene.decide
                        .challenge(Scene.item(change, kind, Scene.PLAN_HASH), Scene.decider(by))
                        .await()
                        .indefinitely();
        assertThat(asked).isInstanceOf(Asked.Challenge.class);
        assertThat(
                        Hash.sha256(
                                        ((Asked.Challenge) asked)
                                                .challenge()
                                                .text()
                                                .getBytes(StandardCharsets.UTF_8))
                                .bytes())
                .isEqualTo(((Asked.Challenge) asked).challenge().bytes());
        return ((Asked.Challenge) asked).challenge();
    }

    private Result decide(UUID change, String by, Assertion assertion) {
        return decide(change, by, Attempt.Kind.APPROVED, assertion);
    }

    private Result decide(UUID change, String by, Attempt.Kind kind, Assertion assertion) {
        Item item = Scene.item(change, kind, Scene.PLAN_HASH);
        return scene.decide(
                        List.of(
                                new Item(
                                        item.change(),
                                        item.decision(),
                                        item.reason(),
                                        item.planHash(),
                                        item.stage(),
                                        item.onBehalfOf(),
                                        item.nonce(),
                                        Optional.of(assertion),
                                        Terms.NONE)),
                        by,
                        Optional.empty())
                .getFirst();
    }

    private Kept register(SoftAuthenticator each, String person) {
        return register(person, each.register(offer(person)));
    }

    private byte[] offer(String person) {
        return scene.register.offer(person, signedIn()).await().indefinitely().challenge();
    }

    private Kept register(String person, SoftAuthenticator.Registration answer) {
        return scene.register
                .register(person, signedIn(), answer.clientData(), answer.attestation(), "key")
                .await()
                .indefinitely();
    }

    private void revoke(Kept kept, String by) {
        scene.register.revoke(kept.id(), by, signedIn(), false, "lost").await().indefinitely();
    }

    private Authentication signedIn() {
        return signedIn(Optional.of(scene.world.now));
    }

    private static Authentication signedIn(Optional<Instant> at) {
        return new Authentication("issuer", Optional.empty(), Optional.empty(), List.of(), at);
    }

    private static void problem(String code, Runnable work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code));
    }

    private <T extends SpecificRecord> T last(Class<T> kind) {
        return scene.world.sent.reversed().stream()
                .map(InMemory.Sent::message)
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst()
                .orElseThrow();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
