package dev.remit.charter;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the mesh can do, by name. Lint goes by it; a test holds it against the services' own lists.
 */
public final class Vocabulary {
    private Vocabulary() {}

    /** The step that grants what an action's {@code grant} names. */
    static final String JOIN = "join-group";

    static final String LEAVE_GROUPS = "leave-groups";
    static final String LEAVE_GROUP = "leave-group";
    static final String JOIN_GROUPS = "join-groups";
    static final String SET_MANAGER = "set-manager";
    static final String SET_OWNER = "set-owner";

    /** The step that makes the account: the first one, and only these go with it. */
    static final String CREATE = "create-account";

    static final Set<String> GOING_WITH_CREATE = Set.of(CREATE, JOIN_GROUPS);

    /** The step that takes it away again. */
    static final String LEAVE_AT_EXPIRY = "leave-group-at-expiry";

    /** The steps that are planned and executed, by the kind of the target system. */
    public static final Map<String, Set<String>> STEPS =
            Map.of(
                    "keycloak",
                            Set.of(
                                    CREATE,
                                    "disable-account",
                                    "enable-account",
                                    "end-sessions",
                                    LEAVE_GROUPS,
                                    LEAVE_GROUP,
                                    JOIN_GROUPS,
                                    JOIN,
                                    LEAVE_AT_EXPIRY,
                                    SET_MANAGER,
                                    SET_OWNER,
                                    "delete-account"),
                    "scim",
                            Set.of(
                                    CREATE,
                                    "disable-account",
                                    "enable-account",
                                    LEAVE_GROUPS,
                                    LEAVE_GROUP,
                                    JOIN_GROUPS,
                                    "delete-account"));

    /** The steps that only a person does, and that are seen when the target is read. */
    public static final Map<String, Set<String>> BY_HAND =
            Map.of("keycloak", Set.of("rotate-secret"));

    /** The step that takes each step back, to what the account was when the plan was made. */
    public static final Map<String, String> OPPOSITES =
            Map.of(
                    CREATE,
                    "delete-account",
                    "disable-account",
                    "enable-account",
                    "enable-account",
                    "disable-account",
                    LEAVE_GROUPS,
                    JOIN_GROUPS,
                    LEAVE_GROUP,
                    JOIN_GROUPS,
                    SET_MANAGER,
                    SET_MANAGER,
                    SET_OWNER,
                    SET_OWNER);

    /** The steps that leave nothing to take back, or that their own end takes back. */
    static final Set<String> LEAVING_NOTHING = Set.of("end-sessions", JOIN, LEAVE_AT_EXPIRY);

    /** The steps that nothing takes back. */
    static final Set<String> IRREVERSIBLE = Set.of("delete-account", "rotate-secret");

    /** The member of an action that a step needs, by step. */
    static final Map<String, String> NEEDED =
            Map.of(
                    LEAVE_GROUP,
                    "group",
                    JOIN_GROUPS,
                    "groups",
                    SET_MANAGER,
                    "manager",
                    SET_OWNER,
                    "owner",
                    CREATE,
                    "account");

    /** The facts that readiness judges. */
    public static final Set<String> FACTS =
            Set.of("account.correlated", "account.exists", "manager.active", "source.fresh");

    /** Whose owners sources tell, and of which kinds of systems. */
    static final Map<String, Set<String>> OWNERS =
            Map.of(
                    "account", Set.of("keycloak", "scim"),
                    "nhi", Set.of("keycloak", "scim"),
                    "resource", Set.of("keycloak", "scim"),
                    "entitlement", Set.of("keycloak"),
                    "application", Set.of("keycloak"));

    /** The facts that a person can supply, and that a share of a target's accounts can have. */
    public static final Set<String> ASKABLE = Set.of("account.correlated", "manager.active");

    /** The facts that another system can say of the same worker. */
    public static final Set<String> ENRICHABLE = Set.of("manager.active");

    /** The fields that a condition of the domain may name and that nobody tells it. */
    static final Set<String> UNKNOWN_IN_DOMAIN = Set.of("resource.owner", "change.reason");

    /** The kinds of systems whose accounts are read. */
    static final Set<String> READ = STEPS.keySet();

    /** The fact that says who is the manager. */
    static final String MANAGER = "manager.active";

    /** The kinds of systems that keep a manager by HR worker id, as {@code set-manager} sets it. */
    static boolean keepsManager(String system) {
        return STEPS.getOrDefault(kind(system), Set.of()).contains(SET_MANAGER);
    }

    /** The fact that needs a maxAge. */
    static final String FRESH = "source.fresh";

    /** The fact that no account has that nobody is behind, or that is yet to be made. */
    static final String CORRELATED = "account.correlated";

    /** The fact of any account that was read, whoever is behind it; of none yet to be made. */
    static final String EXISTS = "account.exists";

    /** The facts that only an account can have that is there. */
    static final Set<String> OF_ACCOUNTS = Set.of(CORRELATED, EXISTS);

    /** The proof that the target was read again after the change. */
    static final String READ_BACK = "read-back.matches";

    /** The steps that the target's own events corroborate. */
    static final Set<String> SHOWN =
            Set.of(
                    CREATE,
                    "disable-account",
                    "enable-account",
                    LEAVE_GROUPS,
                    LEAVE_GROUP,
                    JOIN_GROUPS,
                    JOIN,
                    SET_MANAGER,
                    SET_OWNER,
                    "delete-account");

    /** The proof that the target's own events give. */
    static final String CORROBORATED = "activity.corroborated";

    /** The proof that what was granted for a time was taken away. */
    static final String GRANT_ENDED = "grant.ended";

    /** The proof that a review afterwards was closed. */
    static final String REVIEWED = "review.closed";

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
                    CORROBORATED,
                    GRANT_ENDED,
                    REVIEWED);

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
