package dev.remit.ledger.certificate;

import java.util.List;
import java.util.Locale;

/**
 * A control of a public catalogue, the kinds of changes that it is about, and the checks of a
 * certificate that give evidence for it. Which fit which control is our judgement; ids and titles
 * are the catalogues' own. A change of no such kind says nothing of the control.
 *
 * @param catalogue the catalogue with its release
 * @param alias an older or looser wording that readers may look for; empty if none
 * @param kinds one of these; empty for every change
 */
record Control(
        String catalogue,
        String id,
        String alias,
        String title,
        List<Kind> kinds,
        List<String> checks) {
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
    private static final String ENDED = "grant.ended";
    private static final String REVIEWED = "review.closed";

    private static final List<Kind> EVERY = List.of();

    /** Whoever left: the account opens nothing and holds nothing any more. */
    private static final Kind LEFT = Kind.of("disable-account", "leave-groups");

    private static final Kind DELETED = Kind.of("delete-account");
    private static final Kind DISABLED = Kind.of("disable-account");
    private static final Kind REMOVED = Kind.of("leave-group");
    private static final Kind FOR_A_TIME = Kind.of("join-group", "leave-group-at-expiry");
    private static final Kind MANAGED = Kind.of("set-manager");
    private static final Kind OWNED = Kind.of("set-owner");
    private static final Kind ROTATED = Kind.of("rotate-secret");

    // where steps alone do not say why, the action's name in the ready charter does
    private static final Kind MOVED = Kind.as("leave-old-place", "leave-groups");
    private static final Kind CONTAINED = Kind.as("contain", "disable-account", "end-sessions");
    private static final Kind TO_AGENT =
            Kind.as("grant-to-agent", "join-group", "leave-group-at-expiry");
    private static final Kind PRIVILEGED =
            Kind.as("grant-for-a-time", "join-group", "leave-group-at-expiry");
    private static final Kind EMERGENCY =
            Kind.as("grant-in-an-emergency", "join-group", "leave-group-at-expiry");

    /** What an account opens, or whether it opens anything, is another afterwards. */
    private static final List<Kind> ACCESS =
            List.of(
                    Kind.of("join-group"),
                    Kind.of("join-groups"),
                    Kind.of("leave-group"),
                    Kind.of("leave-groups"),
                    Kind.of("enable-account"),
                    Kind.of("disable-account"),
                    Kind.of("delete-account"));

    /** In the order of a report. */
    static final List<Control> ALL =
            List.of(
                    of(
                            NHI,
                            "NHI1:2025",
                            "NHI-01",
                            "Improper Offboarding",
                            List.of(LEFT, DELETED),
                            EXECUTED,
                            READ_BACK),
                    of(
                            NHI,
                            "NHI2:2025",
                            "NHI-02",
                            "Secret Leakage",
                            List.of(CONTAINED),
                            EXECUTED,
                            READ_BACK),
                    of(
                            NHI,
                            "NHI5:2025",
                            "NHI-05",
                            "Overprivileged NHI",
                            List.of(TO_AGENT),
                            APPROVED,
                            APART),
                    of(
                            NHI,
                            "NHI7:2025",
                            "NHI-07",
                            "Long-Lived Secrets",
                            List.of(ROTATED),
                            EXECUTED,
                            READ_BACK),
                    of(NHI, "NHI10:2025", "NHI-10", "Human Use of NHI", List.of(TO_AGENT), APART),
                    of(
                            CSF,
                            "PR.AA-01",
                            "PR.AC-1",
                            "Identities and credentials are managed",
                            EVERY,
                            FIT,
                            READ_BACK),
                    of(
                            CSF,
                            "PR.AA-05",
                            "PR.AC-4",
                            "Access permissions are managed with least privilege and separation of duties",
                            ACCESS,
                            APPROVED,
                            APART),
                    of(CSF, "PR.PS-04", "PR.PT-1", "Log records are generated", EVERY, LOGGED),
                    of(
                            SP_800_53,
                            "AC-2",
                            "",
                            "Account Management",
                            List.of(MANAGED, OWNED),
                            EXECUTED,
                            READ_BACK),
                    of(
                            SP_800_53,
                            "AC-2(3)",
                            "",
                            "Disable Accounts",
                            List.of(DISABLED),
                            EXECUTED,
                            READ_BACK),
                    of(SP_800_53, "AC-2(4)", "", "Automated Audit Actions", EVERY, LOGGED, CHAIN),
                    of(
                            SP_800_53,
                            "AC-3(2)",
                            "",
                            "Dual Authorization",
                            List.of(Kind.approvedBy(2)),
                            APPROVED),
                    of(
                            SP_800_53,
                            "AC-3(8)",
                            "",
                            "Revocation of Access Authorizations",
                            List.of(REMOVED, Kind.of("leave-groups")),
                            EXECUTED,
                            READ_BACK),
                    of(
                            SP_800_53,
                            "AC-3(10)",
                            "",
                            "Audited Override of Access Control Mechanisms",
                            List.of(EMERGENCY),
                            ENDED,
                            REVIEWED),
                    of(
                            SP_800_53,
                            "AC-4",
                            "SP 800-207 AC-4",
                            "Information Flow Enforcement",
                            EVERY,
                            SEALS,
                            CHAIN),
                    of(SP_800_53, "AC-5", "", "Separation of Duties", EVERY, APART),
                    of(
                            SP_800_53,
                            "AC-6",
                            "",
                            "Least Privilege",
                            List.of(FOR_A_TIME),
                            APPROVED,
                            ENDED),
                    of(
                            SP_800_53,
                            "AC-6(7)",
                            "",
                            "Review of User Privileges",
                            List.of(REMOVED),
                            EXECUTED,
                            READ_BACK),
                    of(
                            SP_800_53,
                            "AC-24(1)",
                            "",
                            "Transmit Access Authorization Information",
                            EVERY,
                            EXECUTED),
                    of(SP_800_53, "AU-9(3)", "", "Cryptographic Protection", EVERY, LOGGED),
                    of(SP_800_53, "AU-10", "", "Non-repudiation", EVERY, SEALS),
                    of(
                            SP_800_53,
                            "AU-10(2)",
                            "",
                            "Validate Binding of Information Producer Identity",
                            EVERY,
                            SEALS),
                    of(SP_800_53, "AU-10(3)", "", "Chain of Custody", EVERY, CHAIN),
                    of(
                            SP_800_53,
                            "AU-10(4)",
                            "",
                            "Validate Binding of Information Reviewer Identity",
                            EVERY,
                            APPROVED),
                    of(
                            SP_800_53,
                            "CM-3(2)",
                            "",
                            "Testing, Validation, and Documentation of Changes",
                            EVERY,
                            READ_BACK),
                    of(
                            SP_800_53,
                            "CM-5(1)",
                            "",
                            "Automated Access Enforcement and Audit Records",
                            EVERY,
                            EXECUTED),
                    of(
                            SP_800_53,
                            "IA-5",
                            "",
                            "Authenticator Management",
                            List.of(ROTATED),
                            EXECUTED,
                            READ_BACK),
                    of(
                            SP_800_53,
                            "PS-4(2)",
                            "",
                            "Automated Actions",
                            List.of(LEFT),
                            EXECUTED,
                            READ_BACK),
                    of(
                            SP_800_53,
                            "PS-5",
                            "",
                            "Personnel Transfer",
                            List.of(MOVED),
                            EXECUTED,
                            READ_BACK),
                    of(SP_800_53, "SI-7(1)", "", "Integrity Checks", EVERY, LOGGED),
                    of(ISO, "5.3", "", "Segregation of duties", EVERY, APART),
                    of(ISO, "5.15", "", "Access control", ACCESS, APPROVED),
                    of(ISO, "5.16", "", "Identity management", EVERY, FIT),
                    of(
                            ISO,
                            "5.17",
                            "",
                            "Authentication information",
                            List.of(ROTATED),
                            EXECUTED,
                            READ_BACK),
                    of(ISO, "5.18", "", "Access rights", ACCESS, APPROVED, EXECUTED),
                    of(ISO, "5.28", "", "Collection of evidence", EVERY, SEALS, LOGGED),
                    of(ISO, "5.33", "", "Protection of records", EVERY, LOGGED),
                    of(
                            ISO,
                            "6.5",
                            "",
                            "Responsibilities after termination or change of employment",
                            List.of(LEFT, MOVED),
                            EXECUTED,
                            READ_BACK),
                    of(
                            ISO,
                            "8.2",
                            "",
                            "Privileged access rights",
                            List.of(PRIVILEGED, EMERGENCY),
                            APPROVED,
                            ENDED),
                    of(ISO, "8.15", "", "Logging", EVERY, LOGGED),
                    of(ISO, "8.32", "", "Change management", EVERY, CHAIN, EXECUTED));

    private static Control of(
            String catalogue,
            String id,
            String alias,
            String title,
            List<Kind> kinds,
            String... checks) {
        return new Control(catalogue, id, alias, title, kinds, List.of(checks));
    }

    /** The id as OSCAL's catalogue of SP 800-53 writes it, for example {@code ac-2.3}. */
    String oscalId() {
        return oscalId(id);
    }

    static String oscalId(String id) {
        return id.toLowerCase(Locale.ROOT).replace("(", ".").replace(")", "");
    }

    /**
     * What some completed changes say of a control.
     *
     * @param number those of its kinds
     * @param showing those of them whose certificates hold and show every one of its checks
     * @param unknown those whose kind is erased or withheld
     */
    record Shown(long number, long showing, long unknown) {
        private static final String NONE = "no change of this kind in the period";

        /** Whether there is anything to find. */
        boolean isFinding() {
            return number > 0;
        }

        /** Whether all that could be of its kinds show it. */
        boolean isSatisfied() {
            return isFinding() && showing == number && unknown == 0;
        }

        /** In a few words. */
        String words() {
            return !isFinding() ? NONE : isSatisfied() ? "satisfied" : "not satisfied";
        }
    }

    Shown shownBy(List<Pack.Verified> completed) {
        return shownBy(kinds, checks, completed);
    }

    static Shown shownBy(List<Kind> kinds, List<String> checks, List<Pack.Verified> completed) {
        long number = 0;
        long showing = 0;
        long unknown = 0;
        for (Pack.Verified each : completed) {
            Verification found = each.verification();
            if (!kinds.isEmpty() && found.matter().flatMap(Matter::steps).isEmpty()) {
                unknown++;
            } else if (kinds.isEmpty()
                    || kinds.stream().anyMatch(kind -> kind.holds(found.matter().orElseThrow()))) {
                number++;
                showing += !found.finding().isRefusal() && hold(checks, found) ? 1 : 0;
            }
        }
        return new Shown(number, showing, unknown);
    }

    /** Whether each of these checks was made and holds. */
    private static boolean hold(List<String> checks, Verification found) {
        return checks.stream()
                .allMatch(name ->
                        found.checks().stream()
                                .anyMatch(each -> each.name().equals(name) && each.holds()));
    }
}
