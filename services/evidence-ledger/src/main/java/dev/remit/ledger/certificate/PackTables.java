package dev.remit.ledger.certificate;

import dev.remit.handoff.merkle.Hash;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of a pack, as CSV (RFC 4180), for people. */
final class PackTables {
    private static final List<String> CONTROLS =
            List.of(
                    "catalogue",
                    "control",
                    "also known as",
                    "title",
                    "about",
                    "shown by",
                    "changes of this kind completed",
                    "changes that show it",
                    "changes whose kind is erased",
                    "finding");

    /** The column from which on a line can be counted anew. */
    private static final int KINDS = CONTROLS.indexOf("about");

    private PackTables() {}

    /** A line a change. */
    static String changes(List<Pack.Verified> verified) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "change",
                        "outcome",
                        "verification",
                        "handoffs",
                        "closing leaf",
                        "summary",
                        "certificate",
                        "sha256"));
        for (Pack.Verified each : verified) {
            Certificate.Statement statement = each.certificate().statement();
            rows.add(
                    List.of(
                            statement.change(),
                            statement.outcome(),
                            each.verification().finding().title(),
                            String.valueOf(
                                    statement.leaves().stream()
                                            .filter(leaf ->
                                                    leaf.field("case")
                                                            .equals(statement.blindedChange()))
                                            .filter(leaf -> !leaf.field("seq").equals("0"))
                                            .count()),
                            PackVerifier.closing(each.certificate()),
                            each.verification().words().stream().findFirst().orElse(""),
                            each.name(),
                            Hash.sha256(each.file()).hex()));
        }
        return text(rows);
    }

    /** A line a control. */
    static String controls(List<Pack.Verified> verified) {
        List<Pack.Verified> completed = completed(verified);
        List<List<String>> rows = new ArrayList<>();
        rows.add(CONTROLS);
        for (Control control : Control.ALL) {
            List<String> row =
                    new ArrayList<>(
                            List.of(
                                    control.catalogue(),
                                    control.id(),
                                    control.alias(),
                                    control.title()));
            row.addAll(counted(control.kinds(), control.checks(), completed));
            rows.add(row);
        }
        return text(rows);
    }

    private static List<String> counted(
            List<Kind> kinds, List<String> checks, List<Pack.Verified> completed) {
        Control.Shown shown = Control.shownBy(kinds, checks, completed);
        return List.of(
                Kind.text(kinds),
                String.join("; ", checks),
                String.valueOf(shown.number()),
                String.valueOf(shown.showing()),
                String.valueOf(shown.unknown()),
                shown.words());
    }

    /**
     * The controls in a table that {@link #controls} made, of which the certificates show something
     * else than it says. Each line is counted anew by the kinds and the checks that it names, so
     * that it may be from a time that knew other controls.
     *
     * @throws IllegalArgumentException if it is no such table
     */
    static List<String> miscounted(String table, List<Pack.Verified> verified) {
        List<Pack.Verified> completed = completed(verified);
        List<String> wrong = new ArrayList<>();
        for (List<String> row : controlRows(table)) {
            List<String> said = row.subList(KINDS, row.size());
            if (!said.equals(counted(kinds(row), checks(row), completed))) {
                wrong.add(name(row));
            }
        }
        return wrong;
    }

    /**
     * The controls that such a table takes to be about or shown by something else than this program
     * does, or leaves out: it may be an earlier one's, or somebody's who would like it better so.
     *
     * @throws IllegalArgumentException if it is no such table
     */
    static List<String> otherwise(String table) {
        Map<String, List<String>> own = new LinkedHashMap<>();
        controlRows(controls(List.of())).forEach(row -> own.put(name(row), mapping(row)));
        List<String> otherwise = new ArrayList<>();
        for (List<String> row : controlRows(table)) {
            if (!mapping(row).equals(own.remove(name(row)))) {
                otherwise.add(name(row));
            }
        }
        otherwise.addAll(own.keySet());
        return otherwise;
    }

    private static String name(List<String> row) {
        return row.get(0) + " " + row.get(1);
    }

    private static List<String> mapping(List<String> row) {
        return row.subList(0, KINDS + 2);
    }

    /**
     * Of the controls of SP 800-53 in a table that {@link #controls} made, what the certificates
     * show, as assessment results have it: by objective, {@code satisfied} or {@code
     * not-satisfied}.
     *
     * @throws IllegalArgumentException if it is no such table
     */
    static Map<String, String> findings(String table, List<Pack.Verified> verified) {
        List<Pack.Verified> completed = completed(verified);
        Map<String, String> findings = new TreeMap<>();
        for (List<String> row : controlRows(table)) {
            Control.Shown shown = Control.shownBy(kinds(row), checks(row), completed);
            if (row.getFirst().equals(Control.SP_800_53) && shown.isFinding()) {
                findings.put(
                        AssessmentResults.objective(row.get(1)), AssessmentResults.state(shown));
            }
        }
        return findings;
    }

    private static List<List<String>> controlRows(String table) {
        List<List<String>> rows = rows(table);
        if (rows.isEmpty() || !rows.getFirst().equals(CONTROLS)) {
            throw new IllegalArgumentException("is not a table of controls");
        }
        for (List<String> row : rows) {
            if (row.size() != CONTROLS.size()) {
                throw new IllegalArgumentException("has a line with " + row.size() + " cells");
            }
        }
        return rows.subList(1, rows.size());
    }

    private static List<Kind> kinds(List<String> row) {
        return Kind.parse(row.get(KINDS));
    }

    private static List<String> checks(List<String> row) {
        return List.of(row.get(KINDS + 1).split("; ", -1));
    }

    /**
     * The lines in which a table that {@link #changes} made and the certificates differ.
     *
     * @throws IllegalArgumentException if it is no table
     */
    static Set<String> differing(String table, List<Pack.Verified> verified) {
        List<List<String>> said = rows(table);
        List<List<String>> shown = rows(changes(verified));
        Set<String> differing = new TreeSet<>();
        Set<List<String>> isSaid = new HashSet<>(said);
        Set<List<String>> isShown = new HashSet<>(shown);
        Stream.concat(
                        said.stream().filter(row -> !isShown.contains(row)),
                        shown.stream().filter(row -> !isSaid.contains(row)))
                .forEach(row -> differing.add(row.getFirst()));
        if (said.size() != shown.size()) {
            differing.add("the number of lines");
        }
        return differing;
    }

    /** Those that every proof was asked of. */
    static List<Pack.Verified> completed(List<Pack.Verified> verified) {
        return verified.stream()
                .filter(each -> each.certificate().statement().outcome().equals("COMPLETED"))
                .toList();
    }

    private static String text(List<List<String>> rows) {
        return rows.stream()
                .map(row ->
                        row.stream().map(PackTables::cell).collect(Collectors.joining(","))
                                + "\r\n")
                .collect(Collectors.joining());
    }

    /** Quoted where needed; what a spreadsheet would run as a formula is made text. */
    private static String cell(String text) {
        String safe = Stream.of("=", "+", "-", "@").anyMatch(text::startsWith) ? "'" + text : text;
        return safe.matches("[^\",\\r\\n]*") ? safe : "\"" + safe.replace("\"", "\"\"") + "\"";
    }

    /** The cells of a table that {@link #text} wrote. */
    private static List<List<String>> rows(String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        var cell = new StringBuilder();
        boolean quoted = false;
        for (int n = 0; n < text.length(); n++) {
            char at = text.charAt(n);
            if (quoted && at == '"' && n + 1 < text.length() && text.charAt(n + 1) == '"') {
                cell.append(at);
                n++;
            } else if (at == '"') {
                quoted = !quoted;
            } else if (!quoted && (at == ',' || at == '\n')) {
                row.add(cell.toString());
                cell.setLength(0);
                if (at == '\n') {
                    rows.add(row);
                    row = new ArrayList<>();
                }
            } else if (quoted || at != '\r') {
                cell.append(at);
            }
        }
        if (quoted || !cell.isEmpty() || !row.isEmpty()) {
            throw new IllegalArgumentException("is cut off");
        }
        return rows;
    }
}
