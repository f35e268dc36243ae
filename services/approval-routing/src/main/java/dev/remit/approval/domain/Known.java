package dev.remit.approval.domain;

import dev.remit.handoff.directory.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What was looked up for a decision.
 *
 * @param charter the charter of the change
 * @param people the accounts behind what its stages ask, and behind who tries
 * @param now microseconds, UTC
 * @param patience how long a change may be held before its first stage
 */
public record Known(
        Charter.Lookup charter,
        Map<Concern, List<Account>> people,
        Instant now,
        Duration patience) {
    List<Account> accounts(Concern concern) {
        return people.getOrDefault(concern, List.of());
    }
}
