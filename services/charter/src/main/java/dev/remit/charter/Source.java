package dev.remit.charter;

import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.erdtman.jcs.JsonCanonicalizer;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * A YAML or JSON text, read without guessing: what YAML leaves to the reader (anchors, tags, yes
 * and no, octal and sexagesimal numbers, a key twice) is refused. It knows where everything stands.
 */
public final class Source {
    /** Longest text, in code points. */
    public static final int LENGTH = 262_144;

    private static final int DEPTH = 32;
    private static final Resolver UNTAGGED = new Resolver();
    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]{0,14})");
    private static final Pattern DECIMAL =
            Pattern.compile("-?(0|[1-9][0-9]*)[.][0-9]+([eE][-+]?[0-9]+)?");

    private final String file;
    private final Node root;

    private Source(String file, Node root) {
        this.file = file;
        this.root = root;
    }

    /** Line and column, from 1. */
    public record Position(int line, int column) {}

    /** A part of the text. */
    public sealed interface Node {
        Position at();
    }

    /** Members by name, and where their names stand. */
    public record Mapping(Position at, Map<String, Node> members, Map<String, Position> keys)
            implements Node {}

    /** Items in order. */
    public record Items(Position at, List<Node> items) implements Node {}

    /**
     * One value.
     *
     * @param value a String, Boolean, Long or Double
     */
    public record Scalar(Position at, Object value) implements Node {}

    /** Nothing where a value should stand. */
    public record Nothing(Position at) implements Node {}

    /** What became of a text. */
    public sealed interface Read {
        /** It reads. */
        record Good(Source source) implements Read {}

        /** It does not. */
        record Broken(Finding finding) implements Read {}
    }

    /** Reads a text; never throws. */
    public static Read read(String file, String text) {
        try {
            LoaderOptions options = new LoaderOptions();
            options.setCodePointLimit(LENGTH);
            options.setNestingDepthLimit(DEPTH);
            options.setMaxAliasesForCollections(0);
            org.yaml.snakeyaml.nodes.Node node = new Yaml(options).compose(new StringReader(text));
            if (node == null) {
                throw new Unclear(new Position(1, 1), "", "is empty", "write a charter");
            }
            return new Read.Good(new Source(file, node(node, "")));
        } catch (Unclear e) {
            return broken(file, e.at, e.path, e.problem, e.remedy);
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            return broken(
                    file,
                    mark == null ? new Position(1, 1) : position(mark),
                    "",
                    "is not YAML: " + e.getProblem(),
                    "mend the text there");
        } catch (YAMLException e) {
            String[] lines = String.valueOf(e.getMessage()).split("\n", 2);
            return broken(
                    file, new Position(1, 1), "", "is not YAML: " + lines[0], "mend the text");
        }
    }

    private static Read broken(
            String file, Position at, String path, String problem, String remedy) {
        return new Read.Broken(
                new Finding(
                        "NOT_READABLE",
                        Finding.Severity.ERROR,
                        file,
                        at.line(),
                        at.column(),
                        path,
                        problem,
                        remedy));
    }

    public String file() {
        return file;
    }

    public Node root() {
        return root;
    }

    /** The part at a JSON pointer. */
    public Optional<Node> at(String path) {
        Node node = root;
        for (String step : steps(path)) {
            Optional<Node> next = member(node, step);
            if (next.isEmpty()) {
                return next;
            }
            node = next.get();
        }
        return Optional.of(node);
    }

    /** A finding at a path; if nothing stands there, at what stands nearest. */
    public Finding finding(
            String code, Finding.Severity severity, String path, String problem, String remedy) {
        Position at = root.at();
        Node node = root;
        for (String step : steps(path)) {
            if (node instanceof Mapping mapping && mapping.keys().containsKey(step)) {
                at = mapping.keys().get(step);
            }
            Optional<Node> next = member(node, step);
            if (next.isEmpty()) {
                break;
            }
            node = next.get();
            at = node instanceof Scalar || node instanceof Items ? node.at() : at;
        }
        return new Finding(code, severity, file, at.line(), at.column(), path, problem, remedy);
    }

    /** Canonical JSON (RFC 8785). */
    public String canonical() {
        try {
            return new String(
                    new JsonCanonicalizer(json(root)).getEncodedUTF8(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("what was read is always JSON", e);
        }
    }

    /** SHA-256 of the canonical JSON, hexadecimal. */
    public String hash() {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(canonical().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String pointer(String path, String step) {
        return path + "/" + step.replace("~", "~0").replace("/", "~1");
    }

    private static List<String> steps(String path) {
        if (path.isEmpty()) {
            return List.of();
        }
        List<String> steps = new ArrayList<>();
        for (String step : path.substring(1).split("/", -1)) {
            steps.add(step.replace("~1", "/").replace("~0", "~"));
        }
        return steps;
    }

    private static Optional<Node> member(Node node, String step) {
        return switch (node) {
            case Mapping mapping -> Optional.ofNullable(mapping.members().get(step));
            case Items items -> {
                int index = step.matches("[0-9]{1,6}") ? Integer.parseInt(step) : -1;
                yield index >= 0 && index < items.items().size()
                        ? Optional.of(items.items().get(index))
                        : Optional.empty();
            }
            case Scalar _, Nothing _ -> Optional.empty();
        };
    }

    private static Node node(org.yaml.snakeyaml.nodes.Node node, String path) {
        Position at = position(node.getStartMark());
        if (node.getAnchor() != null) {
            throw new Unclear(at, path, "has an anchor", "write it out where it is meant");
        }
        return switch (node) {
            case MappingNode mapping -> {
                only(mapping.getTag().equals(Tag.MAP), at, path);
                yield mapping(mapping, at, path);
            }
            case SequenceNode sequence -> {
                only(sequence.getTag().equals(Tag.SEQ), at, path);
                List<Node> items = new ArrayList<>();
                for (org.yaml.snakeyaml.nodes.Node each : sequence.getValue()) {
                    items.add(node(each, pointer(path, "" + items.size())));
                }
                yield new Items(at, List.copyOf(items));
            }
            case ScalarNode scalar -> scalar(scalar, at, path);
            default -> throw new Unclear(at, path, "is an alias", "write it out");
        };
    }

    private static Mapping mapping(MappingNode mapping, Position at, String path) {
        Map<String, Node> members = new LinkedHashMap<>();
        Map<String, Position> keys = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Position keyAt = position(tuple.getKeyNode().getStartMark());
            if (!(tuple.getKeyNode() instanceof ScalarNode key) || key.getTag().equals(Tag.MERGE)) {
                throw new Unclear(keyAt, path, "has a key that is no text", "name the member");
            }
            String name = key.getValue();
            if (keys.put(name, keyAt) != null) {
                throw new Unclear(
                        keyAt, pointer(path, name), "stands here twice", "remove one of them");
            }
            members.put(name, node(tuple.getValueNode(), pointer(path, name)));
        }
        return new Mapping(at, members, keys);
    }

    /** Plain text is what it looks like in YAML and in JSON alike, or it is refused. */
    private static Node scalar(ScalarNode scalar, Position at, String path) {
        String text = scalar.getValue();
        Tag tag = scalar.getTag();
        if (scalar.getScalarStyle() != ScalarStyle.PLAIN) {
            only(tag.equals(Tag.STR), at, path);
            boolean quoted =
                    scalar.getScalarStyle() == ScalarStyle.SINGLE_QUOTED
                            || scalar.getScalarStyle() == ScalarStyle.DOUBLE_QUOTED;
            return new Scalar(quoted ? new Position(at.line(), at.column() + 1) : at, text);
        }
        only(tag.equals(UNTAGGED.resolve(NodeId.scalar, text, true)), at, path);
        if (tag.equals(Tag.NULL)) {
            return new Nothing(at);
        }
        if (tag.equals(Tag.BOOL) && (text.equals("true") || text.equals("false"))) {
            return new Scalar(at, Boolean.valueOf(text));
        }
        if (tag.equals(Tag.INT) && INTEGER.matcher(text).matches()) {
            return new Scalar(at, new BigInteger(text).longValueExact());
        }
        if (tag.equals(Tag.FLOAT) && DECIMAL.matcher(text).matches()) {
            return new Scalar(at, Double.valueOf(text));
        }
        if (tag.equals(Tag.STR) || tag.equals(Tag.TIMESTAMP)) {
            return new Scalar(at, text);
        }
        throw new Unclear(
                at,
                path,
                "'" + text + "' means different things to different readers",
                "put it in quotes if it is a text; else write true, false or a plain number");
    }

    private static void only(boolean plain, Position at, String path) {
        if (!plain) {
            throw new Unclear(at, path, "has a tag", "leave the tag out");
        }
    }

    private static Position position(Mark mark) {
        return new Position(mark.getLine() + 1, mark.getColumn() + 1);
    }

    /** JSON, in the order of the text. */
    static String json(Node node) {
        return switch (node) {
            case Mapping mapping ->
                    mapping.members().entrySet().stream()
                            .map(each -> quoted(each.getKey()) + ":" + json(each.getValue()))
                            .collect(Collectors.joining(",", "{", "}"));
            case Items items ->
                    items.items().stream()
                            .map(Source::json)
                            .collect(Collectors.joining(",", "[", "]"));
            case Scalar(Position _, String text) -> quoted(text);
            case Scalar scalar -> String.valueOf(scalar.value());
            case Nothing _ -> "null";
        };
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.chars()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        quoted.append('\\').append((char) c);
                    } else if (c < ' ') {
                        quoted.append("\\u%04x".formatted(c));
                    } else {
                        quoted.append((char) c);
                    }
                });
        return quoted.append('"').toString();
    }

    /** The text leaves to the reader what it means. */
    private static final class Unclear extends RuntimeException {
        private static final long serialVersionUID = 1L;

        final transient Position at;
        final String path;
        final String problem;
        final String remedy;

        Unclear(Position at, String path, String problem, String remedy) {
            super(problem);
            this.at = at;
            this.path = path;
            this.problem = problem;
            this.remedy = remedy;
        }
    }
}
