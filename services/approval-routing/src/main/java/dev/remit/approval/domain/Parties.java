package dev.remit.approval.domain;

import java.util.Optional;

/**
 * Who has a part in a change besides those who approve it, by immutable id.
 *
 * @param proposer who proposed it
 * @param principal the person responsible for a digital employee or copilot that proposed it
 * @param account the account that is to be changed; empty if it is not known
 * @param subjectWorker the HR worker it belongs to
 * @param executor who executed it, a person where it was done by hand; empty until it was
 * @param executorWorker that person's HR worker id, as the executor says
 */
public record Parties(
        String proposer,
        Optional<String> principal,
        String account,
        String subjectWorker,
        Optional<String> executor,
        Optional<String> executorWorker) {
    /** Nobody has executed it. */
    public Parties(
            String proposer, Optional<String> principal, String account, String subjectWorker) {
        this(proposer, principal, account, subjectWorker, Optional.empty(), Optional.empty());
    }

    /** The same, executed. */
    public Parties executedBy(Optional<String> by, Optional<String> worker) {
        return new Parties(proposer, principal, account, subjectWorker, by, worker);
    }
}
