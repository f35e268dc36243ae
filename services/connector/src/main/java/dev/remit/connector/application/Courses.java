package dev.remit.connector.application;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * How far a change has come, as the services say that hold it, each asked with the caller's own
 * rights, and in time. Empty where one did not answer: nothing is made up for it.
 */
public interface Courses {
    /**
     * Its route.
     *
     * @param stage the stage that is open, or at which the route ended
     * @param step the number of that stage, from 1
     * @param lasts how long what the plan grants is granted; empty if it is for good
     */
    record Route(String stage, int step, Optional<Duration> lasts) {}

    /**
     * Its record.
     *
     * @param authorizedAt when the last approval it needs was there
     * @param handoffs the types of its handoffs; ChangeExecuted only if that succeeded
     * @param missing the proofs that its closure lacks
     */
    record Story(Optional<Instant> authorizedAt, Set<String> handoffs, Set<String> missing) {}

    Uni<Optional<Route>> route(UUID change, String authorization);

    Uni<Optional<Story>> story(UUID change, String authorization);
}
