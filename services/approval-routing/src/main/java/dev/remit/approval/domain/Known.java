package dev.remit.approval.domain;

import dev.remit.handoff.directory.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was looked up for a decision.
 *
 * @param charter the charter of the change
 * @param people the accounts behind what its stages ask, and behind who has a part in it
 * @param delegations by immutable id of the one who delegates
 * @param earlier immutable ids of those who approved the last change of the same account under the
 *     same charter, by stage
 * @param executors immutable ids of the accounts that execute
 * @param now microseconds, UTC
 * @param proposedAt when the change was proposed; now for one that nobody proposed
 * @param halted who has halted what the change is in, and why; empty while nobody has
 * @param demoted why the digital employee of its charter owns nothing now; empty while it may
 * @param patience how long a change may be held before its first stage
 * @param holders who holds the protected entitlements that the change would take, read under their
 *     locks
 * @param protections what the charters in force protect
 * @param entitlements what systems say of their groups and roles, by system and by a group's path
 *     or a role's name
 */
public record Known(
        Charter.Lookup charter,
        Map<Concern, List<Account>> people,
        Map<String, List<Delegation>> delegations,
        Map<String, List<String>> earlier,
        Set<String> executors,
        Instant now,
        Instant proposedAt,
        Duration patience,
        Optional<String> halted,
        Optional<String> demoted,
        Map<Entitlement, Holders> holders,
        Protections protections,
        Map<String, Map<String, EntitlementFact>> entitlements) {
    /** No group or role gives anything besides. */
    public Known(
            Charter.Lookup charter,
            Map<Concern, List<Account>> people,
            Map<String, List<Delegation>> delegations,
            Map<String, List<String>> earlier,
            Set<String> executors,
            Instant now,
            Instant proposedAt,
            Duration patience,
            Optional<String> halted,
            Optional<String> demoted,
            Map<Entitlement, Holders> holders,
            Protections protections) {
        this(
                charter,
                people,
                delegations,
                earlier,
                executors,
                now,
                proposedAt,
                patience,
                halted,
                demoted,
                holders,
                protections,
                Map.of());
    }

    List<Account> accounts(Concern concern) {
        return people.getOrDefault(concern, List.of());
    }

    Optional<Account> account(String id) {
        return accounts(Concern.account(id)).stream().findFirst();
    }

    Person person(String id) {
        return person(id, account(id));
    }

    /**
     * Who is behind an account: its worker; of one without, as administrators' and services' are,
     * the worker who answers for it.
     *
     * @param account empty if none was observed
     */
    Person person(String id, Optional<Account> account) {
        return new Person(
                id,
                account.flatMap(each -> each.workerId().or(() -> each.owner().map(this::worker))));
    }

    private String worker(String owner) {
        return account(owner).flatMap(Account::workerId).orElse(owner);
    }

    /** Of those found, whose accounts must be looked up too to know who answers for which. */
    public static Set<Concern> owners(Map<Concern, List<Account>> people) {
        return people.values().stream()
                .flatMap(List::stream)
                .filter(each -> each.workerId().isEmpty())
                .flatMap(each -> each.owner().stream())
                .map(Concern::account)
                .filter(each -> !people.containsKey(each))
                .collect(Collectors.toSet());
    }

    /**
     * The charter, if it is known and the change may go by it. What is halted has none: nothing is
     * asked, approved or authorized, and time goes on. A change finishes under the charter it
     * started with: one that has ended since, or had its sunset, stands for it, unless its version
     * is halted.
     */
    Charter.Lookup charterInForce() {
        if (halted.isPresent()) {
            return new Charter.Lookup.Missing("halted: " + halted.get());
        }
        return switch (charter) {
            case Charter.Lookup.Found(Charter found) ->
                    found.notInForce(now, proposedAt)
                            .<Charter.Lookup>map(Charter.Lookup.Missing::new)
                            .orElse(charter);
            case Charter.Lookup.Missing _ -> charter;
        };
    }
}
