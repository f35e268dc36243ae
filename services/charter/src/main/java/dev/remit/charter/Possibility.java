package dev.remit.charter;

import com.google.common.collect.ImmutableList;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a condition can be true at all. Looks at comparisons of a field with constants, and at
 * what stands beside its own contrary; of the rest it knows nothing and takes it for possible. So
 * "never" is certain and "possible" is not.
 */
final class Possibility {
    /** Beyond this many alternatives it does not look any further. */
    private static final int ALTERNATIVES = 512;

    /** What fields can be. */
    private final Map<String, Set<String>> values;

    /** What a condition says of one field or one part. */
    private record Claim(
            String about, boolean positive, Sort sort, Set<String> texts, long number) {
        enum Sort {
            IN,
            AT_LEAST,
            TRUE
        }

        Claim not() {
            return new Claim(about, !positive, sort, texts, number);
        }
    }

    /** More alternatives than it looks at. */
    private static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * @param values what a field can be, by its path, for example {@code change.action}; a field
     *     that is not named can be anything
     */
    Possibility(Map<String, Set<String>> values) {
        this.values = values;
    }

    /** Why a condition is never true; empty if it may be. */
    Optional<String> never(Condition condition) {
        if (condition.ask(Facts.NONE) instanceof Condition.Answer.Fails) {
            return Optional.of("is false whatever the facts are");
        }
        try {
            Optional<String> why = Optional.empty();
            for (List<Claim> all : alternatives(condition.tree().getExpr(), true)) {
                why = contradiction(all);
                if (why.isEmpty()) {
                    return why;
                }
            }
            return why;
        } catch (TooMany e) {
            return Optional.empty();
        }
    }

    /** Whether it is true whatever the facts are. */
    static boolean always(Condition condition) {
        return condition.ask(Facts.NONE) instanceof Condition.Answer.Holds;
    }

    /**
     * The first of these fields that a condition reads; asking whether there is one is no reading.
     */
    static Optional<String> reads(Condition condition, Set<String> fields) {
        return CelNavigableAst.fromAst(condition.tree())
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .filter(each -> each.getKind() == CelExpr.ExprKind.Kind.SELECT)
                .filter(each -> !each.select().testOnly())
                .map(Possibility::text)
                .filter(fields::contains)
                .findFirst();
    }

    /** The alternatives under which an expression is as wanted, each a list of claims. */
    private List<List<Claim>> alternatives(CelExpr expr, boolean wanted) {
        if (expr.getKind() == CelExpr.ExprKind.Kind.CALL) {
            ImmutableList<CelExpr> arguments = expr.call().args();
            switch (expr.call().function()) {
                case "!_" -> {
                    return alternatives(arguments.getFirst(), !wanted);
                }
                case "_&&_", "_||_" -> {
                    boolean both = expr.call().function().equals("_&&_") == wanted;
                    List<List<Claim>> left = alternatives(arguments.get(0), wanted);
                    List<List<Claim>> right = alternatives(arguments.get(1), wanted);
                    return both ? product(left, right) : sum(left, right);
                }
                default -> {}
            }
        }
        if (expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                && expr.constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE) {
            return expr.constant().booleanValue() == wanted ? List.of(List.of()) : List.of();
        }
        Claim claim = claim(expr);
        return List.of(List.of(wanted ? claim : claim.not()));
    }

    private static List<List<Claim>> product(List<List<Claim>> left, List<List<Claim>> right) {
        if ((long) left.size() * right.size() > ALTERNATIVES) {
            throw new TooMany();
        }
        List<List<Claim>> all = new ArrayList<>();
        for (List<Claim> one : left) {
            for (List<Claim> other : right) {
                all.add(Stream.concat(one.stream(), other.stream()).toList());
            }
        }
        return all;
    }

    private static List<List<Claim>> sum(List<List<Claim>> left, List<List<Claim>> right) {
        if (left.size() + right.size() > ALTERNATIVES) {
            throw new TooMany();
        }
        return Stream.concat(left.stream(), right.stream()).toList();
    }

    private static Claim claim(CelExpr expr) {
        if (expr.getKind() == CelExpr.ExprKind.Kind.CALL && expr.call().args().size() == 2) {
            CelExpr left = expr.call().args().get(0);
            CelExpr right = expr.call().args().get(1);
            String function = expr.call().function();
            if (left.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                    && MIRRORED.containsKey(function)) {
                CelExpr swapped = left;
                left = right;
                right = swapped;
                function = MIRRORED.get(function);
            }
            Optional<Claim> known = compared(text(left), function, right);
            if (known.isPresent()) {
                return known.get();
            }
        }
        return new Claim(text(expr), true, Claim.Sort.TRUE, Set.of(), 0);
    }

    private static final Map<String, String> MIRRORED =
            Map.of(
                    "_==_", "_==_", "_!=_", "_!=_", "_<_", "_>_", "_>_", "_<_", "_<=_", "_>=_",
                    "_>=_", "_<=_");

    private static Optional<Claim> compared(String about, String function, CelExpr right) {
        Optional<Long> number =
                right.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                                && right.constant().getKind() == CelConstant.Kind.INT64_VALUE
                        ? Optional.of(right.constant().int64Value())
                        : Optional.empty();
        Optional<Set<String>> texts = texts(right, function);
        return switch (function) {
            case "_==_" -> texts.map(all -> in(about, all));
            case "_!=_" -> texts.map(all -> in(about, all).not());
            case "@in" -> texts.map(all -> in(about, all));
            case "_>=_" -> number.map(n -> atLeast(about, n));
            case "_>_" -> number.filter(n -> n < Long.MAX_VALUE).map(n -> atLeast(about, n + 1));
            case "_<_" -> number.map(n -> atLeast(about, n).not());
            case "_<=_" ->
                    number.filter(n -> n < Long.MAX_VALUE).map(n -> atLeast(about, n + 1).not());
            default -> Optional.empty();
        };
    }

    private static Claim in(String about, Set<String> texts) {
        return new Claim(about, true, Claim.Sort.IN, texts, 0);
    }

    private static Claim atLeast(String about, long number) {
        return new Claim(about, true, Claim.Sort.AT_LEAST, Set.of(), number);
    }

    /** The texts or numbers that stand on the right, if nothing else does. */
    private static Optional<Set<String>> texts(CelExpr right, String function) {
        List<CelExpr> all =
                function.equals("@in") && right.getKind() == CelExpr.ExprKind.Kind.LIST
                        ? right.list().elements()
                        : List.of(right);
        if (function.equals("@in") != (right.getKind() == CelExpr.ExprKind.Kind.LIST)) {
            return Optional.empty();
        }
        Set<String> texts = new HashSet<>();
        for (CelExpr each : all) {
            if (each.getKind() != CelExpr.ExprKind.Kind.CONSTANT) {
                return Optional.empty();
            }
            switch (each.constant().getKind()) {
                case STRING_VALUE -> texts.add(each.constant().stringValue());
                case INT64_VALUE -> texts.add(String.valueOf(each.constant().int64Value()));
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(texts);
    }

    /** Why these claims cannot all hold. */
    private Optional<String> contradiction(List<Claim> claims) {
        Map<String, Set<String>> possible = new HashMap<>(values);
        Map<String, Set<String>> excluded = new HashMap<>();
        Map<String, Long> from = new HashMap<>(Map.of("risk", 0L));
        Map<String, Long> to = new HashMap<>(Map.of("risk", 100L));
        Map<String, Boolean> truth = new HashMap<>();
        for (Claim claim : claims) {
            String about = claim.about();
            switch (claim.sort()) {
                case TRUE -> {
                    Boolean before = truth.putIfAbsent(about, claim.positive());
                    if (before != null && before != claim.positive()) {
                        return Optional.of("asks for " + about + " and for its contrary");
                    }
                }
                case AT_LEAST -> {
                    if (claim.positive()) {
                        from.merge(about, claim.number(), Math::max);
                    } else {
                        to.merge(about, claim.number() - 1, Math::min);
                    }
                }
                case IN -> {
                    if (claim.positive()) {
                        possible.merge(
                                about,
                                claim.texts(),
                                (a, b) ->
                                        a.stream().filter(b::contains).collect(Collectors.toSet()));
                    } else {
                        excluded.computeIfAbsent(about, each -> new HashSet<>())
                                .addAll(claim.texts());
                    }
                }
            }
        }
        for (Map.Entry<String, Set<String>> each : possible.entrySet()) {
            String about = each.getKey();
            boolean any =
                    each.getValue().stream()
                            .filter(text -> !excluded.getOrDefault(about, Set.of()).contains(text))
                            .anyMatch(text -> within(text, from.get(about), to.get(about)));
            if (!any) {
                return Optional.of(
                        "asks of "
                                + about
                                + " what it never is"
                                + (values.containsKey(about)
                                        ? ": it is one of " + new TreeSet<>(values.get(about))
                                        : ""));
            }
        }
        for (Map.Entry<String, Long> each : from.entrySet()) {
            Long most = to.get(each.getKey());
            if (most != null && each.getValue() > most) {
                return Optional.of(
                        "asks for "
                                + each.getKey()
                                + " from "
                                + each.getValue()
                                + " on and up to "
                                + most);
            }
        }
        return Optional.empty();
    }

    private static boolean within(
            String text,
            @org.jspecify.annotations.Nullable Long from,
            @org.jspecify.annotations.Nullable Long to) {
        if ((from == null && to == null) || !text.matches("-?[0-9]{1,18}")) {
            return true;
        }
        long number = Long.parseLong(text);
        return (from == null || number >= from) && (to == null || number <= to);
    }

    /** An expression as text, so that two that are the same are the same. */
    private static String text(CelExpr expr) {
        return switch (expr.getKind()) {
            case IDENT -> expr.ident().name();
            case SELECT ->
                    expr.select().testOnly()
                            ? "has("
                                    + text(expr.select().operand())
                                    + "."
                                    + expr.select().field()
                                    + ")"
                            : text(expr.select().operand()) + "." + expr.select().field();
            case CONSTANT ->
                    expr.constant().getKind() == CelConstant.Kind.STRING_VALUE
                            ? "'" + expr.constant().stringValue() + "'"
                            : expr.constant().toString();
            case CALL ->
                    expr.call().target().map(target -> text(target) + ".").orElse("")
                            + expr.call().function()
                            + expr.call().args().stream()
                                    .map(Possibility::text)
                                    .collect(Collectors.joining(", ", "(", ")"));
            case LIST ->
                    expr.list().elements().stream()
                            .map(Possibility::text)
                            .collect(Collectors.joining(", ", "[", "]"));
            case COMPREHENSION ->
                    "loop("
                            + text(expr.comprehension().iterRange())
                            + ", "
                            + expr.comprehension().iterVar()
                            + ", "
                            + text(expr.comprehension().accuInit())
                            + ", "
                            + text(expr.comprehension().loopStep())
                            + ")";
            case STRUCT, MAP, NOT_SET -> "part " + expr.id();
        };
    }
}
