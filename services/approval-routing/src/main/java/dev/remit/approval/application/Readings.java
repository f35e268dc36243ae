package dev.remit.approval.application;

import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Event;
import dev.remit.handoff.loop.Received;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What received messages say to a route. */
public interface Readings {
    /** What one message says. */
    sealed interface Reading {
        /** It is about a change's readiness for approval. */
        record Says(UUID change, Event event) implements Reading {}

        /** It says what became of a change that was authorized here. */
        record Reports(UUID change, Event event) implements Reading {}

        /** Somebody is asked to approve a version of a charter, which the connector decides on. */
        record Drafted(Draft draft) implements Reading {}

        /** A draft ended, published or not. */
        record DraftEnded(UUID draft) implements Reading {}

        /** It asks nothing of approval-routing. */
        record Nothing() implements Reading {}

        /** It says something that this build does not know. */
        record Unreadable(String code, String reason) implements Reading {}
    }

    /**
     * A draft of a charter.
     *
     * @param drafter account id and worker of who drafted it; empty where nobody is known
     * @param owner account id; empty if its owner is not needed
     * @param second whether a second person is needed
     * @param until when it ends by itself
     */
    record Draft(
            UUID id, Set<String> drafter, Optional<String> owner, boolean second, Instant until) {}

    Reading of(Received received);

    /** The accounts, the groups they are in now, and the charters that a batch has news about. */
    Set<Concern> news(List<Received> batch);

    /** The versions of charters that a batch tells of. */
    List<Charters.Published> published(List<Received> batch);

    /** The accounts that a batch observes, and the systems that were read completely by then. */
    Removals.Observed observed(List<Received> batch);
}
