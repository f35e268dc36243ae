package dev.remit.approval.application;

import dev.remit.approval.application.Mirror.Due;
import io.smallrye.mutiny.Uni;

/** The ITSM that routes are shown in. */
public interface Tickets {
    /** Whether there is one. */
    boolean isThere();

    /**
     * Shows an event; shown before, it changes nothing.
     *
     * @return whether it is shown now; never fails
     */
    Uni<Boolean> show(Due due);
}
