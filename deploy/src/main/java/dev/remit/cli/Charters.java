package dev.remit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.remit.charter.Charter;
import dev.remit.charter.CharterReader;
import dev.remit.charter.Conditions;
import dev.remit.charter.Difference;
import dev.remit.charter.Finding;
import dev.remit.charter.Lint;
import dev.remit.charter.Simulation;
import dev.remit.stack.Home;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Charters, for those who write and review them. */
@Command(
        name = "charter",
        mixinStandardHelpOptions = true,
        description =
                "Checks charters, shows what a new version changes, and publishes one with the approvals that it needs.",
        subcommands = {
            Charters.Check.class,
            Charters.Compare.class,
            Charters.Simulate.class,
            Charters.History.class,
            Charters.Apply.class,
            Charters.Drafts.class,
            Charters.Approve.class,
            Charters.Deny.class,
            Charters.Withdraw.class
        },
        footer = {
            "",
            "Example: ./remit charter lint charters/*.yaml",
            "Needs: the files; all but lint, diff and simulate --changes, a running mesh (./remit up)."
        })
final class Charters extends Group {
    @Command(
            name = "lint",
            mixinStandardHelpOptions = true,
            description =
                    "Finds what cannot work in charters that are to be in force together: file:line:column, code, path, what to do. Exit 0 without errors, 1 with one.")
    static final class Check implements Callable<Integer> {
        @Parameters(
                paramLabel = "FILE",
                arity = "1..*",
                description = "Charters, or folders with charters (*.yaml).")
        List<Path> files = List.of();

        @Option(names = "--strict", description = "Warnings count as errors.")
        boolean strict;

        @Override
        public Integer call() throws Exception {
            List<Finding> findings = new ArrayList<>();
            List<CharterReader.Read.Good> good = new ArrayList<>();
            List<Path> all = charters(files);
            for (Path file : all) {
                switch (read(file)) {
                    case CharterReader.Read.Broken(List<Finding> faults) -> findings.addAll(faults);
                    case CharterReader.Read.Good read -> {
                        good.add(read);
                        findings.addAll(Lint.of(read, Optional.of(Instant.now())));
                    }
                }
            }
            findings.addAll(Lint.together(good));
            findings.forEach(System.out::println);
            long errors = findings.stream().filter(Finding::stops).count();
            System.out.printf(
                    "%d charter%s: %d error%s, %d warning%s%n",
                    all.size(),
                    all.size() == 1 ? "" : "s",
                    errors,
                    errors == 1 ? "" : "s",
                    findings.size() - errors,
                    findings.size() - errors == 1 ? "" : "s");
            return errors > 0 || (strict && !findings.isEmpty()) ? 1 : 0;
        }
    }

    @Command(
            name = "diff",
            mixinStandardHelpOptions = true,
            description =
                    "Says what a new version of a charter changes: what makes a change EASIER to bring about, HARDER, or OTHER. Exit 0 when nothing becomes easier, 1 otherwise.")
    static final class Compare implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "OLD", description = "The charter as it is.")
        Path before;

        @Parameters(index = "1", paramLabel = "NEW", description = "The charter as it is to be.")
        Path after;

        @Override
        public Integer call() throws Exception {
            List<Difference> differences =
                    Difference.between(good(before).charter(), good(after).charter());
            differences.forEach(System.out::println);
            if (differences.isEmpty()) {
                System.out.println("no difference");
            }
            return differences.stream().anyMatch(each -> each.effect() == Difference.Effect.EASIER)
                    ? 1
                    : 0;
        }
    }

    @Command(
            name = "simulate",
            mixinStandardHelpOptions = true,
            description =
                    "Takes recorded changes through the old and the new charter and shows what would differ. What the records do not know (accounts, risk) stays unknown, and is said. Exit 0 when nothing would differ, 1 otherwise.",
            footer = {
                "",
                "Example: ./remit charter simulate --days 30 charters/leaver-offboarding.yaml"
            })
    static final class Simulate implements Callable<Integer> {
        @ParentCommand Charters parent;

        @Parameters(
                arity = "1..2",
                paramLabel = "[OLD] NEW",
                description =
                        "The charter as it is (default: the version in force), and as it is to be.")
        List<Path> files = List.of();

        @Option(
                names = "--days",
                paramLabel = "N",
                description = "Only changes proposed within so many days.")
        @Nullable Integer days;

        @Mixin As.Somebody as = new As.Somebody("auditor");

        @Option(
                names = "--changes",
                paramLabel = "FILE",
                description =
                        "Recorded changes, JSON lines as --save writes them (default: those of the running mesh).")
        @Nullable Path changes;

        @Option(
                names = "--save",
                paramLabel = "FILE",
                description = "Writes the changes of the running mesh there.")
        @Nullable Path save;

        @Option(
                names = "--last",
                defaultValue = "500",
                paramLabel = "N",
                description = "At most so many, the newest (default: ${DEFAULT-VALUE}).")
        int last;

        @Override
        public Integer call() throws Exception {
            if (days != null && days < 1) {
                throw new IOException("--days: must be a whole number above 0");
            }
            Instant since = days == null ? Instant.MIN : Instant.now().minus(Duration.ofDays(days));
            Charter young = good(files.getLast()).charter();
            Charter old =
                    files.size() == 2 ? good(files.getFirst()).charter() : published(young.name());
            List<String> lines =
                    changes == null
                            ? RecordedChanges.ofMesh(
                                    as, parent.remit.home(), old.name(), since, last)
                            : Files.readAllLines(changes);
            if (save != null) {
                Files.write(save, lines);
            }
            Conditions conditions = new Conditions();
            int seen = 0;
            int different = 0;
            for (int n = 0; n < lines.size() && seen < last; n++) {
                if (lines.get(n).isBlank()) {
                    continue;
                }
                RecordedChanges.Line line = RecordedChanges.read(n + 1, lines.get(n));
                if (!line.charter().equals(old.name()) || !line.isSince(since)) {
                    continue;
                }
                seen++;
                List<String> differences =
                        Simulation.of(old, line.facts(), conditions)
                                .differences(Simulation.of(young, line.facts(), conditions));
                if (!differences.isEmpty()) {
                    different++;
                    System.out.println(line.change());
                    differences.forEach(each -> System.out.println("  " + each));
                }
            }
            System.out.printf(
                    "%d recorded change%s of %s, %d would go otherwise%n",
                    seen, seen == 1 ? "" : "s", old.name(), different);
            return different == 0 ? 0 : 1;
        }

        private Charter published(String name) throws IOException, InterruptedException {
            List<Charter> versions = new ArrayList<>();
            for (JsonNode each : versions(as, parent.remit.home(), name)) {
                versions.add(CharterReader.published(each.path("document").asText()));
            }
            return Charter.inForce(versions, Instant.now());
        }
    }

    @Command(
            name = "history",
            mixinStandardHelpOptions = true,
            description =
                    "Shows every version of a charter that was published: when, who drafted and who approved it, its hash, and what it made EASIER, HARDER or OTHER than the one before.",
            footer = {
                "",
                "The ledger has each version as CharterPublished, with the CharterDrafted and CharterDecided that it rests on."
            })
    static final class History implements Callable<Integer> {
        @ParentCommand Charters parent;

        @Parameters(paramLabel = "NAME", description = "The charter's name.")
        String name;

        @Mixin As.Somebody as = new As.Somebody("auditor");

        @Override
        public Integer call() throws Exception {
            @Nullable Charter before = null;
            for (JsonNode each : versions(as, parent.remit.home(), name)) {
                Charter charter = CharterReader.published(each.path("document").asText());
                System.out.printf(
                        "%s %s  %s  published %s%n",
                        charter.name(),
                        charter.version(),
                        charter.hash(),
                        each.path("publishedAt").isTextual()
                                ? each.path("publishedAt").asText()
                                : "at a time that the ledger knows");
                if (!charter.hash().equals(each.path("hash").asText())) {
                    throw new IOException(
                            "the document of version "
                                    + charter.version()
                                    + " does not hash to "
                                    + each.path("hash").asText());
                }
                System.out.println(
                        "  "
                                + (each.path("draftId").isTextual()
                                        ? "drafted by " + drafter(each)
                                        : "before approval was asked for"));
                approvals(each);
                if (before != null) {
                    Difference.between(before, charter)
                            .forEach(difference -> System.out.println("  " + difference));
                }
                before = charter;
            }
            return 0;
        }
    }

    @Command(
            name = "apply",
            mixinStandardHelpOptions = true,
            description =
                    "Drafts a charter without errors: it is in force once others have approved it, its owner and, unless it only makes changes harder, a second person. A version keeps its content for ever: new content needs a new version.")
    static final class Apply implements Callable<Integer> {
        @ParentCommand Charters parent;

        @Parameters(paramLabel = "FILE", description = "The charter.")
        Path file;

        @Option(names = "--reason", required = true, description = "Why.")
        String reason;

        @Mixin As.Somebody as = new As.Somebody("admin");

        @Override
        public Integer call() throws Exception {
            CharterReader.Read.Good read = good(file);
            List<Finding> findings = Lint.of(read, Optional.of(Instant.now()));
            findings.forEach(System.out::println);
            if (findings.stream().anyMatch(Finding::stops)) {
                return 1;
            }
            JsonNode draft =
                    as.post(
                            parent.remit.home(),
                            "connector",
                            "/charter-drafts",
                            Json.object()
                                    .put("document", Files.readString(file))
                                    .put("reason", reason));
            show(draft);
            System.out.println(
                    "nothing is in force yet; approve it with: ./remit charter approve "
                            + draft.path("draftId").asText()
                            + " --as USER");
            return 0;
        }
    }

    @Command(
            name = "drafts",
            mixinStandardHelpOptions = true,
            description =
                    "Lists drafts of charters: the open ones and whom they wait for, then those that ended. Of one draft, shows also what it changes and its document, before anybody approves it.")
    static final class Drafts implements Callable<Integer> {
        @ParentCommand Charters parent;

        @Parameters(
                paramLabel = "DRAFT",
                arity = "0..1",
                description = "The draft's id (default: all).")
        @Nullable String draft;

        @Mixin As.Somebody as = new As.Somebody("auditor");

        @Override
        public Integer call() throws Exception {
            if (draft != null) {
                Home home = parent.remit.home();
                JsonNode one = draft(as, home, draft);
                show(one);
                differences(as, home, one, charter(one));
                System.out.println(Json.pretty(Json.read(one.path("document").asText())));
                return 0;
            }
            JsonNode drafts = as.get(parent.remit.home(), "connector", "/charter-drafts");
            drafts.forEach(Charters::show);
            if (drafts.isEmpty()) {
                System.out.println("no charter was drafted");
            }
            return 0;
        }
    }

    @Command(
            name = "approve",
            mixinStandardHelpOptions = true,
            description =
                    "Approves a draft by its hash, after showing what it changes. The last approval that it needs puts it into force.",
            footer = {
                "",
                "Needs: a running mesh; the charter's owner, or for the second approval the role approver or admin; never who drafted it."
            })
    static final class Approve implements Callable<Integer> {
        @ParentCommand Charters parent;

        @Parameters(paramLabel = "DRAFT", description = "The draft's id.")
        String draft;

        @Option(names = "--reason", description = "Why.")
        @Nullable String reason;

        @Mixin As.Named as = new As.Named();

        @Override
        public Integer call() throws Exception {
            Home home = parent.remit.home();
            JsonNode shown = draft(as, home, draft);
            Charter charter = charter(shown);
            differences(as, home, shown, charter);
            var body = Json.object().put("hash", charter.hash());
            if (reason != null) {
                body.put("reason", reason);
            }
            show(as.post(home, "connector", "/charter-drafts/" + draft + "/approve", body));
            return 0;
        }
    }

    @Command(
            name = "deny",
            mixinStandardHelpOptions = true,
            description = "Denies a draft, which ends it.",
            footer = {
                "",
                "Needs: a running mesh; the charter's owner, or the role approver or admin."
            })
    static final class Deny extends End {
        Deny() {
            super("deny");
        }
    }

    @Command(
            name = "withdraw",
            mixinStandardHelpOptions = true,
            description = "Takes a draft back: who drafted it, or an administrator.",
            footer = {"", "Needs: a running mesh; who drafted it, or the role admin."})
    static final class Withdraw extends End {
        Withdraw() {
            super("withdraw");
        }
    }

    abstract static class End implements Callable<Integer> {
        private final String how;

        @ParentCommand Charters parent;

        @Parameters(paramLabel = "DRAFT", description = "The draft's id.")
        String draft;

        @Option(names = "--reason", required = true, description = "Why.")
        String reason;

        @Mixin As.Named as = new As.Named();

        End(String how) {
            this.how = how;
        }

        @Override
        public Integer call() throws Exception {
            show(
                    as.post(
                            parent.remit.home(),
                            "connector",
                            "/charter-drafts/" + draft + "/" + how,
                            Json.object().put("reason", reason)));
            return 0;
        }
    }

    private static JsonNode draft(As as, Home home, String id)
            throws IOException, InterruptedException {
        return as.get(home, "connector", "/charter-drafts/" + id);
    }

    private static Charter charter(JsonNode draft) throws IOException {
        Charter charter = CharterReader.published(draft.path("document").asText());
        if (!charter.hash().equals(draft.path("hash").asText())) {
            throw new IOException(
                    "the draft's document does not hash to " + draft.path("hash").asText());
        }
        return charter;
    }

    /** What a draft changes in the version that it follows. */
    private static void differences(As as, Home home, JsonNode draft, Charter charter)
            throws IOException, InterruptedException {
        if (!draft.path("previous").isTextual()) {
            return;
        }
        for (JsonNode each : versions(as, home, charter.name())) {
            if (each.path("hash").equals(draft.path("previous"))) {
                Difference.between(CharterReader.published(each.path("document").asText()), charter)
                        .forEach(difference -> System.out.println("  " + difference));
            }
        }
    }

    private static JsonNode versions(As as, Home home, String name)
            throws IOException, InterruptedException {
        return as.get(
                home,
                "connector",
                "/charters/" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "/history");
    }

    /** A draft, and how it stands. */
    private static void show(JsonNode draft) {
        JsonNode end = draft.path("end");
        System.out.printf(
                "draft %s  %s %s  %s%n  drafted by %s at %s: %s%n",
                draft.path("draftId").asText(),
                draft.path("name").asText(),
                draft.path("version").asText(),
                draft.path("hash").asText(),
                drafter(draft),
                draft.path("draftedAt").asText(),
                draft.path("reason").asText());
        approvals(draft);
        if (end.isObject()) {
            System.out.printf(
                    "  %s%s at %s: %s%n",
                    end.path("outcome").asText(),
                    end.path("endedBy").isTextual() ? " by " + end.path("endedBy").asText() : "",
                    end.path("endedAt").asText(),
                    end.path("reason").asText());
            return;
        }
        for (JsonNode each : draft.path("missing")) {
            System.out.println(
                    "  waits for "
                            + each.asText()
                            + (each.asText().equals("OWNER")
                                    ? ", account " + draft.path("owner").asText()
                                    : ", anybody else with the role approver or admin")
                            + ", since "
                            + draft.path("draftedAt").asText()
                            + ", until "
                            + draft.path("expiresAt").asText());
        }
        draft.path("because").forEach(each -> System.out.println("  because " + each.asText()));
    }

    private static String drafter(JsonNode draft) {
        return draft.path("draftedBy").isTextual()
                ? draft.path("draftedBy").asText()
                : "whoever may write the charters' folder";
    }

    private static void approvals(JsonNode draft) {
        for (JsonNode each : draft.path("approvals")) {
            System.out.printf(
                    "  approved as %s by %s at %s%n",
                    each.path("part").asText(),
                    each.path("approvedBy").isTextual()
                            ? each.path("approvedBy").asText()
                            : "the installation's configuration, and by nobody",
                    each.path("approvedAt").asText());
        }
    }

    /** The files, and the charters in the folders. */
    private static List<Path> charters(List<Path> given) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path each : given) {
            if (Files.isDirectory(each)) {
                try (Stream<Path> inside = Files.list(each)) {
                    inside.filter(file -> file.toString().endsWith(".yaml"))
                            .sorted()
                            .forEach(files::add);
                }
            } else {
                files.add(each);
            }
        }
        if (files.isEmpty()) {
            throw new IOException("no charter (*.yaml) in " + given.getFirst());
        }
        return files;
    }

    private static CharterReader.Read read(Path file) throws IOException {
        try {
            return CharterReader.read(file.toString(), Files.readString(file));
        } catch (MalformedInputException e) {
            throw new IOException(file + " is not UTF-8", e);
        }
    }

    private static CharterReader.Read.Good good(Path file) throws IOException {
        return switch (read(file)) {
            case CharterReader.Read.Good good -> good;
            case CharterReader.Read.Broken(List<Finding> findings) ->
                    throw new IOException(findings.getFirst().toString());
        };
    }
}
