package dev.remit.readiness.domain;

import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Coverage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is known when a change is judged.
 *
 * @param accounts the target's accounts that are correlated with the subject, and the one that a
 *     person or the change itself named
 * @param managers the accounts of whoever is named as manager, or is given the account, where
 *     people sign in
 * @param readAt when the target was last read completely
 * @param corrections facts supplied by people, by the fact's name
 * @param holders the target's accounts that are direct members of a protected group, by its path
 * @param elsewhere what other systems say of the subject, by system
 * @param coverage of all accounts of the target; empty if nobody asked
 * @param people the system where people sign in, for example keycloak:acme
 * @param namesakes the target's accounts with the name that an account to be made is to have
 */
public record Observed(
        List<Account> accounts,
        List<Account> managers,
        Optional<Instant> readAt,
        Map<String, String> corrections,
        Map<String, List<Account>> holders,
        Map<String, Elsewhere> elsewhere,
        Optional<Coverage> coverage,
        String people,
        Instant now,
        List<Account> namesakes) {

    /** No account is to be made. */
    public Observed(
            List<Account> accounts,
            List<Account> managers,
            Optional<Instant> readAt,
            Map<String, String> corrections,
            Map<String, List<Account>> holders,
            Map<String, Elsewhere> elsewhere,
            Optional<Coverage> coverage,
            String people,
            Instant now) {
        this(
                accounts,
                managers,
                readAt,
                corrections,
                holders,
                elsewhere,
                coverage,
                people,
                now,
                List.of());
    }

    /**
     * What another system says of the subject.
     *
     * @param accounts its accounts that are correlated with the subject
     * @param readAt when it was last read completely
     */
    public record Elsewhere(List<Account> accounts, Optional<Instant> readAt) {}

    /** No other system was asked, and no threshold is about all accounts. */
    public Observed(
            List<Account> accounts,
            List<Account> managers,
            Optional<Instant> readAt,
            Map<String, String> corrections,
            Map<String, List<Account>> holders,
            String people,
            Instant now) {
        this(
                accounts,
                managers,
                readAt,
                corrections,
                holders,
                Map.of(),
                Optional.empty(),
                people,
                now);
    }

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
     * The worker ids of whoever may be the subject's manager: the one that the target's only
     * account of the subject names, and the one that a person supplied, otherwise those that other
     * systems name.
     */
    public static Set<String> managerWorkers(
            List<Account> accounts,
            Map<String, String> corrections,
            Map<String, Elsewhere> elsewhere) {
        Set<String> workers = new TreeSet<>();
        named(accounts).ifPresent(workers::add);
        String supplied = corrections.get(Judgement.MANAGER);
        if (supplied != null) {
            workers.add(supplied);
            return workers;
        }
        elsewhere.values().forEach(each -> named(each.accounts()).ifPresent(workers::add));
        return workers;
    }

    /** The target's account of this id, where it is one of the subject's. */
    Optional<Account> account(String id) {
        return accounts.stream().filter(each -> each.id().equals(id)).findFirst();
    }

    /** The manager that the only account of a worker names. */
    static Optional<String> named(List<Account> accounts) {
        return accounts.size() == 1 ? accounts.getFirst().managerWorkerId() : Optional.empty();
    }

    Set<String> managerWorkers() {
        return managerWorkers(accounts, corrections, elsewhere);
    }

    /** The enabled accounts of whom an account is given to, by worker id or by their own id. */
    List<Account> recipients(String named) {
        return managers.stream()
                .filter(Account::enabled)
                .filter(each ->
                        each.workerId().equals(Optional.of(named)) || each.id().equals(named))
                .toList();
    }

    /** The enabled accounts of a worker where people sign in. */
    List<Account> active(String worker) {
        return managers.stream()
                .filter(each -> each.enabled() && each.workerId().equals(Optional.of(worker)))
                .toList();
    }
}
