package dev.remit.approval.domain;

import dev.remit.handoff.directory.Account;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A charter's {@code domain.protectedEntitlements} keep a holder, whatever else is authorized at
 * the same time under charters that protect them too: one that does not name an entitlement is not
 * asked, and what it takes counts once it is observed. Tested where a change is authorized: whoever
 * is about to lose it by another change does not count. What is not known counts as broken.
 */
public final class LastHolders {
    /**
     * For so long after its end an authorization that was begun in time may still be executed:
     * clocks differ by up to a minute, and one attempt takes no longer than five.
     */
    static final Duration LATE = Duration.ofMinutes(6);

    private LastHolders() {}

    /**
     * What the plan takes from its account that the charter protects, as it is held now. What is
     * given for a time is taken at its end. An account that is not known may hold all of it, and a
     * plan that is not understood may take all of it.
     */
    public static Set<Entitlement> taken(Ready ready, Charter charter, Optional<Account> account) {
        Effect effect = ready.effect();
        Set<Entitlement> taken = new TreeSet<>();
        for (String path : charter.protectedEntitlements()) {
            if (effect.groupsRemoved().contains(path)
                    || (effect.timed() && effect.groupsAdded().contains(path))
                    || (takesAll(effect) && account.map(each -> each.isIn(path)).orElse(true))) {
                taken.add(new Entitlement(ready.about().target(), path));
            }
        }
        return taken;
    }

    /** The account may be given anything before such a plan is executed. */
    private static boolean takesAll(Effect effect) {
        return effect.whole() || !effect.clear();
    }

    static Set<Entitlement> taken(Ready ready, Charter charter, Known known) {
        return taken(ready, charter, account(ready, known));
    }

    /**
     * What is to be remembered of it once it is authorized, until it is over. A plan that takes
     * whatever its account holds then is remembered for all that is protected: nobody may come to
     * count on what the account is given meanwhile.
     *
     * @param expires when the authorization ends
     * @param assisted whether a person executes
     */
    public static List<Removal> removals(
            Ready ready, Charter charter, Known known, Instant expires, boolean assisted) {
        Set<Entitlement> all = new TreeSet<>(taken(ready, charter, known));
        if (takesAll(ready.effect())) {
            charter.protectedEntitlements()
                    .forEach(path -> all.add(new Entitlement(ready.about().target(), path)));
        }
        return all.stream()
                .map(each ->
                        new Removal(
                                ready.change(),
                                each,
                                ready.parties().account(),
                                assisted,
                                known.now(),
                                forATime(ready, each)
                                        ? Optional.empty()
                                        : Optional.of(expires.plus(LATE))))
                .toList();
    }

    /** Every protected entitlement that the plan would leave without a holder. */
    public static List<Violation> violations(Ready ready, Charter charter, Known known) {
        Optional<Account> account = account(ready, known);
        List<Violation> found = new ArrayList<>();
        for (Entitlement each : taken(ready, charter, account)) {
            boolean holds =
                    account.map(one -> one.enabled() && one.isIn(each.path()))
                            .orElse(!forATime(ready, each));
            if (holds) {
                violation(each, ready, charter, known).ifPresent(found::add);
            }
        }
        return found;
    }

    private static Optional<Violation> violation(
            Entitlement entitlement, Ready ready, Charter charter, Known known) {
        Duty.Rule rule =
                new Duty.Rule(
                        "last-holder", "1", charter.owner(), "charter: protectedEntitlements");
        Holders holders = known.holders().get(entitlement);
        if (holders == null) {
            return Optional.of(
                    Violation.of(
                            rule,
                            "it is not known who holds " + entitlement.path(),
                            "it must be looked at again"));
        }
        if (forATime(ready, entitlement)
                && holders.leaving().containsKey(ready.parties().account())) {
            // held for a time already: no lasting holder is lost
            return Optional.empty();
        }
        Set<String> others = new TreeSet<>(holders.enabled());
        others.remove(ready.parties().account());
        if (!holders.leaving().keySet().containsAll(others)) {
            return Optional.empty();
        }
        return Optional.of(
                others.isEmpty()
                        ? Violation.of(
                                rule,
                                "%s is the last enabled holder of %s in %s"
                                        .formatted(
                                                ready.parties().account(),
                                                entitlement.path(),
                                                entitlement.system()),
                                "another account must hold it first")
                        : underWay(rule, entitlement, ready, holders, others));
    }

    private static Violation underWay(
            Duty.Rule rule,
            Entitlement entitlement,
            Ready ready,
            Holders holders,
            Set<String> others) {
        TreeMap<String, UUID> leaving = new TreeMap<>(holders.leaving());
        leaving.keySet().retainAll(others);
        return Violation.of(
                rule,
                "%s would be the last enabled holder of %s in %s: %s"
                        .formatted(
                                ready.parties().account(),
                                entitlement.path(),
                                entitlement.system(),
                                leaving.entrySet().stream()
                                        .map(each ->
                                                "%s loses it by change %s, which is authorized"
                                                        .formatted(each.getKey(), each.getValue()))
                                        .collect(Collectors.joining(", "))),
                "another account must hold it first, or that change must end without taking it");
    }

    /**
     * What the plan gives for a time was not held before, so that its end leaves what there was.
     */
    private static boolean forATime(Ready ready, Entitlement entitlement) {
        return ready.effect().timed() && ready.effect().groupsAdded().contains(entitlement.path());
    }

    private static Optional<Account> account(Ready ready, Known known) {
        return known
                .accounts(Concern.target(ready.about().target(), ready.parties().account()))
                .stream()
                .findFirst();
    }
}
