package dev.remit.executor.domain;

import dev.remit.handoff.merkle.Hash;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What an authorization allows, before anything is touched.
 *
 * @param cause the message that authorized it
 * @param account immutable id of the account in the target
 * @param plan the plan's exact bytes
 * @param planHash the SHA-256 that was authorized, lower-case hex
 * @param authorizedAt before then nothing may be begun, by the clock of who authorized it
 * @param expiresAt from then on nothing may be begun: the end of the authorization, or the earlier
 *     one of {@linkplain #bounded what the plan grants}
 * @param assisted whether a person executes and owns the result (mode ASSIST): this executor then
 *     changes nothing and only looks
 * @param scopes what a person can halt to halt this execution, see {@code Scopes}
 * @param owners immutable ids of who proposed the change, and of who is responsible for the AI that
 *     did
 * @param terms what its authorization says besides
 */
public record Intent(
        UUID authorization,
        UUID change,
        UUID cause,
        String target,
        String account,
        byte[] plan,
        String planHash,
        Instant authorizedAt,
        Instant expiresAt,
        boolean assisted,
        Set<String> scopes,
        Set<String> owners,
        Terms terms) {
    /**
     * What an authorization says for people.
     *
     * @param accountable immutable id of the person who answers for the proposal
     * @param capacity as what, in words
     * @param approvers immutable ids, in the order of the stages
     * @param barred who may not execute it
     * @param proofs what the ledger will look for, by name
     */
    public record Terms(
            Optional<String> accountable,
            String capacity,
            List<String> approvers,
            List<Barred> barred,
            List<String> proofs) {
        /** It says nothing. */
        public static final Terms NONE =
                new Terms(Optional.empty(), "", List.of(), List.of(), List.of());
    }

    /**
     * One who may not execute.
     *
     * @param person immutable account id
     * @param rule the rule that keeps them from it
     * @param reason which part they play already, in words
     * @param worker their HR worker id, as far as the authorization says it; from builds before
     *     schemas v8 that of who proposed the change, is responsible for it or is its subject only
     */
    public record Barred(String person, String rule, String reason, Optional<String> worker) {
        /** One of whom only the account is known. */
        public Barred(String person, String rule, String reason) {
            this(person, rule, reason, Optional.empty());
        }

        /** Whether this is they, by whichever of their accounts. */
        public boolean is(String account, Optional<String> itsWorker) {
            return person.equals(account) || (worker.isPresent() && worker.equals(itsWorker));
        }
    }

    /** One whose authorization says nothing besides. */
    public Intent(
            UUID authorization,
            UUID change,
            UUID cause,
            String target,
            String account,
            byte[] plan,
            String planHash,
            Instant authorizedAt,
            Instant expiresAt,
            boolean assisted,
            Set<String> scopes,
            Set<String> owners) {
        this(
                authorization,
                change,
                cause,
                target,
                account,
                plan,
                planHash,
                authorizedAt,
                expiresAt,
                assisted,
                scopes,
                owners,
                Terms.NONE);
    }

    /** Nobody is known whose change it is. */
    public Intent(
            UUID authorization,
            UUID change,
            UUID cause,
            String target,
            String account,
            byte[] plan,
            String planHash,
            Instant authorizedAt,
            Instant expiresAt,
            boolean assisted,
            Set<String> scopes) {
        this(
                authorization,
                change,
                cause,
                target,
                account,
                plan,
                planHash,
                authorizedAt,
                expiresAt,
                assisted,
                scopes,
                Set.of());
    }

    /** Clocks of one installation differ by less; an authorization further ahead is refused. */
    public static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    /** SHA-256 of the plan's bytes as they came, lower-case hex. */
    public String actualHash() {
        return Hash.sha256(plan).hex();
    }

    /**
     * Whether its authorization has yet to begin; not when it is {@linkplain #isFarAhead too far
     * ahead} to be waited for.
     */
    public boolean hasToWait(Instant now) {
        return now.isBefore(authorizedAt) && !isFarAhead(now);
    }

    /** Whether the authorization begins later than any difference of clocks explains. */
    public boolean isFarAhead(Instant now) {
        return now.plus(LONGEST_WAIT).isBefore(authorizedAt);
    }

    /** When what the plan grants ends; empty for a plan that grants nothing for a time. */
    public Optional<Instant> ends(Optional<Plan> readPlan) {
        return readPlan.flatMap(Plan::end).map(end -> authorizedAt.plus(end.after()));
    }

    /** The same; nothing is begun that its plan would have ended already. */
    public Intent bounded(Optional<Plan> readPlan) {
        return readPlan.flatMap(Plan::end)
                .filter(end -> end.after().compareTo(Duration.between(authorizedAt, expiresAt)) < 0)
                .map(end ->
                        new Intent(
                                authorization,
                                change,
                                cause,
                                target,
                                account,
                                plan,
                                planHash,
                                authorizedAt,
                                authorizedAt.plus(end.after()),
                                assisted,
                                scopes,
                                owners,
                                terms))
                .orElse(this);
    }

    /** Whether nothing may be begun any more. */
    public boolean isExpired(Instant now) {
        return !now.isBefore(expiresAt);
    }
}
