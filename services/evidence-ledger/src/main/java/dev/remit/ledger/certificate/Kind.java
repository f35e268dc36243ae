package dev.remit.ledger.certificate;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A kind of changes: what they do, by the steps of the plan that was authorized.
 *
 * @param action the charter's name for it; empty for any
 * @param steps the plan has all of these
 * @param approvers so many people approved it, at least
 */
record Kind(String action, Set<String> steps, int approvers) {
    private static final String EVERY = "every change";
    private static final String PEOPLE = " approvers";

    Kind {
        steps = Set.copyOf(steps);
    }

    /** Those whose plans have all of these steps. */
    static Kind of(String... steps) {
        return new Kind("", Set.of(steps), 0);
    }

    /** Those of an action whose plans have all of these steps. */
    static Kind as(String action, String... steps) {
        return new Kind(action, Set.of(steps), 0);
    }

    /** Those that at least so many people approved. */
    static Kind approvedBy(int approvers) {
        return new Kind("", Set.of(), approvers);
    }

    boolean holds(Matter matter) {
        return (action.isEmpty() || action.equals(matter.action()))
                && matter.steps().filter(each -> each.containsAll(steps)).isPresent()
                && matter.approvers().size() >= approvers;
    }

    /** Some kinds as a table has them; no kind is every change. */
    static String text(List<Kind> kinds) {
        return kinds.isEmpty()
                ? EVERY
                : kinds.stream().map(Kind::text).collect(Collectors.joining("; "));
    }

    private String text() {
        return approvers > 0
                ? approvers + PEOPLE
                : (action.isEmpty() ? "" : action + ": ")
                        + String.join(" + ", new TreeSet<>(steps));
    }

    /**
     * What {@link #text(List)} wrote.
     *
     * @throws IllegalArgumentException if it is not that
     */
    static List<Kind> parse(String text) {
        return text.equals(EVERY)
                ? List.of()
                : Arrays.stream(text.split("; ", -1)).map(Kind::one).toList();
    }

    private static Kind one(String text) {
        if (text.matches("[1-9]" + PEOPLE)) {
            return approvedBy(text.charAt(0) - '0');
        }
        if (!text.matches("([^:;+ ]+: )?[^:;+ ]+( \\+ [^:;+ ]+)*")) {
            throw new IllegalArgumentException("'" + text + "' is no kind of changes");
        }
        int colon = text.indexOf(": ");
        return as(
                colon < 0 ? "" : text.substring(0, colon),
                text.substring(colon < 0 ? 0 : colon + 2).split(" \\+ ", -1));
    }
}
