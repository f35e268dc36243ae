package dev.remit.readiness.domain;

import dev.remit.handoff.directory.Account;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What can happen to a change here. Whatever is needed to decide comes with it, time included. */
public sealed interface Event {
    record Proposed(Proposal proposal, Known known) implements Event {}

    /**
     * Something became known that the change waits for, or it is time to look again.
     *
     * @param cause the message that told it; empty when a clock did
     */
    record News(Optional<UUID> cause, Known known) implements Event {}

    /**
     * Someone supplied a fact.
     *
     * @param value what is supplied, for a manager the worker id, for an account its immutable id
     * @param by immutable id of the one who supplies it
     * @param roles that they hold
     * @param own the subject's accounts where people sign in
     * @param others the accounts there of the one who supplies it and of who proposed the change
     * @param known what is known when the value is taken for true
     */
    record Corrected(
            String fact,
            String value,
            String by,
            Set<String> roles,
            List<Account> own,
            List<Account> others,
            Known known)
            implements Event {
        /** The worker of the one who supplies it, where an account of theirs names one. */
        Optional<String> worker() {
            return worker(by);
        }

        /** Whether the one who supplies it is this one, under whichever account. */
        boolean isBy(String id) {
            return by.equals(id) || (worker().isPresent() && worker().equals(worker(id)));
        }

        private Optional<String> worker(String id) {
            return others.stream()
                    .filter(each -> each.id().equals(id))
                    .findFirst()
                    .flatMap(Account::workerId);
        }
    }

    record Overdue(Instant now) implements Event {}

    record Withdrawn(Withdrawal withdrawal) implements Event {}
}
