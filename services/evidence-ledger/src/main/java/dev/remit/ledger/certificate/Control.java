package dev.remit.ledger.certificate;

import java.util.List;
import java.util.Locale;

/**
 * A control of a public catalogue, and the checks of a certificate that give evidence for it. Which
 * check fits which control is our judgement; ids and titles are the catalogues' own.
 *
 * @param catalogue the catalogue with its release
 * @param alias an older or looser wording that readers may look for; empty if none
 */
record Control(String catalogue, String id, String alias, String title, List<String> checks) {
    static final String NHI = "OWASP NHI Top 10 2025";
    static final String CSF = "NIST CSF 2.0";
    static final String SP_800_53 = "NIST SP 800-53 Rev. 5.2.0";
    static final String ISO = "ISO/IEC 27001:2022 Annex A";

    private static final String SEALS = "seals";
    private static final String CHAIN = "chain";
    private static final String LOGGED = "inclusions";
    private static final String FIT = "readiness.fit";
    private static final String APPROVED = "approvals.complete";
    private static final String APART = "separation-of-duties";
    private static final String EXECUTED = "executed.as-authorized";
    private static final String READ_BACK = "read-back.matches";
    private static final String CORROBORATED = "activity.corroborated";

    /** In the order of a report. */
    static final List<Control> ALL =
            List.of(
                    of(
                            NHI,
                            "NHI1:2025",
                            "NHI-01",
                            "Improper Offboarding",
                            EXECUTED,
                            READ_BACK,
                            CORROBORATED),
                    of(NHI, "NHI5:2025", "NHI-05", "Overprivileged NHI", APPROVED, APART),
                    of(NHI, "NHI10:2025", "NHI-10", "Human Use of NHI", APART),
                    of(
                            CSF,
                            "PR.AA-01",
                            "PR.AC-1",
                            "Identities and credentials are managed",
                            FIT,
                            READ_BACK),
                    of(
                            CSF,
                            "PR.AA-05",
                            "PR.AC-4",
                            "Access permissions are managed with least privilege and separation of duties",
                            APPROVED,
                            APART),
                    of(CSF, "PR.PS-04", "PR.PT-1", "Log records are generated", LOGGED),
                    of(SP_800_53, "AC-2(3)", "", "Disable Accounts", EXECUTED, READ_BACK),
                    of(SP_800_53, "AC-2(4)", "", "Automated Audit Actions", LOGGED, CHAIN),
                    of(SP_800_53, "AC-3(2)", "", "Dual Authorization", APPROVED),
                    of(
                            SP_800_53,
                            "AC-4",
                            "SP 800-207 AC-4",
                            "Information Flow Enforcement",
                            SEALS,
                            CHAIN),
                    of(SP_800_53, "AC-5", "", "Separation of Duties", APART),
                    of(
                            SP_800_53,
                            "AC-24(1)",
                            "",
                            "Transmit Access Authorization Information",
                            EXECUTED),
                    of(SP_800_53, "AU-9(3)", "", "Cryptographic Protection", LOGGED),
                    of(SP_800_53, "AU-10", "", "Non-repudiation", SEALS),
                    of(
                            SP_800_53,
                            "AU-10(2)",
                            "",
                            "Validate Binding of Information Producer Identity",
                            SEALS),
                    of(SP_800_53, "AU-10(3)", "", "Chain of Custody", CHAIN),
                    of(
                            SP_800_53,
                            "AU-10(4)",
                            "",
                            "Validate Binding of Information Reviewer Identity",
                            APPROVED),
                    of(
                            SP_800_53,
                            "CM-3(2)",
                            "",
                            "Testing, Validation, and Documentation of Changes",
                            READ_BACK),
                    of(
                            SP_800_53,
                            "CM-5(1)",
                            "",
                            "Automated Access Enforcement and Audit Records",
                            EXECUTED),
                    of(SP_800_53, "PS-4(2)", "", "Automated Actions", EXECUTED, READ_BACK),
                    of(SP_800_53, "SI-7(1)", "", "Integrity Checks", LOGGED),
                    of(ISO, "5.3", "", "Segregation of duties", APART),
                    of(ISO, "5.15", "", "Access control", APPROVED),
                    of(ISO, "5.16", "", "Identity management", FIT),
                    of(ISO, "5.18", "", "Access rights", APPROVED, EXECUTED),
                    of(ISO, "5.28", "", "Collection of evidence", SEALS, LOGGED),
                    of(ISO, "5.33", "", "Protection of records", LOGGED),
                    of(
                            ISO,
                            "6.5",
                            "",
                            "Responsibilities after termination or change of employment",
                            EXECUTED,
                            READ_BACK),
                    of(ISO, "8.15", "", "Logging", LOGGED),
                    of(ISO, "8.32", "", "Change management", CHAIN, EXECUTED));

    private static Control of(
            String catalogue, String id, String alias, String title, String... checks) {
        return new Control(catalogue, id, alias, title, List.of(checks));
    }

    /** The id as OSCAL's catalogue of SP 800-53 writes it, for example {@code ac-2.3}. */
    String oscalId() {
        return id.toLowerCase(Locale.ROOT).replace("(", ".").replace(")", "");
    }

    /** Whether these checks give evidence for it: each of its own was made and holds. */
    boolean isShownBy(List<Verification.Check> made) {
        return checks.stream()
                .allMatch(name ->
                        made.stream().anyMatch(each -> each.name().equals(name) && each.holds()));
    }
}
