package dev.remit.charter;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a condition may look at. What is empty is unknown, and a condition that looks at it has no
 * answer.
 *
 * @param change the proposed change
 * @param subject the account of the one whose identity changes, in the target system
 * @param resource what the change is about, where that is more than the subject's account
 * @param readiness what data-readiness judged
 * @param risk 0 (none) to 100
 * @param reviewer the account of one who may approve; only a filter looks at it
 */
public record Facts(
        Optional<Change> change,
        Optional<Account> subject,
        Optional<Resource> resource,
        Optional<Readiness> readiness,
        OptionalInt risk,
        Optional<Account> reviewer) {

    /** Nothing is known. */
    public static final Facts NONE =
            new Facts(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty());

    /**
     * {@code change}.
     *
     * @param subject immutable id of the subject as proposed
     * @param reason why, in the proposer's words; blank is not known, as where the domain is judged
     * @param mode OWN or ASSIST
     */
    public record Change(
            String charter,
            String action,
            String target,
            String subject,
            String reason,
            String mode) {}

    /**
     * {@code subject} and {@code reviewer}: an account as it was last observed.
     *
     * @param id immutable id in its system
     * @param workerId HR worker id it is correlated with
     * @param managerWorkerId the manager's HR worker id
     * @param groups paths of direct memberships, for example /security-approvers
     */
    public record Account(
            String system,
            String id,
            boolean enabled,
            Optional<String> workerId,
            Optional<String> managerWorkerId,
            List<String> groups,
            List<String> roles) {
        public Account {
            groups = List.copyOf(groups);
            roles = List.copyOf(roles);
        }
    }

    /**
     * {@code resource}.
     *
     * @param kind always account, so far
     * @param owner immutable id of the owner's account; not known where the domain is judged
     * @param entitlements paths of the groups that the change grants or removes
     */
    public record Resource(
            String system,
            String id,
            String kind,
            Optional<String> owner,
            List<String> entitlements) {
        public Resource {
            entitlements = List.copyOf(entitlements);
        }
    }

    /**
     * {@code readiness}.
     *
     * @param verdict READY, ENRICHED, HELD or HALTED
     * @param facts name of each judged fact to its state: PRESENT, MISSING, STALE, CONTRADICTED
     */
    public record Readiness(String verdict, Map<String, String> facts) {
        public Readiness {
            facts = Map.copyOf(facts);
        }
    }

    public Facts withChange(Change known) {
        return new Facts(Optional.of(known), subject, resource, readiness, risk, reviewer);
    }

    public Facts withSubject(Account known) {
        return new Facts(change, Optional.of(known), resource, readiness, risk, reviewer);
    }

    public Facts withResource(Resource known) {
        return new Facts(change, subject, Optional.of(known), readiness, risk, reviewer);
    }

    public Facts withReadiness(Readiness known) {
        return new Facts(change, subject, resource, Optional.of(known), risk, reviewer);
    }

    /**
     * @throws IllegalArgumentException if it is not 0 to 100
     */
    public Facts withRisk(int known) {
        if (known < 0 || known > 100) {
            throw new IllegalArgumentException("risk: is not 0 to 100");
        }
        return new Facts(change, subject, resource, readiness, OptionalInt.of(known), reviewer);
    }
}
