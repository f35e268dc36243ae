package dev.remit.charter;

import dev.remit.charter.Charter.Action;
import dev.remit.charter.Charter.Resolver;
import dev.remit.charter.Charter.Stage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a charter makes of a change that was recorded: whether it is inside, in which mode, what
 * data it lacks, which stages it passes and what is done. What the record does not know stays
 * unknown, and is said.
 */
public final class Simulation {
    private Simulation() {}

    /** What is said of a change, by what it is about, in order. */
    public record Course(Map<String, String> words) {
        /**
         * Where two courses differ.
         *
         * @return one line a difference; empty if there is none
         */
        public List<String> differences(Course other) {
            Set<String> all = new LinkedHashSet<>(words.keySet());
            all.addAll(other.words.keySet());
            return all.stream()
                    .filter(each -> !said(each).equals(other.said(each)))
                    .map(each -> each + ": " + said(each) + " -> " + other.said(each))
                    .toList();
        }

        private String said(String about) {
            return words.getOrDefault(about, "none");
        }
    }

    /**
     * Takes a recorded change through a charter.
     *
     * @param facts as they were recorded
     * @throws IllegalArgumentException if the change itself is not among them
     */
    public static Course of(Charter charter, Facts facts, Conditions conditions) {
        Facts.Change recorded =
                facts.change()
                        .orElseThrow(() -> new IllegalArgumentException("change: is missing"));
        Map<String, String> words = new java.util.LinkedHashMap<>();
        Optional<Action> action = charter.domain().action(recorded.action());
        if (action.isEmpty() || !charter.domain().systems().contains(recorded.target())) {
            words.put("domain", "outside: " + recorded.action() + " on " + recorded.target());
            return new Course(words);
        }
        // a mode follows from the charter, whatever it was then
        Facts now =
                facts.withChange(
                        new Facts.Change(
                                charter.name(),
                                recorded.action(),
                                recorded.target(),
                                recorded.subject(),
                                recorded.reason(),
                                action.get().mode().name()));
        words.put("domain", domain(charter, now, conditions));
        words.put("mode", action.get().mode().name());
        words.put("steps", String.join(", ", action.get().steps()));
        words.put("readiness", readiness(charter, facts));
        for (Stage stage : charter.stages()) {
            words.put("stage " + stage.name(), stage(stage, now, conditions));
        }
        words.put("proof", String.join(", ", charter.proofs()));
        return new Course(words);
    }

    private static String domain(Charter charter, Facts facts, Conditions conditions) {
        List<String> open = new ArrayList<>();
        for (Optional<String> each :
                List.of(charter.domain().subject(), charter.domain().resource())) {
            each.ifPresent(text -> {
                switch (conditions.ask(Conditions.Place.DOMAIN, text, facts)) {
                    case Condition.Answer.Holds _ -> {}
                    case Condition.Answer.Fails _ -> open.add("outside: not " + text);
                    case Condition.Answer.Unknown(String reason) ->
                            open.add("unknown: " + text + ": " + reason);
                }
            });
        }
        return open.isEmpty() ? "inside" : String.join("; ", open);
    }

    private static String readiness(Charter charter, Facts facts) {
        Map<String, String> judged = facts.readiness().map(Facts.Readiness::facts).orElse(Map.of());
        List<String> open =
                charter.facts().stream()
                        .map(Charter.Fact::name)
                        .filter(name -> !"PRESENT".equals(judged.get(name)))
                        .map(name -> name + " " + judged.getOrDefault(name, "was not judged"))
                        .toList();
        return open.isEmpty() ? "every fact holds" : String.join(", ", open);
    }

    private static String stage(Stage stage, Facts facts, Conditions conditions) {
        String who =
                stage.policy()
                        .map(rule -> {
                            boolean applies =
                                    facts.readiness()
                                            .filter(each ->
                                                    rule.verdicts().contains(each.verdict()))
                                            .isPresent();
                            return "rule "
                                    + rule.name()
                                    + "@"
                                    + rule.version()
                                    + (applies ? " approves" : " does not apply");
                        })
                        .orElseGet(() -> asked(stage));
        if (stage.when().isEmpty()) {
            return who;
        }
        return switch (conditions.ask(Conditions.Place.ROUTE, stage.when().get(), facts)) {
            case Condition.Answer.Holds _ -> who;
            case Condition.Answer.Fails _ -> "passed over";
            case Condition.Answer.Unknown(String reason) -> "held: " + reason;
        };
    }

    private static String asked(Stage stage) {
        String of =
                stage.resolvers().stream()
                        .map(each ->
                                (each.kind() + " " + String.join(" ", each.names()))
                                        .replace(
                                                "" + Resolver.Kind.MANAGER + " subject", "MANAGER"))
                        .collect(Collectors.joining(" or "));
        return (stage.quorum() instanceof Charter.Threshold.Count(int count)
                        ? String.valueOf(count)
                        : "a share")
                + " of "
                + of
                + stage.filter().map(each -> ", if " + each).orElse("");
    }
}
