package dev.remit.charter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The charters in this repository. */
final class Shipped {
    private static final Path TOP = Path.of(System.getProperty("remit.top"));

    private Shipped() {}

    /** Every file that is a charter. */
    static List<Path> files() {
        return Stream.of("deploy/src/main/resources", "charters", "helm/charters")
                .flatMap(each -> inside(TOP.resolve(each)).stream())
                .filter(each -> each.toString().endsWith(".yaml"))
                .filter(each -> text(each).contains("kind: Charter"))
                .sorted()
                .toList();
    }

    /** The ready charter of this name. */
    static CharterReader.Read.Good ready(String name) {
        return read(text(TOP.resolve("charters").resolve(name + ".yaml")));
    }

    private static List<Path> inside(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of this repository. */
    static String repository(String path) {
        return text(TOP.resolve(path));
    }

    /** The leaver's charter. */
    static String leaver() {
        return text(TOP.resolve("deploy/src/main/resources/charters/leaver-offboarding.yaml"));
    }

    static CharterReader.Read.Good read(String text) {
        return switch (CharterReader.read("charter.yaml", text)) {
            case CharterReader.Read.Good good -> good;
            case CharterReader.Read.Broken(List<Finding> findings) ->
                    throw new AssertionError(findings.toString());
        };
    }
}
