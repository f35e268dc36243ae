package dev.remit.approval.domain;

import java.time.Instant;
import java.util.Optional;

/** How a change stands on its way through the stages of its charter. */
public sealed interface Route {
    /** It has not come here yet. */
    record Unrouted() implements Route {}

    /** It was called ready and lacks what a route needs; it waits for a message that has it. */
    record Unplanned(Event.Lacking what, Instant since, Instant until) implements Route {}

    /** It waits for a charter that can be gone by. */
    record CharterUnknown(Ready ready, String why, Instant since, Instant until) implements Route {}

    /** A stage is open. */
    sealed interface Open extends Route {
        OpenStage stage();
    }

    /** Enough people may decide the stage. */
    record Waiting(OpenStage stage) implements Open {}

    /** Too few may. */
    record Held(OpenStage stage, String why) implements Open {}

    /**
     * Nothing is left to decide.
     *
     * @param last the stage at which it ended; empty if none was open, or when it is not needed
     */
    record Ended(End how, Instant at, Optional<OpenStage> last) implements Route {}

    /** How a route ends. */
    enum End {
        APPROVED,
        DENIED,
        EXPIRED
    }

    /** The state's name, as it is kept and shown. */
    default String state() {
        return switch (this) {
            case Unrouted _ -> "UNROUTED";
            case Unplanned _ -> "UNPLANNED";
            case CharterUnknown _ -> "CHARTER_UNKNOWN";
            case Open _ -> "OPEN";
            case Ended ended -> ended.how().name();
        };
    }
}
