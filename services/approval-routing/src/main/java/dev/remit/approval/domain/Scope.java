package dev.remit.approval.domain;

import dev.remit.handoff.directory.Account;
import java.util.Optional;

/**
 * What a charter's condition can look at. What is empty is not known.
 *
 * @param subject the account that is to be changed
 * @param risk of the plan
 * @param reviewer the one considered, for a stage's filter
 */
public record Scope(
        Ready ready, Optional<Account> subject, Optional<Risk> risk, Optional<Account> reviewer) {
    static Scope of(Ready ready, Known known) {
        Optional<Account> subject =
                known
                        .accounts(Concern.target(ready.about().target(), ready.parties().account()))
                        .stream()
                        .findFirst();
        return new Scope(
                ready,
                subject,
                known.charter() instanceof Charter.Lookup.Found(Charter charter)
                        ? Risk.of(ready.effect(), charter, ready.about().action(), subject)
                        : Optional.empty(),
                Optional.empty());
    }

    Scope reviewing(Account account) {
        return new Scope(ready, subject, risk, Optional.of(account));
    }
}
