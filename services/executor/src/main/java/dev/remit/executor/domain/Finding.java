package dev.remit.executor.domain;

import java.util.Optional;

/** What an attempt knows of its target. */
public sealed interface Finding {
    /** The target was not asked yet. */
    record Nothing() implements Finding {}

    /** The account as it is before this attempt touches it. */
    record Found(TargetState now) implements Finding {}

    /**
     * The account after this attempt's calls.
     *
     * @param obstacle why a call can never succeed; calls after it were not made
     */
    record ReadBack(TargetState before, TargetState after, Optional<String> obstacle)
            implements Finding {}

    /**
     * The target answers that the account can never be read.
     *
     * @param touched whether this attempt had begun to change the account
     */
    record Impossible(String reason, boolean touched) implements Finding {
        /** Nothing was changed yet. */
        public Impossible(String reason) {
            this(reason, false);
        }
    }

    /**
     * The target gave no usable answer; later it may.
     *
     * @param touched whether this attempt had begun to change the account
     */
    record Unanswered(String reason, boolean touched) implements Finding {}
}
