package dev.remit.executor.application;

import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.TargetState;
import io.smallrye.mutiny.Uni;

/** The system that changes are executed on. */
public interface Target {
    /**
     * The target will never do this: the account is not there, or the executor has no right to it.
     */
    final class Impossible extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Impossible(String reason) {
            super(reason, null, false, false);
        }
    }

    /** The system's name, for example {@code keycloak:acme}. */
    String system();

    /** Immutable id of the account that the executor acts as. */
    Uni<String> actor();

    /** Reads an account. */
    Uni<TargetState> read(String account);

    Uni<Void> disable(String account);

    Uni<Void> endSessions(String account);

    Uni<Void> leave(String account, Plan.Group group);
}
