package dev.remit.readiness.domain;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What became of an event. */
public sealed interface Outcome {
    /**
     * @param readiness how the change stands now
     * @param happenings what others are told, in this order
     */
    record Happened(Readiness.Kept readiness, List<Happening> happenings) implements Outcome {}

    /**
     * @param reason in plain words
     */
    record Refused(Refusal refusal, String reason) implements Outcome {}

    /** The change has not come yet; what is known of it already is kept until it does. */
    record Remembered(Readiness.TakenBack readiness) implements Outcome {}

    /** Nothing is left to do: it was done before, or the change has gone on. */
    record AlreadyDone() implements Outcome {}

    /** The rule that refuses. */
    enum Refusal {
        /** Another change was proposed with this id. */
        CHANGE_CONTRADICTED,
        CORRECTION_UNKNOWN,
        CORRECTION_ANSWERED,
        /** The subject of a change supplies none of its facts. */
        SOD_SUBJECT,
        /** Who proposed a change, or is responsible for who did, supplies none either. */
        SOD_PROPOSER,
        /** The charter asks others for this fact. */
        NOT_ASKED,
        MANAGER_IS_SUBJECT,
        /** A manager is asked to approve, so nobody names themselves. */
        MANAGER_IS_CORRECTOR,
        MANAGER_NOT_ACTIVE,
        /** The target has no such account. */
        ACCOUNT_UNKNOWN,
        /** The target says that the account is another worker's. */
        ACCOUNT_OF_ANOTHER
    }

    /** What others are told. */
    sealed interface Happening {
        /**
         * @param cause the message that led to it; null when a clock did
         */
        record Judged(Judgement judgement, @Nullable UUID cause) implements Happening {}

        /** It ends here, taken back. */
        record Ended(Withdrawal withdrawal, List<Judgement.Fact> facts) implements Happening {}

        /** It went on: whoever holds it now is told that it is taken back. */
        record Relayed(Withdrawal withdrawal) implements Happening {}

        record Asked(Correction correction) implements Happening {}

        /**
         * @param by immutable id of the one who supplied it
         */
        record Answered(UUID correction, String fact, String value, String by)
                implements Happening {}
    }
}
