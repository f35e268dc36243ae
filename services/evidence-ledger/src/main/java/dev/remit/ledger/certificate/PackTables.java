package dev.remit.ledger.certificate;

import dev.remit.handoff.merkle.Hash;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of a pack, as CSV (RFC 4180), for people. */
final class PackTables {
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
        rows.add(
                List.of(
                        "catalogue",
                        "control",
                        "also known as",
                        "title",
                        "shown by",
                        "changes completed",
                        "changes that show it"));
        for (Control control : Control.ALL) {
            rows.add(
                    List.of(
                            control.catalogue(),
                            control.id(),
                            control.alias(),
                            control.title(),
                            String.join("; ", control.checks()),
                            String.valueOf(completed.size()),
                            String.valueOf(showing(control, completed))));
        }
        return text(rows);
    }

    /** Those that every proof was asked of. */
    static List<Pack.Verified> completed(List<Pack.Verified> verified) {
        return verified.stream()
                .filter(each -> each.certificate().statement().outcome().equals("COMPLETED"))
                .toList();
    }

    static long showing(Control control, List<Pack.Verified> completed) {
        return completed.stream()
                .filter(each -> !each.verification().finding().isRefusal())
                .filter(each -> control.isShownBy(each.verification().checks()))
                .count();
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
}
