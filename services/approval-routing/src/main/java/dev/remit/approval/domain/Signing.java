package dev.remit.approval.domain;

import dev.remit.handoff.passkey.Assertion;
import dev.remit.handoff.passkey.DecisionChallenge;
import java.util.UUID;

/**
 * A signature that came with an attempt, to be held against what the attempt turns out to decide.
 */
@FunctionalInterface
public interface Signing {
    /**
     * Whether it is this one's signature of that.
     *
     * @param by immutable id of the one who tries
     */
    Checked over(String by, DecisionChallenge challenge);

    /** What came of it. */
    sealed interface Checked {
        /** It holds. */
        record Holds(Signature signature) implements Checked {}

        /** It does not. */
        record Flawed(Attempt.Result.Refused refused) implements Checked {}
    }

    /**
     * One that holds.
     *
     * @param passkey the registration
     * @param count the authenticator's counter after it
     */
    record Signature(UUID passkey, Assertion assertion, long count) {}
}
