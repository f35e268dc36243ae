package dev.remit.ledger.domain;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the ledger needs of a charter.
 *
 * @param stages its approval stages, in order
 * @param proofs what must be proved before a change is COMPLETED
 */
public record Charter(
        String name, String version, String hash, List<Stage> stages, List<String> proofs) {
    /** Starts the id of every rule, and of no person. */
    public static final String RULE_PREFIX = "policy:";

    /**
     * A stage.
     *
     * @param quorum how many must approve, from 1
     * @param rule what may approve in a person's place
     */
    public record Stage(String name, int quorum, Optional<Rule> rule) {}

    /**
     * A rule that approves without a person.
     *
     * @param verdicts the readiness verdicts under which it applies
     */
    public record Rule(String name, String version, Set<String> verdicts) {
        /** The id under which it decides. */
        public String actor() {
            return RULE_PREFIX + name + "@" + version;
        }
    }

    /** The stage with this name. */
    public Optional<Stage> stage(String stageName) {
        return stages.stream().filter(each -> each.name().equals(stageName)).findFirst();
    }
}
