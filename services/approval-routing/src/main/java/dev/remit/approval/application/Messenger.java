package dev.remit.approval.application;

import dev.remit.approval.application.Notices.Due;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** Tells people that something waits for them. */
public interface Messenger {
    /** Whether there is a way to tell anybody. */
    boolean isThere();

    /**
     * Sends these.
     *
     * @return the positions of those that were sent; never fails
     */
    Uni<List<Long>> send(List<Due> notices);
}
