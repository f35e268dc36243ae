package dev.remit.readiness.domain;

import dev.remit.handoff.directory.Account;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known when a change is judged.
 *
 * @param accounts the target's accounts that are correlated with the subject
 * @param managers the accounts of the worker named as manager, where people sign in
 * @param readAt when the target was last read completely
 * @param corrections facts supplied by people, by the fact's name
 * @param holders the target's accounts that are direct members of a protected group, by its path
 * @param people the system where people sign in, for example keycloak:acme
 */
public record Observed(
        List<Account> accounts,
        List<Account> managers,
        Optional<Instant> readAt,
        Map<String, String> corrections,
        Map<String, List<Account>> holders,
        String people,
        Instant now) {

    /** Nobody was asked for holders of protected groups. */
    public Observed(
            List<Account> accounts,
            List<Account> managers,
            Optional<Instant> readAt,
            Map<String, String> corrections,
            String people,
            Instant now) {
        this(accounts, managers, readAt, corrections, Map.of(), people, now);
    }

    /**
     * The worker id of the subject's manager: as supplied by a person, otherwise as the target's
     * only account of the subject has it.
     */
    public static Optional<String> managerWorker(
            List<Account> accounts, Map<String, String> corrections) {
        return Optional.ofNullable(corrections.get(Judgement.MANAGER))
                .or(() ->
                        accounts.size() == 1
                                ? accounts.getFirst().managerWorkerId()
                                : Optional.empty());
    }

    Optional<String> managerWorker() {
        return managerWorker(accounts, corrections);
    }

    List<Account> activeManagers() {
        return managers.stream().filter(Account::enabled).toList();
    }
}
