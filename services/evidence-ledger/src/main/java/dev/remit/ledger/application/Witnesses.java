package dev.remit.ledger.application;

import dev.remit.ledger.log.TrustPolicy;
import dev.remit.ledger.witness.AddCheckpoint;
import java.time.Duration;
import java.util.Optional;

/** Those who are asked to cosign checkpoints (C2SP tlog-witness). The calls block. */
public interface Witnesses {
    /** What one of them says. */
    sealed interface Answer {
        /** Signature lines, not verified yet. */
        record Lines(String text) implements Answer {}

        /** It cosigned this size last. */
        record OtherSize(long size) implements Answer {}

        /** It will not cosign this; asking again changes nothing. */
        record Refused(String why) implements Answer {}

        /** Nothing, or nothing that reads. */
        record Silent(String why) implements Answer {}
    }

    /** Asks for a cosignature. */
    Answer ask(TrustPolicy.Member witness, AddCheckpoint request, Duration patience);

    /**
     * The last checkpoint that it cosigned for a log; empty when it cosigned none or does not
     * answer.
     */
    Optional<String> last(TrustPolicy.Member witness, String origin, Duration patience);
}
