package dev.remit.ledger.certificate;

import java.util.ArrayList;
import java.util.List;

/**
 * What a verifier found.
 *
 * @param checks every check made, in order
 * @param words the change's story in plain words; to be believed only when nothing is refused
 * @param outcome how the change ended, as the certificate states it
 */
public record Verification(List<Check> checks, List<String> words, String outcome) {
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

    /** The checks, the story and the finding, for a person to read. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Check check : checks) {
            String mark = check.holds() ? "ok" : check.finding().isRefusal() ? "WRONG" : "open";
            lines.add("  %-6s %-22s %s".formatted(mark, check.name(), check.words()));
        }
        Finding finding = finding();
        if (finding.isRefusal()) {
            lines.add(
                    "NOT VERIFIED, %s: %s. Do not rely on this file."
                            .formatted(finding.title(), finding.meaning()));
        } else {
            words.forEach(line -> lines.add("  " + line));
            lines.add(
                    finding == Finding.VERIFIED
                            ? "VERIFIED: " + outcome
                            : "HOLDS AS FAR AS SHOWN, %s: %s. Stated outcome: %s"
                                    .formatted(finding.title(), finding.meaning(), outcome));
        }
        return lines;
    }
}
