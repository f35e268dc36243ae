package dev.remit.approval.application;

import dev.remit.approval.domain.Attempt.Result.Refused;
import dev.remit.handoff.passkey.Assertion;
import dev.remit.handoff.passkey.Passkey;
import java.util.Optional;
import java.util.UUID;

/** Understands what authenticators say. */
public interface Authenticators {
    /**
     * The relying party's id: the domain that passkeys are for.
     *
     * @throws dev.remit.handoff.http.Problem 409 PASSKEYS_NOT_SET_UP if there is none
     */
    String site();

    /**
     * A new key.
     *
     * @param attested see {@link Passkeys.Kept}
     */
    record Fresh(Passkey key, byte[] attested, UUID aaguid, long count) {}

    /**
     * Checks a registration (Web Authentication Level 3, section 7.1); what make the authenticator
     * is of is not attested.
     *
     * @throws dev.remit.handoff.http.Problem 422 with a code that starts with PASSKEY
     */
    Fresh registered(String person, byte[] challenge, byte[] clientData, byte[] attestation);

    /** What is wrong with an assertion (section 7.2); empty if it holds. */
    Optional<Refused> flaw(Passkeys.Kept kept, Assertion assertion, byte[] challenge);

    /** The counter that it says. */
    static long count(Assertion assertion) {
        byte[] data = assertion.authenticatorData();
        return data.length < 37
                ? 0
                : Integer.toUnsignedLong(java.nio.ByteBuffer.wrap(data, 33, 4).getInt());
    }
}
