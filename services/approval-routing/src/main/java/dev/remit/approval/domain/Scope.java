package dev.remit.approval.domain;

import dev.remit.handoff.directory.Account;
import java.util.Optional;

/**
 * What a charter's condition can look at. What is empty is not known.
 *
 * @param subject the account that is to be changed
 * @param reviewer the one considered, for a stage's filter
 */
public record Scope(Ready ready, Optional<Account> subject, Optional<Account> reviewer) {
    static Scope of(Ready ready, Known known) {
        return new Scope(
                ready,
                known
                        .accounts(Concern.target(ready.about().target(), ready.parties().account()))
                        .stream()
                        .findFirst(),
                Optional.empty());
    }

    Scope reviewing(Account account) {
        return new Scope(ready, subject, Optional.of(account));
    }
}
