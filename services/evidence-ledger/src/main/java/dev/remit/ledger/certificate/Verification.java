package dev.remit.ledger.certificate;

import java.util.List;

/**
 * What a verifier found.
 *
 * @param checks every check made, in order
 * @param words the change's story in plain words; to be believed only when all checks hold
 */
public record Verification(List<Check> checks, List<String> words, String outcome) {
    /** One check. */
    public record Check(String name, boolean holds, String words) {}

    /** Whether every check holds. */
    public boolean holds() {
        return !checks.isEmpty() && checks.stream().allMatch(Check::holds);
    }
}
