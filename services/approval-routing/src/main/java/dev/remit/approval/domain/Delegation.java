package dev.remit.approval.domain;

import java.time.Instant;
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
 */
public record Delegation(
        UUID id, String from, String to, Set<String> charters, Instant since, Instant until) {
    /** Whether it counts for a change under this charter now. */
    public boolean covers(String charter, Instant now) {
        return (charters.isEmpty() || charters.contains(charter))
                && !now.isBefore(since)
                && now.isBefore(until);
    }
}
