package dev.remit.ledger.certificate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a verifier found.
 *
 * @param checks every check made, in order
 * @param words the change's story in plain words; to be believed only when nothing is refused
 * @param outcome how the change ended, as the certificate states it
 * @param matter what the change was about; empty where its proposal is not shown
 */
public record Verification(
        List<Check> checks, List<String> words, String outcome, Optional<Matter> matter) {
    /** One that is not of a change whose proposal is shown. */
    Verification(List<Check> checks, List<String> words, String outcome) {
        this(checks, words, outcome, Optional.empty());
    }

    /**
     * One check.
     *
     * @param finding VERIFIED when it holds; WITHHELD or ERASED when it could not be made
     */
    public record Check(String name, Finding finding, String words) {
        /** Whether it was made and holds. */
        public boolean holds() {
            return finding == Finding.VERIFIED;
        }
    }

    /** Whether every check was made and holds. */
    public boolean holds() {
        return finding() == Finding.VERIFIED;
    }

    /** The worst of what was found. */
    public Finding finding() {
        return checks.stream().map(Check::finding).min(Enum::compareTo).orElse(Finding.MALFORMED);
    }

    /** What a file says of itself prints no lines of its own. */
    private static String onOneLine(String words) {
        return words.replaceAll("\\p{Cntrl}", " ");
    }

    /** The checks, the story and the finding, for a person to read. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Check check : checks) {
            String mark = check.holds() ? "ok" : check.finding().isRefusal() ? "WRONG" : "open";
            lines.add("  %-6s %-22s %s".formatted(mark, check.name(), onOneLine(check.words())));
        }
        Finding finding = finding();
        if (finding.isRefusal()) {
            lines.add(
                    "NOT VERIFIED, %s: %s. Do not rely on this file."
                            .formatted(finding.title(), finding.meaning()));
        } else {
            words.forEach(line -> lines.add("  " + onOneLine(line)));
            lines.add(
                    finding == Finding.VERIFIED
                            ? "VERIFIED: " + outcome
                            : "HOLDS AS FAR AS SHOWN, %s: %s. Stated outcome: %s"
                                    .formatted(finding.title(), finding.meaning(), outcome));
        }
        return lines;
    }
}
