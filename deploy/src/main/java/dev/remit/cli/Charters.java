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
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Charters, for those who write and review them. */
@Command(
        name = "charter",
        mixinStandardHelpOptions = true,
        description = "Checks charters, shows what a new version changes, and puts one into force.",
        subcommands = {
            Charters.Check.class,
            Charters.Compare.class,
            Charters.Simulate.class,
            Charters.History.class,
            Charters.Apply.class
        },
        footer = {
            "",
            "Example: ./remit charter lint charters/*.yaml",
            "Needs: the files; apply, history, and simulate without --changes, a running mesh (./remit up)."
        })
final class Charters implements Runnable {
    @ParentCommand Remit remit;

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

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
                    "Takes recorded changes through the old and the new charter and shows what would differ. What the records do not know (accounts, risk) stays unknown, and is said. Exit 0 when nothing would differ, 1 otherwise.")
    static final class Simulate implements Callable<Integer> {
        @ParentCommand Charters parent;

        @Parameters(index = "0", paramLabel = "OLD", description = "The charter as it is.")
        Path before;

        @Parameters(index = "1", paramLabel = "NEW", description = "The charter as it is to be.")
        Path after;

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
            Charter old = good(before).charter();
            Charter young = good(after).charter();
            List<String> lines =
                    changes == null
                            ? RecordedChanges.ofMesh(parent.remit.home(), old.name(), last)
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
                if (!line.charter().equals(old.name())) {
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
    }

    @Command(
            name = "history",
            mixinStandardHelpOptions = true,
            description =
                    "Shows every version of a charter that was published: when, by which service, its hash, and what it made EASIER, HARDER or OTHER than the one before.",
            footer = {
                "",
                "Nobody approves a charter in Remit yet: whoever may write the charters' folder publishes. The ledger has each version as CharterPublished."
            })
    static final class History implements Callable<Integer> {
        @ParentCommand Charters parent;

        @Parameters(paramLabel = "NAME", description = "The charter's name.")
        String name;

        @Option(
                names = "--as",
                defaultValue = "auditor",
                paramLabel = "USER",
                description = "Who asks (default: ${DEFAULT-VALUE}).")
        String user;

        @Override
        public Integer call() throws Exception {
            JsonNode versions =
                    Remit.expect(
                                    Remit.ask(
                                            parent.remit.home(),
                                            "GET",
                                            "connector",
                                            "/charters/"
                                                    + URLEncoder.encode(
                                                            name, StandardCharsets.UTF_8)
                                                    + "/history",
                                            user,
                                            null))
                            .json();
            @Nullable Charter before = null;
            for (JsonNode each : versions) {
                Charter charter = CharterReader.published(each.path("document").asText());
                System.out.printf(
                        "%s %s  %s  published %s by %s%n",
                        charter.name(),
                        charter.version(),
                        charter.hash(),
                        each.path("publishedAt").isTextual()
                                ? each.path("publishedAt").asText()
                                : "at a time that the ledger knows",
                        each.path("publishedBy").asText());
                if (!charter.hash().equals(each.path("hash").asText())) {
                    throw new IOException(
                            "the document of version "
                                    + charter.version()
                                    + " does not hash to "
                                    + each.path("hash").asText());
                }
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
                    "Puts a charter without errors into the local mesh's folder and waits until it is in force. A version keeps its content for ever: new content needs a new version.")
    static final class Apply implements Callable<Integer> {
        private static final int SECONDS = 30;

        @ParentCommand Charters parent;

        @Parameters(paramLabel = "FILE", description = "The charter.")
        Path file;

        @Override
        public Integer call() throws Exception {
            CharterReader.Read.Good read = good(file);
            Charter charter = read.charter();
            List<Finding> findings = Lint.of(read, Optional.of(Instant.now()));
            findings.forEach(System.out::println);
            if (findings.stream().anyMatch(Finding::stops)) {
                return 1;
            }
            Home home = parent.remit.home();
            for (JsonNode each : inForce(home)) {
                if (each.path("name").asText().equals(charter.name())
                        && each.path("version").asText().equals(charter.version())
                        && !each.path("hash").asText().equals(charter.hash())) {
                    throw new IOException(
                            charter.name()
                                    + " "
                                    + charter.version()
                                    + " is in force with other content; give this one another version");
                }
            }
            Files.createDirectories(home.charters());
            Path part = home.charters().resolve(charter.name() + ".yaml.part");
            Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(
                    part,
                    home.charters().resolve(charter.name() + ".yaml"),
                    StandardCopyOption.ATOMIC_MOVE);
            for (int second = 0; second < SECONDS; second++) {
                for (JsonNode each : inForce(home)) {
                    if (each.path("hash").asText().equals(charter.hash())) {
                        System.out.printf(
                                "in force: %s %s %s%n",
                                charter.name(), charter.version(), charter.hash());
                        return 0;
                    }
                }
                Thread.sleep(1000);
            }
            throw new IOException(
                    "the connector has not published it within "
                            + SECONDS
                            + " s; look at: ./remit dead-letters list");
        }

        private static JsonNode inForce(Home home) throws IOException, InterruptedException {
            return Remit.expect(Remit.ask(home, "GET", "connector", "/charters", "operator", null))
                    .json();
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
