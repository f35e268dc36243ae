package dev.remit.connector.domain;

import java.util.UUID;

/** The namespace of the ids that the connector derives. */
public final class Ids {
    public static final UUID NAMESPACE = UUID.fromString("0b6c9a7e-5d7e-5c29-8a8e-6b1f0c0d1a51");

    private Ids() {}

    /** The id of the observation of this HR event. */
    public static UUID ofWorkerEvent(String eventId) {
        return dev.remit.handoff.Ids.derived(NAMESPACE, "hr:" + eventId);
    }
}
