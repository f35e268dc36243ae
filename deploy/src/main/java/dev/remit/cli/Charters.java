package dev.remit.cli;

import dev.remit.charter.CharterReader;
import dev.remit.charter.Difference;
import dev.remit.charter.Finding;
import dev.remit.charter.Lint;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Charters, for those who write and review them. */
@Command(
        name = "charter",
        mixinStandardHelpOptions = true,
        description = "Checks charters and shows what a new version changes.",
        subcommands = {Charters.Check.class, Charters.Compare.class},
        footer = {
            "",
            "Example: ./remit charter lint charters/*.yaml",
            "Needs: the files; no service and no network."
        })
final class Charters implements Runnable {
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
