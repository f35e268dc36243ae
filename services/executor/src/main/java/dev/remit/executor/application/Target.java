package dev.remit.executor.application;

import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.TargetState;
import io.smallrye.mutiny.Uni;
import java.util.Set;

/**
 * A system that changes are executed on. Every call fails with {@link Impossible}, with {@link
 * Silent}, or with something that counts as {@code Silent}; nothing blocks.
 */
public interface Target {
    /**
     * The target will never do this: the account is not there, or the executor has no right to it.
     */
    class Impossible extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Impossible(String reason) {
            super(reason, null, false, false);
        }
    }

    /** The account is not there: it holds nothing. */
    final class Gone extends Impossible {
        private static final long serialVersionUID = 1L;

        public Gone(String reason) {
            super(reason);
        }
    }

    /** The target gave no usable answer; later it may. The reason holds no secret. */
    final class Silent extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Silent(String reason, Throwable cause) {
            super(reason, cause, false, false);
        }

        public Silent(String reason) {
            super(reason, null, false, false);
        }
    }

    /** The system's name, for example {@code keycloak:acme}. */
    String system();

    /** The names of the plan steps that this kind of system can do. */
    Set<String> abilities();

    /** The names of the plan steps that a person does there, and that {@link #read} shows. */
    default Set<String> readable() {
        return Set.of();
    }

    /** Immutable id of the account that the executor acts as. */
    Uni<String> actor();

    /** Asks for anything, to see whether the system answers. */
    Uni<Void> ask();

    /** Reads an account. */
    Uni<TargetState> read(String account);

    /** The same, with when its secret was set, where the target says that. */
    default Uni<TargetState> readWithSecret(String account) {
        return read(account);
    }

    /**
     * Reads what is there of an account that is to be made: whatever carries its worker id or has
     * its name, with its identity; {@link TargetState#GONE} only where the target shows that there
     * is neither.
     */
    default Uni<TargetState> find(Plan.Step.CreateAccount account) {
        return Uni.createFrom().failure(new Impossible(system() + " has no way to make accounts"));
    }

    /**
     * Makes an account, in one call, with exactly this and without a credential.
     *
     * @return its immutable id; {@link Impossible} where the name is taken
     */
    default Uni<String> create(Plan.Step.CreateAccount account) {
        return Uni.createFrom().failure(new Impossible(system() + " has no way to make accounts"));
    }

    Uni<Void> disable(String account);

    Uni<Void> enable(String account);

    /**
     * @param manager as the target keeps it; empty for nobody
     */
    Uni<Void> setManager(String account, String manager);

    /**
     * @param owner as the target keeps it; empty for nobody
     */
    Uni<Void> setOwner(String account, String owner);

    Uni<Void> delete(String account);

    Uni<Void> endSessions(String account);

    Uni<Void> join(String account, Plan.Group group);

    Uni<Void> leave(String account, Plan.Group group);
}
