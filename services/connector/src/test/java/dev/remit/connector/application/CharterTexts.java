package dev.remit.connector.application;

import dev.remit.connector.adapter.files.CharterFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The charter that ships, in versions. */
final class CharterTexts {
    static final String NAME = "leaver-offboarding";
    static final String OWNER = "00000000-0000-4000-8000-000000000020";

    private CharterTexts() {}

    /** As it ships, in this version. */
    static CharterText.Good version(String file, String version) {
        return version(file, version, "", "");
    }

    /** The same, with one text in place of another. */
    static CharterText.Good version(String file, String version, String from, String to) {
        return named(NAME, file, version, from, to);
    }

    /** The same, by this name. */
    static CharterText.Good named(
            String name, String file, String version, String from, String to) {
        try {
            String text =
                    Files.readString(
                                    Path.of(
                                            System.getProperty("remit.top"),
                                            "deploy/src/main/resources/charters/leaver-offboarding.yaml"))
                            .replaceFirst("version: \"[0-9]+\"", "version: \"" + version + "\"")
                            .replace("name: " + NAME, "name: " + name);
            return (CharterText.Good)
                    CharterFile.of(file, from.isEmpty() ? text : text.replace(from, to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A version that only makes changes harder than the one that ships. */
    static CharterText.Good harder(String version) {
        return version("harder.yaml", version, "changesPerHour: 200", "changesPerHour: 5");
    }
}
