package dev.remit.approval.domain;

import java.util.Set;
import java.util.UUID;

/** What can move a route. */
public sealed interface Event {
    /** The change's data is fit. */
    record Readied(Ready ready) implements Event {}

    /**
     * The change was called ready by a message that lacks what a route needs.
     *
     * @param kept the change as it was proposed
     * @param why what is lacking
     */
    record Lacking(UUID change, byte[] kept, String charterHash, String why) implements Event {}

    /**
     * Someone tries to decide.
     *
     * @param roles the roles in the token
     */
    record Attempted(Attempt attempt, Set<String> roles, Authentication authentication)
            implements Event {}

    /** The directory says something new about whom the route asks, or has its charter now. */
    record News() implements Event {}

    /** A deadline may have passed. */
    record Deadline() implements Event {}
}
