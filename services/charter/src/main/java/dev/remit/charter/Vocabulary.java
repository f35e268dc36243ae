package dev.remit.charter;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the mesh can do, by name. Lint goes by it; a test holds it against the services' own lists.
 */
public final class Vocabulary {
    private Vocabulary() {}

    /** The steps that are planned and executed, by the kind of the target system. */
    public static final Map<String, Set<String>> STEPS =
            Map.of(
                    "keycloak", Set.of("disable-account", "end-sessions", "leave-groups"),
                    "scim", Set.of("disable-account", "leave-groups"));

    /** The facts that readiness judges. */
    public static final Set<String> FACTS =
            Set.of("account.correlated", "manager.active", "source.fresh");

    /** The fact that needs a maxAge. */
    static final String FRESH = "source.fresh";

    /** The proof that the target was read again after the change. */
    static final String READ_BACK = "read-back.matches";

    /** The proof that the target's own events give. */
    static final String CORROBORATED = "activity.corroborated";

    /** The kinds of target systems that report events of their own. */
    public static final Set<String> REPORTING = Set.of("keycloak");

    /** The proofs that the ledger decides. */
    public static final Set<String> PROOFS =
            Set.of(
                    "readiness.fit",
                    "approvals.complete",
                    "separation-of-duties",
                    "executed.as-authorized",
                    READ_BACK,
                    CORROBORATED);

    /** The parts that rules of separation of duties hold apart. */
    static final Set<String> PARTS =
            Set.of(
                    "proposer",
                    "principal",
                    "subject",
                    "approver",
                    "delegator",
                    "executor",
                    "owner");

    /** Why nothing can give a proof of a change in this system; empty if something can. */
    public static Optional<String> unprovable(String proof, String system) {
        if (!PROOFS.contains(proof)) {
            return Optional.of("nothing produces '" + proof + "'");
        }
        return proof.equals(CORROBORATED) && !REPORTING.contains(kind(system))
                ? Optional.of(system + " reports no events of its own for '" + proof + "'")
                : Optional.empty();
    }

    /** The kind of a system: {@code keycloak} of {@code keycloak:acme}. */
    static String kind(String system) {
        return system.substring(0, Math.max(0, system.indexOf(':')));
    }
}
