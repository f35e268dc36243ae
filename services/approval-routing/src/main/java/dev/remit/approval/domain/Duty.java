package dev.remit.approval.domain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A rule of a charter about the separation of duties (NIST SP 800-53 AC-5). It adds to the rules of
 * {@link Eligibility}, which no charter can lift.
 */
public record Duty(Rule rule, Demand demand, List<Exemption> exceptions) {
    /**
     * What identifies a rule.
     *
     * @param owner immutable account id of the one responsible
     * @param source where the rule comes from, in words
     */
    public record Rule(String name, String version, String owner, String source) {
        public String id() {
            return name + "@" + version;
        }
    }

    /** What it demands. */
    public sealed interface Demand {
        /** Nobody plays both parts. */
        record Apart(Part one, Part other) implements Demand {}

        /** Nobody holds all of these afterwards. */
        record Toxic(Set<String> entitlements) implements Demand {}

        /** Who holds all of {@code when} afterwards holds all of {@code must}. */
        record MustHold(Set<String> when, Set<String> must) implements Demand {}
    }

    /** A part that someone plays in a change. */
    public enum Part {
        PROPOSER,
        /** The person responsible for the digital employee or copilot that proposed it. */
        PRINCIPAL,
        SUBJECT,
        APPROVER,
        /** On whose behalf someone approves. */
        DELEGATOR,
        EXECUTOR,
        /** The charter's owner. */
        OWNER
    }

    /**
     * Someone whom the rule spares.
     *
     * @param subject an HR worker id or an account id
     * @param control what is done instead
     * @param owner immutable account id of the one who answers for it
     */
    public record Exemption(String subject, String control, String owner, Instant until) {}

    /**
     * That a rule would have forbidden something and an exception of it let it pass.
     *
     * @param facts what the rule would have found, in words
     */
    public record Spared(Rule rule, Exemption exemption, String facts) {}

    /** Whether the rule spares this person now. */
    public boolean spares(Person person, Instant now) {
        return exemption(person, now).isPresent();
    }

    /** The exception by which the rule spares this person now. */
    Optional<Exemption> exemption(Person person, Instant now) {
        return exceptions.stream()
                .filter(each -> person.isKnownAs(each.subject()) && now.isBefore(each.until()))
                .findFirst();
    }
}
