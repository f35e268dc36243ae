package dev.remit.approval.domain;

import dev.remit.handoff.directory.Account;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How much a plan puts at stake: {@code risk} in a charter's conditions. The sum of three facts, so
 * that everybody can say why it is what it is:
 *
 * <ul>
 *   <li>{@value #IRREVERSIBLE} if a step cannot be taken back by another one, or the charter says
 *       that the action is IRREVERSIBLE; {@value #COMPENSABLE} if it says COMPENSABLE. The narrower
 *       of the two counts
 *   <li>{@value #PROTECTED} if an entitlement comes or goes that the charter protects ({@code
 *       domain.protectedEntitlements})
 *   <li>up to {@value #REACH} for its reach: the share of what the account holds that comes or
 *       goes, all of it where the account is made, or switched on or off
 * </ul>
 *
 * @param score 0 (nothing) to 100
 * @param reach the share of what the account holds that comes or goes, in percent
 * @param words why, to be read
 */
public record Risk(int score, int reach, String words) {
    /** What is decided together with others risks no more than that. */
    static final int MOST_IN_BULK = 30;

    static final int IRREVERSIBLE = 40;
    static final int COMPENSABLE = 20;
    static final int PROTECTED = 30;
    static final int REACH = 30;

    /**
     * The risk; empty if the plan is not understood, or what the account holds is not known.
     *
     * @param action as the charter names it
     * @param account the one that is to be changed, as it was observed
     */
    public static Optional<Risk> of(
            Effect effect, Charter charter, String action, Optional<Account> account) {
        if (!effect.clear()) {
            return Optional.empty();
        }
        Set<String> moved = new HashSet<>(effect.groupsAdded());
        moved.addAll(effect.groupsRemoved());
        moved.addAll(effect.rolesAdded());
        moved.addAll(effect.rolesRemoved());
        double share;
        if (effect.whole() || effect.makes()) {
            share = 1;
        } else if (moved.isEmpty()) {
            share = 0;
        } else if (account.isEmpty()) {
            return Optional.empty();
        } else {
            Set<String> all = new HashSet<>(moved);
            all.addAll(account.get().roles());
            account.get().groups().forEach(each -> all.add(each.path()));
            share = (double) moved.size() / all.size();
        }
        boolean touches = moved.stream().anyMatch(charter.protectedEntitlements()::contains);
        List<String> words = new ArrayList<>();
        String said = charter.domain().reversibility().getOrDefault(action, "REVERSIBLE");
        int undoing =
                !effect.reversible() || said.equals("IRREVERSIBLE")
                        ? IRREVERSIBLE
                        : said.equals("COMPENSABLE") ? COMPENSABLE : 0;
        words.add(
                !effect.reversible()
                        ? "a step cannot be taken back"
                        : undoing == IRREVERSIBLE
                                ? "the charter says that it cannot be undone"
                                : undoing == COMPENSABLE
                                        ? "the charter says that only other means make it good"
                                        : "every step can be taken back");
        words.add(
                touches
                        ? "an entitlement is touched that the charter protects"
                        : "nothing is touched that the charter protects");
        words.add("%d %% of what the account holds".formatted(Math.round(100 * share)));
        return Optional.of(
                new Risk(
                        undoing + (touches ? PROTECTED : 0) + (int) Math.round(REACH * share),
                        (int) Math.round(100 * share),
                        String.join("; ", words)));
    }
}
