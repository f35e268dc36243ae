package dev.remit.approval.application;

import dev.remit.approval.application.Notices.Due;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Tells people that something waits for them. */
public interface Messenger {
    /** Whether there is this way to tell anybody. */
    boolean isThere();

    /** Each way has notices of its own. */
    Notices.Channel channel();

    /**
     * Sends these.
     *
     * @return the positions of those that were sent; never fails
     */
    Uni<List<Long>> send(List<Due> notices);
}
