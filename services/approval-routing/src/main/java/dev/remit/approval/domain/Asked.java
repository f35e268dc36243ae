package dev.remit.approval.domain;

import dev.remit.handoff.directory.Account;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whom a stage has asked so far, as they were when it asked them first.
 *
 * @param workers the HR worker of each account, by the account's id; empty text where none was
 *     known
 */
public record Asked(Map<String, String> workers) {
    /** Nobody yet. */
    public static final Asked NOBODY = new Asked(Map.of());

    /**
     * Whether this account is not known to be the same person's any more: what waited for them is
     * not for whoever has its id since.
     *
     * @param account as observed; empty when none was
     */
    boolean isAnothers(String id, Optional<Account> account) {
        String then = workers.getOrDefault(id, "");
        return !then.isEmpty() && !account.flatMap(Account::workerId).equals(Optional.of(then));
    }

    /**
     * With those asked now; who was asked before stays who they were. Whom nobody knew the worker
     * of is whoever they are known as first.
     */
    Asked with(List<Candidate> now, Known known) {
        Map<String, String> all = new HashMap<>(workers);
        now.stream()
                .filter(Candidate::eligible)
                .forEach(each ->
                        all.merge(
                                each.id(),
                                known.account(each.id()).flatMap(Account::workerId).orElse(""),
                                (then, worker) -> then.isEmpty() ? worker : then));
        return new Asked(Map.copyOf(all));
    }
}
