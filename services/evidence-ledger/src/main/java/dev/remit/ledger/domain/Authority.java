package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Decision;
import dev.remit.ledger.domain.Story.Readiness;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a decision counts: by someone who was asked, or the rule that the charter names; bound to
 * this change; signed and signed in as the charter asks.
 */
final class Authority {
    private Authority() {}

    /**
     * Who approved, if the approval counts: a person who was asked, or the very rule that the
     * charter names for the stage, under a verdict that it names. Empty otherwise.
     */
    static Optional<String> approver(Decision decision, Story story, Charter charter) {
        Optional<Charter.Stage> stage = charter.stage(decision.stage());
        boolean counts =
                story.isAsked(decision.by().id(), decision)
                        && switch (decision.by()) {
                            case Decider.Person(String id) ->
                                    !id.startsWith(Charter.RULE_PREFIX) && stage.isPresent();
                            case Decider.Rule by ->
                                    stage.flatMap(Charter.Stage::rule)
                                            .filter(rule -> isBy(rule, by, story))
                                            .isPresent();
                            case Decider.Deadline _, Decider.Unclear _ -> false;
                        };
        return counts ? Optional.of(decision.by().id()) : Optional.empty();
    }

    private static boolean isBy(Charter.Rule rule, Decider.Rule by, Story story) {
        return rule.actor().equals(by.id())
                && rule.name().equals(by.name())
                && rule.version().equals(by.version())
                && story.readiness()
                        .map(Readiness::verdict)
                        .filter(rule.verdicts()::contains)
                        .isPresent();
    }

    /** All names of those who stand behind an approval; none if it does not count. */
    static Set<String> names(Decision decision, Story story, Charter charter) {
        Optional<String> by = approver(decision, story, charter);
        if (by.isEmpty()) {
            return Set.of();
        }
        if (decision.by() instanceof Decider.Rule) {
            // a rule may stand in several stages, a person decides once
            return Set.of(decision.stage() + " " + by.get());
        }
        Set<String> names = new HashSet<>(Set.of(by.get()));
        decision.onBehalfOf().ifPresent(names::add);
        decision.binding()
                .ifPresent(binding -> {
                    binding.worker().map("worker:"::concat).ifPresent(names::add);
                    binding.delegatorWorker().map("worker:"::concat).ifPresent(names::add);
                });
        return names;
    }

    /**
     * What it says it is bound to is this change, charter and route, in time, and once. Only what
     * was written before decisions were bound says nothing.
     *
     * @param used takes what is not to be used again
     */
    static boolean isBound(Decision decision, Story story, Charter charter, Set<String> used) {
        if (decision.binding().isEmpty()) {
            return !decision.bindable();
        }
        Story.Binding binding = decision.binding().get();
        return isBound(decision, story, charter)
                && !decision.at().isBefore(binding.notBefore())
                && decision.at().isBefore(binding.expiresAt())
                && used.add(binding.nonce() + " " + decision.by().id());
    }

    /** The same at any time, of a decision that names a binding. */
    static boolean isBound(Decision decision, Story story, Charter charter) {
        Story.Binding binding = decision.binding().orElseThrow();
        Optional<Story.Proposed> proposed = story.proposed();
        return proposed.map(Story.Proposed::charterHash)
                        .filter(binding.charterHash()::equals)
                        .isPresent()
                && proposed.map(Story.Proposed::changeHash)
                        .filter(hash -> hash.isEmpty() || hash.equals(binding.changeHash()))
                        .isPresent()
                && (charter.routeHash().isEmpty()
                        || charter.routeHash().equals(binding.routeHash()));
    }

    /** What keeps a decision from being its maker's own, in words; empty if it counts. */
    static Optional<String> flaw(Decision decision, Charter.Stage stage, Story story) {
        return unsigned(decision, stage, story).or(() -> unauthenticated(decision, stage));
    }

    /** The same of its signature: one that is there must hold, whether asked for or not. */
    static Optional<String> unsigned(Decision decision, Charter.Stage stage, Story story) {
        if (decision.signed().isEmpty()) {
            return stage.signed() && !(decision.by() instanceof Decider.Rule)
                    ? Optional.of("is not signed by a passkey, which the charter asks for")
                    : Optional.empty();
        }
        Story.Signed signed = decision.signed().get();
        Optional<Story.Registered> found = story.passkeys().get(signed.passkey());
        if (found == null) {
            return Optional.of("names a passkey of which no registration is logged");
        }
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Story.Registered registered = found.get();
        if (!registered.key().person().equals(decision.by().id())) {
            return Optional.of("is signed by another person's passkey");
        }
        if (decision.at().isBefore(registered.since())
                || registered.until().filter(end -> !decision.at().isBefore(end)).isPresent()) {
            return Optional.of("is signed by a passkey before it was registered or after its end");
        }
        return registered
                .key()
                .flaw(signed.assertion(), signed.challenge().bytes())
                .map(flaw -> "has an assertion that " + flaw.words());
    }

    /** That a person was not signed in as the charter asks, in words; empty if they were. */
    private static Optional<String> unauthenticated(Decision decision, Charter.Stage stage) {
        return stage.stepUp()
                .filter(_ -> !(decision.by() instanceof Decider.Rule))
                .filter(asked ->
                        !asked.isMetBy(
                                decision.signIn(), decision.at(), decision.signed().isPresent()))
                .map(_ -> "is not by a sign-in as the charter asks for");
    }
}
