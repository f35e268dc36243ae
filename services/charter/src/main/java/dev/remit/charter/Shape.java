package dev.remit.charter;

import dev.remit.charter.Source.Items;
import dev.remit.charter.Source.Mapping;
import dev.remit.charter.Source.Node;
import dev.remit.charter.Source.Scalar;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The form of a charter, from {@code charter.schema.json}: editors and publishing go by the same
 * text. Knows the keywords of JSON Schema 2020-12 that the text uses, and no other: an unknown one
 * stops the start.
 */
final class Shape {
    private static final Set<String> SAID =
            Set.of("$schema", "$id", "$defs", "title", "description");

    /** The charter's own. */
    static final Shape CHARTER = new Shape(shipped());

    private final Node root;
    private final Map<String, Pattern> patterns = new ConcurrentHashMap<>();

    private Shape(Node root) {
        this.root = root;
    }

    /** What in a text is not as the form says; empty if all is. */
    List<Finding> check(Source source) {
        List<Finding> findings = new ArrayList<>();
        check(source.root(), "", root, source, findings);
        return List.copyOf(findings);
    }

    private static Node shipped() {
        String name = "charter.schema.json";
        try (InputStream in = Objects.requireNonNull(Shape.class.getResourceAsStream(name))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return switch (Source.read(name, text)) {
                case Source.Read.Good(Source source) -> source.root();
                case Source.Read.Broken(Finding finding) ->
                        throw new IllegalStateException(finding.toString());
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void check(Node node, String path, Node schema, Source source, List<Finding> findings) {
        for (Map.Entry<String, Node> rule : members(schema).entrySet()) {
            String keyword = rule.getKey();
            if (!SAID.contains(keyword)) {
                check(node, path, keyword, rule.getValue(), schema, source, findings);
            }
        }
    }

    private void check(
            Node node,
            String path,
            String keyword,
            Node rule,
            Node schema,
            Source source,
            List<Finding> findings) {
        Optional<String> problem =
                switch (keyword) {
                    case "$ref" -> {
                        check(node, path, resolved(text(rule)), source, findings);
                        yield Optional.empty();
                    }
                    case "allOf" -> {
                        items(rule).forEach(each -> check(node, path, each, source, findings));
                        yield Optional.empty();
                    }
                    case "properties" -> {
                        members(rule)
                                .forEach((name, each) ->
                                        member(node, name)
                                                .ifPresent(value ->
                                                        check(
                                                                value,
                                                                Source.pointer(path, name),
                                                                each,
                                                                source,
                                                                findings)));
                        yield Optional.empty();
                    }
                    case "additionalProperties" -> {
                        others(node, path, rule, schema, source, findings);
                        yield Optional.empty();
                    }
                    case "propertyNames" -> {
                        members(node)
                                .forEach((name, value) ->
                                        check(
                                                new Scalar(value.at(), name),
                                                Source.pointer(path, name),
                                                rule,
                                                source,
                                                findings));
                        yield Optional.empty();
                    }
                    case "items" -> {
                        List<Node> all = node instanceof Items list ? list.items() : List.of();
                        for (int n = 0; n < all.size(); n++) {
                            check(all.get(n), path + "/" + n, rule, source, findings);
                        }
                        yield Optional.empty();
                    }
                    case "required" -> {
                        required(node, path, rule, source, findings);
                        yield Optional.empty();
                    }
                    case "anyOf" -> problem(fits(node, rule, source) > 0, "needs " + choice(rule));
                    case "oneOf" ->
                            problem(
                                    fits(node, rule, source) == 1,
                                    "needs exactly one of: " + choice(rule));
                    case "not" ->
                            problem(
                                    fits(node, new Items(rule.at(), List.of(rule)), source) == 0,
                                    "has together what excludes each other: "
                                            + choice(new Items(rule.at(), List.of(rule))));
                    default -> value(node, keyword, rule);
                };
        problem.ifPresent(words ->
                findings.add(
                        source.finding(
                                "FORM", Finding.Severity.ERROR, path, words, remedy(schema))));
    }

    /** A rule about one value alone; empty if it keeps it, or if it is about another type. */
    private Optional<String> value(Node node, String keyword, Node rule) {
        return switch (keyword) {
            case "type" -> problem(hasType(node, text(rule)), "is not " + a(text(rule)));
            case "const" -> problem(equal(node, rule), "is not " + shown(rule));
            case "enum" ->
                    problem(
                            items(rule).stream().anyMatch(each -> equal(node, each)),
                            "is not one of "
                                    + items(rule).stream()
                                            .map(Shape::shown)
                                            .collect(Collectors.joining(", ")));
            case "pattern" ->
                    problem(
                            !(node instanceof Scalar(Source.Position _, String text))
                                    || patterns.computeIfAbsent(text(rule), Pattern::compile)
                                            .matcher(text)
                                            .find(),
                            "has not the form " + text(rule));
            case "maxLength" ->
                    problem(
                            !(node instanceof Scalar(Source.Position _, String text))
                                    || text.codePointCount(0, text.length()) <= number(rule),
                            "is longer than " + shown(rule));
            case "format" -> {
                String format = text(rule);
                boolean fits =
                        !(node instanceof Scalar(Source.Position _, String text))
                                || reads(format, text);
                yield problem(fits, "is not " + a(format));
            }
            case "minimum" -> problem(from(node) >= number(rule), "is below " + shown(rule));
            case "exclusiveMinimum" ->
                    problem(from(node) > number(rule), "is not above " + shown(rule));
            case "maximum" -> problem(to(node) <= number(rule), "is above " + shown(rule));
            case "minItems" ->
                    problem(
                            !(node instanceof Items all) || all.items().size() >= number(rule),
                            "has fewer than " + shown(rule) + " items");
            case "maxItems" ->
                    problem(
                            !(node instanceof Items all) || all.items().size() <= number(rule),
                            "has more than " + shown(rule) + " items");
            case "uniqueItems" ->
                    problem(!(node instanceof Items all) || distinct(all), "names one twice");
            case "minProperties" ->
                    problem(
                            !(node instanceof Mapping all) || all.members().size() >= number(rule),
                            "has fewer than " + shown(rule) + " members");
            case "maxProperties" ->
                    problem(
                            !(node instanceof Mapping all) || all.members().size() <= number(rule),
                            "has more than " + shown(rule) + " members");
            default ->
                    throw new IllegalStateException(
                            "charter.schema.json: keyword " + keyword + " is not known");
        };
    }

    private void others(
            Node node, String path, Node rule, Node schema, Source source, List<Finding> findings) {
        Map<String, Node> known = member(schema, "properties").map(Shape::members).orElse(Map.of());
        members(node)
                .forEach((name, value) -> {
                    if (known.containsKey(name)) {
                        return;
                    }
                    String at = Source.pointer(path, name);
                    if (rule instanceof Scalar(Source.Position _, Boolean _)) {
                        findings.add(
                                source.finding(
                                        "UNKNOWN_MEMBER",
                                        Finding.Severity.ERROR,
                                        at,
                                        "is not known",
                                        nearest(name, known.keySet())
                                                .map(near -> "did you mean " + near + "?")
                                                .orElse(
                                                        "known here: "
                                                                + String.join(
                                                                        ", ", known.keySet()))));
                    } else {
                        check(value, at, rule, source, findings);
                    }
                });
    }

    private static void required(
            Node node, String path, Node rule, Source source, List<Finding> findings) {
        if (!(node instanceof Mapping mapping)) {
            return;
        }
        for (Node each : items(rule)) {
            if (!mapping.members().containsKey(text(each))) {
                findings.add(
                        source.finding(
                                "MISSING_MEMBER",
                                Finding.Severity.ERROR,
                                Source.pointer(path, text(each)),
                                "is missing",
                                "add it"));
            }
        }
    }

    private long fits(Node node, Node choices, Source source) {
        return items(choices).stream()
                .filter(each -> {
                    List<Finding> findings = new ArrayList<>();
                    check(node, "", each, source, findings);
                    return findings.isEmpty();
                })
                .count();
    }

    private Node resolved(String reference) {
        String name = reference.substring("#/$defs/".length());
        return member(root, "$defs")
                .flatMap(all -> member(all, name))
                .orElseThrow(() -> new IllegalStateException(reference + " is not defined"));
    }

    private static String choice(Node choices) {
        return items(choices).stream()
                .map(each ->
                        member(each, "required").map(Shape::items).orElse(List.of()).stream()
                                .map(Shape::text)
                                .collect(Collectors.joining(" and ")))
                .collect(Collectors.joining(", or "));
    }

    private static Optional<String> problem(boolean kept, String words) {
        return kept ? Optional.empty() : Optional.of(words);
    }

    private static String remedy(Node schema) {
        return member(schema, "description")
                .map(text -> "meant is: " + text(text))
                .orElse("mend it");
    }

    private static boolean hasType(Node node, String type) {
        return switch (type) {
            case "object" -> node instanceof Mapping;
            case "array" -> node instanceof Items;
            case "string" -> node instanceof Scalar(Source.Position _, String _);
            case "boolean" -> node instanceof Scalar(Source.Position _, Boolean _);
            case "integer" -> node instanceof Scalar(Source.Position _, Long _);
            case "number" -> node instanceof Scalar(Source.Position _, Number _);
            default -> throw new IllegalStateException("type " + type + " is not known");
        };
    }

    private static String a(String type) {
        return switch (type) {
            case "object" -> "a set of members";
            case "array" -> "a list";
            case "string" -> "a text (put it in quotes)";
            case "boolean" -> "true or false";
            case "integer" -> "a whole number";
            case "duration" -> "an ISO 8601 duration above zero, for example PT8H";
            case "date" -> "a day of the calendar, yyyy-mm-dd";
            case "time-zone" -> "a time zone, for example Europe/Berlin";
            default -> "a " + type;
        };
    }

    private static boolean reads(String format, String text) {
        try {
            return switch (format) {
                case "duration" -> Duration.parse(text).isPositive();
                case "date" -> LocalDate.parse(text) != null;
                case "time-zone" -> ZoneId.of(text) != null;
                default -> throw new IllegalStateException("format " + format + " is not known");
            };
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean equal(Node one, Node other) {
        return one instanceof Scalar(Source.Position _, Object a)
                && other instanceof Scalar(Source.Position _, Object b)
                && a.equals(b);
    }

    private static boolean distinct(Items all) {
        Set<Object> seen = new HashSet<>();
        return all.items().stream()
                .allMatch(each ->
                        !(each instanceof Scalar(Source.Position _, Object value))
                                || seen.add(value));
    }

    /** No number: no rule about numbers is broken. */
    private static double from(Node node) {
        return node instanceof Scalar(Source.Position _, Number number)
                ? number.doubleValue()
                : Double.MAX_VALUE;
    }

    private static double to(Node node) {
        return node instanceof Scalar(Source.Position _, Number number)
                ? number.doubleValue()
                : -Double.MAX_VALUE;
    }

    private static double number(Node rule) {
        return from(rule);
    }

    private static String text(Node node) {
        return shown(node);
    }

    private static String shown(Node node) {
        return node instanceof Scalar scalar ? String.valueOf(scalar.value()) : "";
    }

    private static Map<String, Node> members(Node node) {
        return node instanceof Mapping mapping ? mapping.members() : Map.of();
    }

    private static List<Node> items(Node node) {
        return node instanceof Items all ? all.items() : List.of();
    }

    private static Optional<Node> member(Node node, String name) {
        return Optional.ofNullable(members(node).get(name));
    }

    /** The known name that was most likely meant: at most two letters away. */
    static Optional<String> nearest(String name, Set<String> known) {
        return known.stream()
                .filter(each -> distance(name, each) <= 2)
                .min(java.util.Comparator.comparingInt(each -> distance(name, each)));
    }

    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int n = 0; n < row.length; n++) {
            row[n] = n;
        }
        for (int i = 1; i <= one.length(); i++) {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int above = row[j];
                int change = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j], row[j - 1]) + 1, corner + change);
                corner = above;
            }
        }
        return row[other.length()];
    }
}
