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
 * {@code domain.protectedEntitlements} of any charter in force keep a holder, whatever else is
 * authorized at the same time and whatever charter a change runs under. Tested where a change is
 * authorized: whoever is about to lose it by another change does not count. What is not known
 * counts as broken.
 */
public final class LastHolders {
    /**
     * For so long after its end an authorization that was begun in time may still be executed:
     * clocks differ by up to a minute, and one attempt takes no longer than five.
     */
    static final Duration LATE = Duration.ofMinutes(6);

    private LastHolders() {}

    /** So many of those who keep it are named. */
    private static final int NAMED = 2;

    /**
     * What the plan takes from its account that is protected, as it is held now. What is given for
     * a time is taken at its end. An account that is not known may hold all of it, and a plan that
     * is not understood may take all of it.
     */
    public static Set<Entitlement> taken(
            Ready ready, Charter charter, Protections protections, Optional<Account> account) {
        Effect effect = ready.effect();
        Set<Entitlement> taken = new TreeSet<>();
        for (Entitlement each : protections.in(ready.about().target(), charter)) {
            String path = each.path();
            if (effect.groupsRemoved().contains(path)
                    || (effect.timed() && effect.groupsAdded().contains(path))
                    || (takesAll(effect) && account.map(one -> one.isIn(path)).orElse(true))) {
                taken.add(each);
            }
        }
        return taken;
    }

    /** Whether the plan takes anything that could be protected. */
    public static boolean takes(Effect effect) {
        return takesAll(effect)
                || !effect.groupsRemoved().isEmpty()
                || (effect.timed() && !effect.groupsAdded().isEmpty());
    }

    /** The account may be given anything before such a plan is executed. */
    private static boolean takesAll(Effect effect) {
        return effect.whole() || !effect.clear();
    }

    static Set<Entitlement> taken(Ready ready, Charter charter, Known known) {
        return taken(ready, charter, known.protections(), account(ready, known));
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
            all.addAll(known.protections().in(ready.about().target(), charter));
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
        List<Violation> found = new ArrayList<>();
        known.protections()
                .unread()
                .filter(_ -> takes(ready.effect()))
                .map(why ->
                        Violation.of(
                                rule(charter.owner()),
                                "it is not known what a charter in force protects: " + why,
                                "a version of it that reads must be published"))
                .ifPresent(found::add);
        for (Entitlement each : taken(ready, charter, known)) {
            if (holds(each, ready, known)) {
                violation(each, ready, charter, known).ifPresent(found::add);
            }
        }
        return found;
    }

    /** Who keeps what the plan takes, for those who test it again. */
    public static List<Keeping> keepings(Ready ready, Charter charter, Known known) {
        List<Keeping> all = new ArrayList<>();
        for (Entitlement each : taken(ready, charter, known)) {
            Optional<Holders> holders = Optional.ofNullable(known.holders().get(each));
            all.add(
                    new Keeping(
                            each,
                            holds(each, ready, known)
                                    && !holders.map(one -> isHeldForATime(ready, each, one))
                                            .orElse(false),
                            holders.map(one -> keepers(ready, one)).orElse(List.of())));
        }
        return List.copyOf(all);
    }

    private static List<String> keepers(Ready ready, Holders holders) {
        return holders.enabled().stream()
                .filter(each -> !each.equals(ready.parties().account()))
                .filter(each -> !holders.leaving().containsKey(each))
                .sorted()
                .limit(NAMED)
                .toList();
    }

    private static boolean holds(Entitlement entitlement, Ready ready, Known known) {
        return account(ready, known)
                .map(one -> one.enabled() && one.isIn(entitlement.path()))
                .orElse(!forATime(ready, entitlement));
    }

    /** Held for a time already: no lasting holder is lost. */
    private static boolean isHeldForATime(Ready ready, Entitlement entitlement, Holders holders) {
        return forATime(ready, entitlement)
                && holders.leaving().containsKey(ready.parties().account());
    }

    private static Duty.Rule rule(String owner) {
        return new Duty.Rule("last-holder", "1", owner, "charter: protectedEntitlements");
    }

    private static Optional<Violation> violation(
            Entitlement entitlement, Ready ready, Charter charter, Known known) {
        Duty.Rule rule = rule(known.protections().owner(entitlement, charter));
        Holders holders = known.holders().get(entitlement);
        if (holders == null) {
            return Optional.of(
                    Violation.of(
                            rule,
                            "it is not known who holds " + entitlement.path(),
                            "it must be looked at again"));
        }
        if (isHeldForATime(ready, entitlement, holders)) {
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
