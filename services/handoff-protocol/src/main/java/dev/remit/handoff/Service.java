package dev.remit.handoff;

/** The five services of the mesh. */
public enum Service {
    CONNECTOR("connector"),
    DATA_READINESS("data-readiness"),
    APPROVAL_ROUTING("approval-routing"),
    EXECUTOR("executor"),
    EVIDENCE_LEDGER("evidence-ledger");

    private final String id;

    Service(String id) {
        this.id = id;
    }

    /**
     * The service's name in keys, consumer groups and envelopes, for example {@code
     * data-readiness}.
     */
    public String id() {
        return id;
    }

    /**
     * The service with this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Service of(String id) {
        for (Service service : values()) {
            if (service.id.equals(id)) {
                return service;
            }
        }
        throw new IllegalArgumentException("no service is named '" + id + "'");
    }
}
