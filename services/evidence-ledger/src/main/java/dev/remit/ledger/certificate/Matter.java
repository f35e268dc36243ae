package dev.remit.ledger.certificate;

import java.util.Optional;
import java.util.Set;

/**
 * What a change was about, by its own messages whose seals hold.
 *
 * @param subject system and id, separated by a colon
 * @param account the target account, once it was known
 * @param made the account that was made, by the id that the target gave it
 * @param action the charter's name for it
 * @param steps the names of the steps that were authorized; empty where the authorization is not
 *     shown, or there was none
 * @param approvers who approved, as people where their HR workers are known
 */
public record Matter(
        String charter,
        String subject,
        Optional<String> account,
        Optional<String> made,
        String action,
        Optional<Set<String>> steps,
        Set<String> approvers) {
    /** Whether it is about this account, by either of its ids; empty asks for one without any. */
    boolean isOf(String id) {
        return account.orElse("").equals(id) || made.filter(id::equals).isPresent();
    }
}
