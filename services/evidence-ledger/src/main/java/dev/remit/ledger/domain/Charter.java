package dev.remit.ledger.domain;

import java.util.List;

/**
 * What the ledger needs of a charter.
 *
 * @param stages the names of its approval stages with their quorum, in order
 * @param proofs what must be proved before a change is COMPLETED
 */
public record Charter(
        String name, String version, String hash, List<Stage> stages, List<String> proofs) {
    /** A stage and its quorum. */
    public record Stage(String name, int quorum) {}
}
