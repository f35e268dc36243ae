package dev.remit.ledger.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the ledger needs of a charter.
 *
 * @param stages its approval stages, in order
 * @param proofs what must be proved before a change is COMPLETED
 * @param duties its rules about the separation of duties
 * @param owner immutable account id of its owner; empty if it names none
 * @param review the stage that looks at a change afterwards
 * @param retention how long evidence is kept; empty if it does not say
 * @param agents immutable ids of the digital employees it lets propose, each with the account id of
 *     who answers for it
 * @param routeHash SHA-256 of its approval route and duties, lower-case hex; empty if not known
 * @param protectedEntitlements paths of the groups that it protects
 * @param needs the facts that must hold before anybody is asked
 * @param hold how long a change waits for data at the longest; empty if it does not say
 */
public record Charter(
        String name,
        String version,
        String hash,
        List<Stage> stages,
        List<String> proofs,
        List<Duty> duties,
        String owner,
        String routeHash,
        Optional<Stage> review,
        Optional<Duration> retention,
        Set<String> protectedEntitlements,
        Map<String, String> agents,
        List<Required> needs,
        Optional<Duration> hold) {
    /** Starts the id of every rule, and of no person. */
    public static final String RULE_PREFIX = "policy:";

    /**
     * A stage.
     *
     * @param quorum how many must approve, from 1
     * @param share which part of those asked must approve; 0 where a number counts
     * @param denials how many must deny to end the route, from 1
     * @param denyShare which part of those asked must deny; 0 where a number counts
     * @param when the condition without which it is passed over
     * @param rule what may approve in a person's place
     * @param signed whether a person's approval counts only with their own signature
     * @param stepUp how a person must be signed in for their approval to count
     */
    public record Stage(
            String name,
            int quorum,
            double share,
            int denials,
            double denyShare,
            Optional<String> when,
            Optional<Rule> rule,
            boolean signed,
            Optional<StepUp> stepUp) {

        /** How many must approve when so many are asked. */
        int needed(int asked) {
            return share > 0 ? Math.max(1, (int) Math.ceil(share * asked - 1e-9)) : quorum;
        }

        /** How many must deny when so many are asked. */
        int denied(int asked) {
            return denyShare > 0 ? Math.max(1, (int) Math.ceil(denyShare * asked - 1e-9)) : denials;
        }
    }

    /**
     * How a decider must be signed in (RFC 9470).
     *
     * @param acr the authentication context class; a number means that level or a higher one
     * @param maxAge how long ago the sign-in may be
     */
    public record StepUp(Optional<String> acr, Optional<Duration> maxAge) {
        /** How far the identity provider's clock may be ahead. */
        private static final Duration SKEW = Duration.ofSeconds(30);

        /**
         * The level that a signed decision reaches by itself: a passkey with user verification,
         * used there and then (NIST SP 800-63B-4, 2.2: authenticator assurance level 2).
         */
        private static final int SIGNED = 2;

        /**
         * Whether this sign-in is what is asked for.
         *
         * @param at when it was decided
         * @param signed whether the decision is signed by a passkey of the decider's
         */
        boolean isMetBy(Optional<Story.SignIn> signIn, Instant at, boolean signed) {
            if (signed && isMetBySigning()) {
                return true;
            }
            Optional<Instant> since = signIn.flatMap(Story.SignIn::at);
            return acr.map(needed -> reaches(signIn.flatMap(Story.SignIn::acr).orElse(""), needed))
                            .orElse(true)
                    && maxAge.map(age ->
                                    since.filter(each -> !each.isAfter(at.plus(SKEW)))
                                            .filter(each -> !each.plus(age).isBefore(at))
                                            .isPresent())
                            .orElse(true);
        }

        private boolean isMetBySigning() {
            return acr.map(level -> level.matches("[0-9]") && Integer.parseInt(level) <= SIGNED)
                    .orElse(true);
        }

        private static boolean reaches(String has, String needed) {
            return has.equals(needed)
                    || (isLevel(has)
                            && isLevel(needed)
                            && Integer.parseInt(has) >= Integer.parseInt(needed));
        }

        private static boolean isLevel(String text) {
            return text.length() <= 4 && text.matches("[0-9]+");
        }
    }

    /**
     * A fact that must hold.
     *
     * @param maxAge how old what was read may be
     * @param enrichFrom systems that may say it instead of the target
     * @param halt whether a change without it is halted, so that nobody is asked for it
     */
    public record Required(
            String name, Optional<Duration> maxAge, Set<String> enrichFrom, boolean halt) {}

    /** The fact with this name that it requires. */
    Optional<Required> required(String fact) {
        return needs.stream().filter(each -> each.name().equals(fact)).findFirst();
    }

    /**
     * A rule that approves without a person.
     *
     * @param verdicts the readiness verdicts under which it applies
     */
    public record Rule(String name, String version, Set<String> verdicts) {
        /** The id under which it decides. */
        public String actor() {
            return RULE_PREFIX + name + "@" + version;
        }
    }

    /**
     * A rule about the separation of duties.
     *
     * @param id name and version, for example {@code payments@1}
     * @param apart two parts that nobody plays together; empty for a rule about access
     * @param toxic what nobody holds together afterwards
     * @param when with all of these held, all of {@code must} are held too
     * @param spared account or worker ids that it spares, each until then
     */
    public record Duty(
            String id,
            List<String> apart,
            Set<String> toxic,
            Set<String> when,
            Set<String> must,
            Map<String, Instant> spared) {
        boolean isAboutAccess() {
            return apart.isEmpty();
        }

        boolean spares(String id, Instant at) {
            Instant until = spared.get(id);
            return until != null && at.isBefore(until);
        }

        /** Whether someone who holds these breaks it. */
        boolean isBrokenBy(Set<String> held) {
            return toxic.isEmpty()
                    ? held.containsAll(when) && !held.containsAll(must)
                    : held.containsAll(toxic);
        }
    }

    /** The stage with this name, the review included. */
    public Optional<Stage> stage(String stageName) {
        return Stream.concat(stages.stream(), review.stream())
                .filter(each -> each.name().equals(stageName))
                .findFirst();
    }
}
