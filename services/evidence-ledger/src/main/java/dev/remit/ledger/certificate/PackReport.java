package dev.remit.ledger.certificate;

import dev.remit.ledger.log.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A pack in words, for an auditor to read: what period, which changes, whether all of them, what is
 * out of the ordinary, which controls they show.
 *
 * @param title one line
 * @param sections in the order of reading
 */
public record PackReport(String title, List<Section> sections) {
    /**
     * @param lines paragraphs above the table
     * @param table empty rows: no table
     */
    public record Section(String heading, List<String> lines, Table table) {}

    /**
     * @param widths of the columns, in hundredths of the line
     * @param rows as many cells each as there are heads
     */
    public record Table(List<String> heads, List<Integer> widths, List<List<String>> rows) {
        static final Table NONE = new Table(List.of(), List.of(), List.of());
    }

    /** Outcomes that somebody should look at, whatever their proof. */
    private static final Set<String> OUT_OF_THE_ORDINARY =
            Set.of("FAILED", "COMPENSATED", "EXPIRED", "HALTED");

    private static final int MOST_REASONS = 3;

    static PackReport of(Pack pack, String log, List<Pack.Verified> verified) {
        List<Section> sections = new ArrayList<>();
        sections.add(period(pack, verified));
        sections.add(completeness(pack, log, verified));
        sections.add(exceptions(verified));
        sections.add(controls(verified));
        sections.add(changes(verified));
        sections.add(checking());
        return new PackReport("Evidence of identity changes", sections);
    }

    private static Section period(Pack pack, List<Pack.Verified> verified) {
        Map<String, Integer> outcomes = new TreeMap<>();
        Map<String, Integer> findings = new TreeMap<>();
        for (Pack.Verified each : verified) {
            outcomes.merge(each.certificate().statement().outcome(), 1, Integer::sum);
            findings.merge(each.verification().finding().title(), 1, Integer::sum);
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("From", pack.from().toString()));
        rows.add(List.of("Until before", pack.to().toString()));
        rows.add(
                List.of(
                        "Population",
                        pack.population().isAll() ? "all" : pack.population().words()));
        rows.add(List.of("Changes that ended", String.valueOf(verified.size())));
        outcomes.forEach((outcome, number) -> rows.add(List.of("Ended " + outcome, "" + number)));
        findings.forEach((title, number) ->
                rows.add(List.of("Certificates, when this was made: " + title, "" + number)));
        return new Section(
                "Period and population",
                List.of(
                        "A change belongs to the period in which the log first signed its closure. "
                                + "A period that is over has the same report for ever."),
                new Table(List.of("", ""), List.of(45, 55), rows));
    }

    private static Section completeness(Pack pack, String log, List<Pack.Verified> verified) {
        Checkpoint state = Pack.state(pack.through());
        int outside = pack.outside(log, verified).size();
        int all = PackVerifier.closures(pack.leaves());
        return new Section(
                "Completeness",
                List.of(
                        "The pack holds every leaf that the log got in the period. Whoever verifies"
                                + " it computes the log's signed root anew from them: a closure that is"
                                + " left out would change it.",
                        pack.population().isAll()
                                ? "Closures in the period without a certificate here: "
                                        + outside
                                        + "."
                                : "Closures in the period outside the population, which are"
                                        + " counted only: "
                                        + outside
                                        + " of "
                                        + all
                                        + "."),
                new Table(
                        List.of("", ""),
                        List.of(45, 55),
                        List.of(
                                List.of("Log", state.origin()),
                                List.of("Leaves before the period", String.valueOf(pack.first())),
                                List.of("Leaves in the period", "" + pack.leaves().size()),
                                List.of("Leaves at its end", String.valueOf(state.size())),
                                List.of("Root at its end (SHA-256)", state.root().toString()))));
    }

    private static Section exceptions(List<Pack.Verified> verified) {
        List<List<String>> rows = new ArrayList<>();
        for (Pack.Verified each : verified) {
            List<String> why = new ArrayList<>();
            String outcome = each.certificate().statement().outcome();
            if (OUT_OF_THE_ORDINARY.contains(outcome)) {
                why.add("ended " + outcome);
            }
            each.verification().checks().stream()
                    .filter(check -> !check.holds())
                    .limit(MOST_REASONS)
                    .forEach(check -> why.add(check.name() + ": " + check.words()));
            if (!why.isEmpty()) {
                rows.add(List.of(each.certificate().statement().change(), String.join("; ", why)));
            }
        }
        return new Section(
                "Exceptions",
                List.of(
                        rows.isEmpty()
                                ? "None: every certificate was verified in full, and no change"
                                        + " failed, was compensated, was halted or expired."
                                : "Changes that failed, were compensated, were halted or expired,"
                                        + " or whose certificate was not verified in full: "
                                        + rows.size()
                                        + "."),
                new Table(List.of("Change", "What stands out"), List.of(29, 71), rows));
    }

    private static Section controls(List<Pack.Verified> verified) {
        List<Pack.Verified> completed = PackTables.completed(verified);
        List<List<String>> rows = new ArrayList<>();
        for (Control control : Control.ALL) {
            Control.Shown shown = control.shownBy(completed);
            rows.add(
                    List.of(
                            control.catalogue(),
                            control.id()
                                    + (control.alias().isEmpty()
                                            ? ""
                                            : " (" + control.alias() + ")"),
                            control.title(),
                            Kind.text(control.kinds()),
                            String.join(", ", control.checks()),
                            shown.isFinding()
                                    ? shown.showing()
                                            + " of "
                                            + shown.number()
                                            + (shown.unknown() > 0
                                                    ? ", " + shown.unknown() + " not known"
                                                    : "")
                                    : "none of this kind"));
        }
        return new Section(
                "Controls",
                List.of(
                        "Which kind of change and which check give evidence for which control is"
                                + " our judgement. Counted are completed changes of that kind: those"
                                + " whose certificates hold and show every check named, of all there"
                                + " are. Without any there is no finding."),
                new Table(
                        List.of("Catalogue", "Control", "Title", "About", "Shown by", "Changes"),
                        List.of(16, 14, 22, 19, 18, 11),
                        rows));
    }

    private static Section changes(List<Pack.Verified> verified) {
        List<List<String>> rows = new ArrayList<>();
        for (Pack.Verified each : verified) {
            Certificate.Statement statement = each.certificate().statement();
            rows.add(
                    List.of(
                            statement.change(),
                            statement.outcome(),
                            each.verification().finding().title(),
                            PackVerifier.closing(each.certificate()),
                            each.verification().words().stream()
                                    .findFirst()
                                    .map(words ->
                                            words.replace(
                                                            "Change " + statement.change() + " of ",
                                                            "")
                                                    .replace(" ended " + statement.outcome(), ""))
                                    .orElse("content erased or withheld")));
        }
        return new Section(
                "Changes",
                List.of(verified.isEmpty() ? "None." : "In the order in which they were closed."),
                new Table(
                        List.of("Change", "Outcome", "Certificate", "Leaf", "What it was"),
                        List.of(29, 12, 11, 7, 41),
                        rows));
    }

    private static Section checking() {
        return new Section(
                "How to check this",
                List.of(
                        "Believe none of it: java -jar remit-verify.jar --trust DIR PACK.zip checks"
                                + " every certificate, the hash of every file of the pack, and that no"
                                + " closure is missing, with keys obtained apart from the pack. This"
                                + " report is a reading of that; what counts is what that says."),
                Table.NONE);
    }
}
