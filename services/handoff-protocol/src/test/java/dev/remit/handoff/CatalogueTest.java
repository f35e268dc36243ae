package dev.remit.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What others read of the catalogue is written from it; {@code -Dremit.golden=write} writes it
 * anew.
 */
class CatalogueTest {
    private static final Path TOP = Path.of(System.getProperty("remit.top", "../.."));
    private static final String START =
            "<!-- the picture: written from the catalogue by CatalogueTest -->\n";
    private static final String END = "<!-- end of the picture -->\n";

    @Test
    void thePageSaysWhatTheCatalogueSays() throws IOException {
        assertWritten("docs/handoffs.md", page());
    }

    @Test
    void theTopicManifestsSayWhatTheCatalogueSays() throws IOException {
        assertWritten("deploy/strimzi/topics.yaml", TopicManifests.text());
        assertWritten("deploy/strimzi/users.yaml", UserManifests.text());
    }

    @Test
    void theAsyncApiDocumentSaysWhatTheCatalogueSays() throws IOException {
        assertWritten("docs/asyncapi.yaml", AsyncApi.text(TOP.resolve("schemas/released")));
    }

    @Test
    void thePictureInTheReadmeShowsTheCatalogue() throws IOException {
        String readme = Files.readString(TOP.resolve("README.md"));
        int start = readme.indexOf(START);
        int end = readme.indexOf(END);
        assertThat(start).as("the README has " + START).isNotNegative().isLessThan(end);
        assertWritten(
                "README.md",
                readme.substring(0, start + START.length())
                        + "\n```\n"
                        + Picture.text()
                        + "```\n\n"
                        + readme.substring(end));
    }

    private static void assertWritten(String file, String text) throws IOException {
        Path path = TOP.resolve(file);
        if ("write".equals(System.getProperty("remit.golden"))) {
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
        }
        assertThat(Files.readString(path))
                .as(
                        file
                                + ": run ./remit test -Dremit.golden=write after a change of the catalogue")
                .isEqualTo(text);
    }

    private static String page() {
        StringBuilder page =
                new StringBuilder(
                        """
                        # Handoffs

                        Every message of the mesh: the topic it travels on, its record key, who may send it, who reads it, and the CRC-64-AVRO
                        fingerprint of the schema it is written with. Written from `Handoff` and `Topic` by `CatalogueTest`.

                        | record | topic | key | sent by | read by | schema |
                        |---|---|---|---|---|---|
                        """);
        for (Handoff handoff : Handoff.values()) {
            String schema = handoff.dataschema();
            page.append(
                    "| %s | `%s` | %s | %s | %s | `%s` |\n"
                            .formatted(
                                    handoff.recordName(),
                                    handoff.topic().topicName(),
                                    handoff.topic().key(),
                                    services(handoff::maySend),
                                    services(handoff.topic()::isReadBy),
                                    schema.substring(schema.lastIndexOf(':') + 1)));
        }
        return page.toString();
    }

    private static String services(Predicate<Service> which) {
        String names =
                Arrays.stream(Service.values())
                        .filter(which)
                        .map(Service::id)
                        .collect(Collectors.joining(", "));
        return names.isEmpty() ? "witnesses, auditors" : names;
    }
}
