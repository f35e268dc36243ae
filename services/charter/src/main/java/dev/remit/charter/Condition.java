package dev.remit.charter;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A condition that compiled. May be asked by any number of threads at once. */
public final class Condition {
    private final String text;
    private final CelAbstractSyntaxTree tree;
    private final CelRuntime.Program program;

    Condition(String text, CelAbstractSyntaxTree tree, CelRuntime.Program program) {
        this.text = text;
        this.tree = tree;
        this.program = program;
    }

    /** What a condition says of some facts. */
    public sealed interface Answer {
        /** It is true. */
        record Holds() implements Answer {}

        /** It is false. */
        record Fails() implements Answer {}

        /**
         * It has no answer: it looks at what is not known, or costs too much.
         *
         * @param reason in plain words; names the fact, never its value
         */
        record Unknown(String reason) implements Answer {}
    }

    /** The text it was compiled from. */
    public String text() {
        return text;
    }

    CelAbstractSyntaxTree tree() {
        return tree;
    }

    /** Asks it; never throws. */
    public Answer ask(Facts facts) {
        try {
            return switch (program.eval(variables(facts))) {
                case Boolean holds when holds -> new Answer.Holds();
                case Boolean fails -> new Answer.Fails();
                default -> new Answer.Unknown("it looks at what is not known");
            };
        } catch (CelEvaluationException e) {
            return new Answer.Unknown(
                    switch (e.getErrorCode()) {
                        case ATTRIBUTE_NOT_FOUND ->
                                "it looks at what is not known"
                                        + named(String.valueOf(e.getMessage()));
                        case ITERATION_BUDGET_EXCEEDED -> "it costs too much";
                        default -> "it cannot be evaluated: " + e.getErrorCode();
                    });
        } catch (RuntimeException e) {
            return new Answer.Unknown("it cannot be evaluated: " + e.getClass().getSimpleName());
        }
    }

    /** Closed: whether it holds; false if it has no answer. */
    public boolean holds(Facts facts) {
        return ask(facts) instanceof Answer.Holds;
    }

    private static String named(String message) {
        int from = message.indexOf('\'');
        int to = from < 0 ? -1 : message.indexOf('\'', from + 1);
        return to < 0 ? "" : ": " + message.substring(from + 1, to);
    }

    /** Absent means unknown: CEL answers what does not look at it, and nothing else. */
    private static Map<String, Object> variables(Facts facts) {
        Map<String, Object> variables = new HashMap<>();
        facts.change().ifPresent(change -> variables.put("change", change(change)));
        facts.subject().ifPresent(subject -> variables.put("subject", account(subject)));
        facts.resource().ifPresent(resource -> variables.put("resource", resource(resource)));
        facts.readiness()
                .ifPresent(readiness ->
                        variables.put(
                                "readiness",
                                Map.of(
                                        "verdict", readiness.verdict(),
                                        "facts", readiness.facts())));
        facts.risk().ifPresent(risk -> variables.put("risk", (long) risk));
        facts.reviewer().ifPresent(reviewer -> variables.put("reviewer", account(reviewer)));
        return variables;
    }

    private static Map<String, Object> change(Facts.Change change) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("charter", change.charter());
        fields.put("action", change.action());
        fields.put("target", change.target());
        fields.put("subject", change.subject());
        // every proposal has one: none means that it is not known here
        if (!change.reason().isBlank()) {
            fields.put("reason", change.reason());
        }
        fields.put("mode", change.mode());
        return fields;
    }

    private static Map<String, Object> account(Facts.Account account) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("system", account.system());
        fields.put("id", account.id());
        fields.put("enabled", account.enabled());
        account.workerId().ifPresent(id -> fields.put("workerId", id));
        account.managerWorkerId().ifPresent(id -> fields.put("managerWorkerId", id));
        fields.put("groups", List.copyOf(account.groups()));
        fields.put("roles", List.copyOf(account.roles()));
        return fields;
    }

    private static Map<String, Object> resource(Facts.Resource resource) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("system", resource.system());
        fields.put("id", resource.id());
        fields.put("kind", resource.kind());
        resource.owner().ifPresent(owner -> fields.put("owner", owner));
        fields.put("entitlements", List.copyOf(resource.entitlements()));
        return fields;
    }
}
