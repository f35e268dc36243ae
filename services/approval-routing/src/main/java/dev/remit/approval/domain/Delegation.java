package dev.remit.approval.domain;

import dev.remit.handoff.directory.Account;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Someone lets another decide in their place for a time. One link only: who acts for another cannot
 * pass it on.
 *
 * @param from immutable id of the one who delegates
 * @param to immutable id of the one who may decide
 * @param charters names of the charters it is for; empty for all
 * @param since from when on
 * @param until not any more from then on
 * @param fromWorker the HR worker of the one who delegates, when they did; empty if none was known
 * @param toWorker the HR worker of the other at the time
 */
public record Delegation(
        UUID id,
        String from,
        String to,
        Set<String> charters,
        Instant since,
        Instant until,
        Optional<String> fromWorker,
        Optional<String> toWorker) {
    /** Whether one of the two accounts is not known to be the same person's any more. */
    boolean isOfOthers(Known known) {
        return isAnothers(fromWorker, from, known) || isAnothers(toWorker, to, known);
    }

    private static boolean isAnothers(Optional<String> then, String id, Known known) {
        return then.isPresent() && !known.account(id).flatMap(Account::workerId).equals(then);
    }

    /** Whether it counts for a change under this charter now. */
    public boolean covers(String charter, Instant now) {
        return (charters.isEmpty() || charters.contains(charter))
                && !now.isBefore(since)
                && now.isBefore(until);
    }
}
