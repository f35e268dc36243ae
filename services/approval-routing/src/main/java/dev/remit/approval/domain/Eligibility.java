package dev.remit.approval.domain;

import dev.remit.approval.domain.Duty.Demand;
import dev.remit.approval.domain.Duty.Part;
import dev.remit.handoff.directory.Account;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * The one place that says who may decide. Separation of duties (NIST SP 800-53 AC-5): nobody
 * approves what they proposed, are responsible for, are the subject of, execute, or approved at
 * another stage, under whichever of their accounts and in whoever's place; no AI approves what its
 * principal proposed. No charter can lift these; its own rules come on top. What is not known bars.
 */
public final class Eligibility {
    private Eligibility() {}

    /** The rule that bars someone. */
    public enum Bar {
        ROLE_MISSING("does not hold the role that the charter asks of approvers"),
        SOD_PROPOSER("proposed this change"),
        SOD_PROPOSER_PRINCIPAL("is responsible for the digital employee that proposed this change"),
        SOD_AGENT("is an AI of the one who proposed this change or is responsible for it"),
        SOD_SUBJECT("is the subject of this change"),
        SOD_EXECUTOR("executes changes"),
        SOD_SAME_PERSON("approved another stage of this change"),
        SOD_RULE("is kept apart by a rule of the charter"),
        ACCOUNT_DISABLED("has a disabled account"),
        ACCOUNT_UNKNOWN("has no account that was observed"),
        ACCOUNT_REUSED("has an account that was somebody else's when this was asked of it"),
        FILTERED("does not meet what the stage asks of its reviewers"),
        NOT_A_CANDIDATE("is not among those whom this stage asks"),
        STAGE_ALREADY_DECIDED_BY_YOU("has decided this stage already");

        private final String words;

        Bar(String words) {
            this.words = words;
        }

        /** The rule in plain words, to follow a name. */
        public String words() {
            return words;
        }
    }

    /** That someone is barred, and what to say of it. */
    public record Barring(Bar bar, String words) {
        static Barring by(Bar bar) {
            return new Barring(bar, bar.words());
        }

        /** The same of the one in whose place someone acts. */
        Barring ofDelegator() {
            return new Barring(bar, "acts for someone who " + words);
        }
    }

    /**
     * Against what a candidate is held.
     *
     * @param filter what the stage asks of each reviewer
     * @param scope what the filter can look at, without the reviewer
     */
    record Measure(
            Charter charter, Cast cast, Optional<Condition> filter, Scope scope, Instant now) {}

    /**
     * The first rule that bars this account from approving, in the order of {@link Bar}.
     *
     * @param person who is behind the account
     * @param account as observed; empty when none was
     * @param roles the roles to go by: the token's at a decision, the observed ones when a stage is
     *     resolved
     * @param as the part they would play: APPROVER, or DELEGATOR when another acts for them
     */
    static Optional<Barring> bars(
            Person person, Optional<Account> account, Set<String> roles, Part as, Measure measure) {
        Cast cast = measure.cast();
        if (!roles.contains(measure.charter().role())) {
            return Optional.of(Barring.by(Bar.ROLE_MISSING));
        }
        if (cast.plays(Part.PROPOSER, person)) {
            return Optional.of(Barring.by(Bar.SOD_PROPOSER));
        }
        if (cast.plays(Part.PRINCIPAL, person)) {
            return Optional.of(Barring.by(Bar.SOD_PROPOSER_PRINCIPAL));
        }
        if (cast.isAgent(person.id())) {
            return Optional.of(Barring.by(Bar.SOD_AGENT));
        }
        if (cast.plays(Part.SUBJECT, person)) {
            return Optional.of(Barring.by(Bar.SOD_SUBJECT));
        }
        if (cast.plays(Part.EXECUTOR, person)) {
            return Optional.of(Barring.by(Bar.SOD_EXECUTOR));
        }
        if (cast.plays(Part.APPROVER, person) || cast.plays(Part.DELEGATOR, person)) {
            return Optional.of(Barring.by(Bar.SOD_SAME_PERSON));
        }
        Optional<Barring> rule = rule(person, as, measure);
        if (rule.isPresent()) {
            return rule;
        }
        if (account.isEmpty()) {
            return Optional.of(Barring.by(Bar.ACCOUNT_UNKNOWN));
        }
        if (!account.get().enabled()) {
            return Optional.of(Barring.by(Bar.ACCOUNT_DISABLED));
        }
        return measure.filter()
                .filter(each ->
                        each.over(measure.scope().reviewing(account.get())) != Condition.Truth.TRUE)
                .map(each -> new Barring(Bar.FILTERED, Bar.FILTERED.words() + ": " + each.text()));
    }

    private static Optional<Barring> rule(Person person, Part as, Measure measure) {
        for (Duty duty : measure.charter().duties()) {
            if (duty.demand() instanceof Demand.Apart(Part one, Part other)
                    && (one == as || other == as)) {
                Part against = one == as ? other : one;
                if (measure.cast().plays(against, person) && !duty.spares(person, measure.now())) {
                    return Optional.of(
                            new Barring(
                                    Bar.SOD_RULE,
                                    "is kept apart by rule %s: %s and %s must be different people"
                                            .formatted(
                                                    duty.rule().id(), words(one), words(other))));
                }
            }
        }
        return Optional.empty();
    }

    private static String words(Part part) {
        return part.name().toLowerCase(java.util.Locale.ROOT);
    }
}
