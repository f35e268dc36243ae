package dev.remit.handoff.passkey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.passkey.Passkey.Flaw;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a signature is good for, and that it is good for nothing else. */
class PasskeyTest {
    private static final DecisionChallenge DECISION = decision("APPROVED", "seen", "plan", 1);
    private static final byte[] CHALLENGE = DECISION.bytes();

    @Test
    void aSignatureOfTheDecisionHolds() {
        for (SoftAuthenticator each :
                new SoftAuthenticator[] {SoftAuthenticator.es256(), SoftAuthenticator.ed25519()}) {
            assertThat(each.passkey("one").flaw(each.sign(CHALLENGE), CHALLENGE)).isEmpty();
        }
    }

    @Test
    void itIsGoodForNothingElse() {
        SoftAuthenticator one = SoftAuthenticator.es256();
        Assertion signed = one.sign(CHALLENGE);
        for (DecisionChallenge other :
                new DecisionChallenge[] {
                    decision("DENIED", "seen", "plan", 1),
                    decision("APPROVED", "not seen", "plan", 1),
                    decision("APPROVED", "seen", "other", 1),
                    decision("APPROVED", "seen", "plan", 2)
                }) {
            assertThat(one.passkey("one").flaw(signed, other.bytes())).contains(Flaw.CHALLENGE);
        }
    }

    @Test
    void whatIsTamperedWithDoesNotHold() {
        SoftAuthenticator one = SoftAuthenticator.es256();
        Assertion signed = one.sign(CHALLENGE);
        for (int bit = 0; bit < signed.signature().length * 8; bit += 7) {
            byte[] signature = signed.signature().clone();
            signature[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(
                            one.passkey("one")
                                    .flaw(
                                            new Assertion(
                                                    signed.credentialId(),
                                                    signed.authenticatorData(),
                                                    signed.clientData(),
                                                    signature),
                                            CHALLENGE))
                    .as("bit " + bit)
                    .contains(Flaw.SIGNATURE);
        }
        byte[] counted = signed.authenticatorData().clone();
        counted[36] ^= 1;
        assertThat(flaw(one, signed, counted, signed.clientData())).contains(Flaw.SIGNATURE);
        byte[] spaced =
                (new String(signed.clientData(), StandardCharsets.UTF_8) + " ")
                        .getBytes(StandardCharsets.UTF_8);
        assertThat(flaw(one, signed, signed.authenticatorData(), spaced)).contains(Flaw.SIGNATURE);
        assertThat(flaw(one, signed, new byte[36], signed.clientData())).contains(Flaw.MISFORMED);
        assertThat(flaw(one, signed, signed.authenticatorData(), new byte[] {'{'}))
                .contains(Flaw.MISFORMED);
        byte[] twice =
                new String(signed.clientData(), StandardCharsets.UTF_8)
                        .replace("{", "{\"type\":\"webauthn.create\",")
                        .getBytes(StandardCharsets.UTF_8);
        assertThat(flaw(one, signed, signed.authenticatorData(), twice)).contains(Flaw.MISFORMED);
    }

    @Test
    void anotherKeyAnotherSiteOrNobodyVerifiedIsRefused() {
        SoftAuthenticator one = SoftAuthenticator.es256();
        assertThat(one.passkey("one").flaw(SoftAuthenticator.es256().sign(CHALLENGE), CHALLENGE))
                .contains(Flaw.OTHER_KEY);
        Passkey key = one.passkey("one");
        one.origin = "https://localhost.example";
        assertThat(key.flaw(one.sign(CHALLENGE), CHALLENGE)).contains(Flaw.ORIGIN);
        one.origin = "http://localhost:8083";
        one.site = "example";
        assertThat(key.flaw(one.sign(CHALLENGE), CHALLENGE)).contains(Flaw.ORIGIN);
        one.site = "localhost";
        one.flags = 0x01;
        assertThat(key.flaw(one.sign(CHALLENGE), CHALLENGE)).contains(Flaw.NOT_VERIFIED);
    }

    @Test
    void onlyASitesOwnPagesMaySign() {
        assertThat(Passkey.isOf("remit.example", "https://remit.example")).isTrue();
        assertThat(Passkey.isOf("remit.example", "https://a.remit.example:8443")).isTrue();
        assertThat(Passkey.isOf("remit.example", "http://remit.example")).isFalse();
        assertThat(Passkey.isOf("remit.example", "https://otherremit.example")).isFalse();
        assertThat(Passkey.isOf("remit.example", "https://remit.example.com")).isFalse();
        assertThat(Passkey.isOf("localhost", "http://localhost:1")).isTrue();
        assertThat(Passkey.isOf("localhost", "not a uri")).isFalse();
    }

    @Test
    void itsTextIsTheCanonicalJsonThatIsDocumented() {
        assertThat(DECISION.text())
                .startsWith("{\"change\":\"00000000-0000-0000-0000-000000000001\",\"changeHash\"")
                .endsWith("\"stage\":\"manager\",\"type\":\"remit.decision.v1\"}");
    }

    private static Optional<Flaw> flaw(
            SoftAuthenticator by, Assertion signed, byte[] data, byte[] client) {
        return by.passkey("one")
                .flaw(
                        new Assertion(signed.credentialId(), data, client, signed.signature()),
                        CHALLENGE);
    }

    private static DecisionChallenge decision(
            String decision, String reason, String plan, int nonce) {
        return new DecisionChallenge(
                new UUID(0, 1),
                "manager",
                decision,
                Optional.empty(),
                reason,
                plan,
                "change",
                "charter",
                "route",
                new UUID(0, nonce));
    }
}
