package dev.remit.executor.application;

import io.smallrye.mutiny.Uni;

/** The halts and resumptions that were ordered, wherever they are on their way. */
public interface HaltOrders {
    /**
     * Whether every order that was published by now was taken in. While one was not, it may be a
     * halt. Fails if it cannot be told.
     */
    Uni<Boolean> areTakenIn();
}
