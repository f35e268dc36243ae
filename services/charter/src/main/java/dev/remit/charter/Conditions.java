package dev.remit.charter;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A charter's conditions: the Common Expression Language over the facts of {@link Facts}, typed, so
 * that a name or a type that does not exist is found when the charter is read. They have no side
 * effects, no clock and no network, and what they may cost is limited: length, depth, steps of a
 * loop. Compiled once per text. May be used by any number of threads at once.
 */
public final class Conditions {
    /** Longest text of a condition, in code points. */
    static final int LENGTH = 2_000;

    /** Most steps that the loops of one evaluation may take together. */
    static final int STEPS = 10_000;

    private static final int KEPT = 4_096;

    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .maxExpressionCodePointSize(LENGTH)
                    .maxParseRecursionDepth(64)
                    .comprehensionMaxIterations(STEPS)
                    .maxRegexProgramSize(500)
                    .enableReservedIds(true)
                    .enableHeterogeneousNumericComparisons(true)
                    .build();

    private static final CelType STRINGS = ListType.create(SimpleType.STRING);

    private static final StructType CHANGE =
            struct("Change", fields("charter", "action", "target", "subject", "reason", "mode"));
    private static final StructType ACCOUNT =
            struct(
                    "Account",
                    and(
                            fields("system", "id", "workerId", "managerWorkerId"),
                            Map.of(
                                    "enabled",
                                    SimpleType.BOOL,
                                    "groups",
                                    STRINGS,
                                    "roles",
                                    STRINGS)));
    private static final StructType RESOURCE =
            struct(
                    "Resource",
                    and(fields("system", "id", "kind", "owner"), Map.of("entitlements", STRINGS)));
    private static final StructType READINESS =
            struct(
                    "Readiness",
                    and(
                            fields("verdict"),
                            Map.of("facts", MapType.create(SimpleType.STRING, SimpleType.STRING))));
    private static final CelTypeProvider TYPES = new Structs(CHANGE, ACCOUNT, RESOURCE, READINESS);

    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.standardCelRuntimeBuilder().setOptions(OPTIONS).build();

    private static final CelCompiler DOMAIN = builder().build();
    private static final CelCompiler ROUTE =
            builder().addVar("readiness", READINESS).addVar("risk", SimpleType.INT).build();
    private static final CelCompiler FILTER =
            builder()
                    .addVar("readiness", READINESS)
                    .addVar("risk", SimpleType.INT)
                    .addVar("reviewer", ACCOUNT)
                    .build();

    private final Map<Text, Compiled> compiled = new ConcurrentHashMap<>();

    private record Text(Place place, String text) {}

    /** Where a condition stands; it decides what it may look at. */
    public enum Place {
        /** {@code domain.subject}, {@code domain.resource}: change, subject, resource. */
        DOMAIN,
        /** {@code stages.when}: those, readiness and risk. */
        ROUTE,
        /** {@code stages.filter}: those and reviewer. */
        FILTER
    }

    /** What became of a text. */
    public sealed interface Compiled {
        /** It is a condition. */
        record Good(Condition condition) implements Compiled {}

        /**
         * It is none.
         *
         * @param line in the text, from 1
         * @param column in the line, from 1
         * @param fault in plain words
         */
        record Broken(int line, int column, String fault) implements Compiled {}
    }

    /** Compiles a text, or takes what was compiled before; never throws. */
    public Compiled compile(Place place, String text) {
        Text key = new Text(place, text);
        Compiled kept = compiled.get(key);
        if (kept != null) {
            return kept;
        }
        Compiled made = make(place, text);
        if (compiled.size() < KEPT) {
            compiled.put(key, made);
        }
        return made;
    }

    /** Compiles and asks; a text that does not compile has no answer. Never throws. */
    public Condition.Answer ask(Place place, String text, Facts facts) {
        return switch (compile(place, text)) {
            case Compiled.Good(Condition condition) -> condition.ask(facts);
            case Compiled.Broken broken ->
                    new Condition.Answer.Unknown("it does not compile: " + broken.fault());
        };
    }

    /** Closed: whether it holds; false if it has no answer. Never throws. */
    public boolean holds(Place place, String text, Facts facts) {
        return ask(place, text, facts) instanceof Condition.Answer.Holds;
    }

    private static Compiled make(Place place, String text) {
        try {
            CelAbstractSyntaxTree tree = compiler(place).compile(text).getAst();
            return new Compiled.Good(new Condition(text, tree, RUNTIME.createProgram(tree)));
        } catch (CelValidationException e) {
            CelIssue first = e.getErrors().getFirst();
            return new Compiled.Broken(
                    Math.max(1, first.getSourceLocation().getLine()),
                    first.getSourceLocation().getColumn() + 1,
                    first.getMessage());
        } catch (CelEvaluationException | RuntimeException e) {
            return new Compiled.Broken(1, 1, String.valueOf(e.getMessage()));
        }
    }

    private static CelCompiler compiler(Place place) {
        return switch (place) {
            case DOMAIN -> DOMAIN;
            case ROUTE -> ROUTE;
            case FILTER -> FILTER;
        };
    }

    private static CelCompilerBuilder builder() {
        return CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .setTypeProvider(TYPES)
                .setResultType(SimpleType.BOOL)
                .addVar("change", CHANGE)
                .addVar("subject", ACCOUNT)
                .addVar("resource", RESOURCE);
    }

    private static Map<String, CelType> fields(String... names) {
        Map<String, CelType> fields = new LinkedHashMap<>();
        for (String name : names) {
            fields.put(name, SimpleType.STRING);
        }
        return fields;
    }

    private static Map<String, CelType> and(
            Map<String, CelType> fields, Map<String, CelType> others) {
        fields.putAll(others);
        return fields;
    }

    private static StructType struct(String name, Map<String, CelType> fields) {
        ImmutableMap<String, CelType> types = ImmutableMap.copyOf(fields);
        return StructType.create(
                "remit." + name, types.keySet(), field -> Optional.ofNullable(types.get(field)));
    }

    /** The types that conditions know by field. */
    private static final class Structs implements CelTypeProvider {
        private final ImmutableSet<CelType> structs;

        Structs(StructType... structs) {
            this.structs = ImmutableSet.copyOf(List.of(structs));
        }

        @Override
        public ImmutableCollection<CelType> types() {
            return structs;
        }

        @Override
        public Optional<CelType> findType(String name) {
            return structs.stream().filter(each -> each.name().equals(name)).findFirst();
        }
    }
}
