package dev.remit.approval.domain;

import dev.remit.handoff.directory.Account;
import java.util.Optional;
import java.util.Set;

/**
 * The one place that says who may decide. Separation of duties (NIST SP 800-53 AC-5): nobody
 * approves what they proposed, are responsible for, are the subject of, or approved at an earlier
 * stage. What is not known bars.
 */
public final class Eligibility {
    private Eligibility() {}

    /** The rule that bars someone. */
    public enum Bar {
        ROLE_MISSING("does not hold the role that the charter asks of approvers"),
        SOD_PROPOSER("proposed this change"),
        SOD_PROPOSER_PRINCIPAL("is responsible for the digital employee that proposed this change"),
        SOD_SUBJECT("is the subject of this change"),
        SOD_SAME_PERSON("approved an earlier stage of this change"),
        ACCOUNT_DISABLED("has a disabled account"),
        ACCOUNT_UNKNOWN("has no account that was observed"),
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

    /**
     * The first rule that bars this account from approving, in the order of {@link Bar}.
     *
     * @param account the account as observed; empty when none was
     * @param roles the roles to go by: the token's at a decision, the observed ones when a stage is
     *     resolved
     */
    public static Optional<Bar> bars(
            String id, Optional<Account> account, Set<String> roles, String role, Parties parties) {
        if (!roles.contains(role)) {
            return Optional.of(Bar.ROLE_MISSING);
        }
        if (id.equals(parties.proposer())) {
            return Optional.of(Bar.SOD_PROPOSER);
        }
        if (parties.principal().filter(id::equals).isPresent()) {
            return Optional.of(Bar.SOD_PROPOSER_PRINCIPAL);
        }
        boolean sameWorker =
                account.flatMap(Account::workerId)
                        .filter(parties.subjectWorker()::equals)
                        .isPresent();
        if (id.equals(parties.account()) || sameWorker) {
            return Optional.of(Bar.SOD_SUBJECT);
        }
        if (parties.decided().contains(id)) {
            return Optional.of(Bar.SOD_SAME_PERSON);
        }
        if (account.isEmpty()) {
            return Optional.of(Bar.ACCOUNT_UNKNOWN);
        }
        return account.get().enabled() ? Optional.empty() : Optional.of(Bar.ACCOUNT_DISABLED);
    }
}
