package dev.remit.approval.domain;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A rule about the separation of duties that a change would break.
 *
 * @param rule the rule's name
 * @param source where the rule comes from, in words
 * @param facts what was found, in words
 * @param remedy what would resolve it
 */
public record Violation(
        String rule, String version, String owner, String source, String facts, String remedy) {
    /** One line for people. */
    public String words() {
        return "rule %s@%s: %s; %s".formatted(rule, version, facts, remedy);
    }

    static String words(List<Violation> violations) {
        return violations.stream().map(Violation::words).collect(Collectors.joining(" · "));
    }

    static Violation of(Duty.Rule rule, String facts, String remedy) {
        return new Violation(
                rule.name(), rule.version(), rule.owner(), rule.source(), facts, remedy);
    }
}
