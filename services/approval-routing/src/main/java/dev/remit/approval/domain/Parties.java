package dev.remit.approval.domain;

import java.util.Optional;
import java.util.Set;

/**
 * Who has a part in a change already, by immutable id.
 *
 * @param proposer who proposed it
 * @param principal the person responsible for a digital employee or copilot that proposed it
 * @param account the account that is to be changed
 * @param subjectWorker the HR worker it belongs to
 * @param decided those who approved an earlier stage
 */
public record Parties(
        String proposer,
        Optional<String> principal,
        String account,
        String subjectWorker,
        Set<String> decided) {
    /** The same, after these approved earlier stages. */
    public Parties after(Set<String> approvers) {
        return new Parties(proposer, principal, account, subjectWorker, approvers);
    }
}
