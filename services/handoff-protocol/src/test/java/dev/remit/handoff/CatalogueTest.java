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
 * {@code docs/handoffs.md} is written from the catalogue; {@code -Dremit.golden=write} writes it
 * anew.
 */
class CatalogueTest {
    private static final Path PAGE =
            Path.of(System.getProperty("remit.top", "../.."), "docs/handoffs.md");

    @Test
    void thePageSaysWhatTheCatalogueSays() throws IOException {
        if ("write".equals(System.getProperty("remit.golden"))) {
            Files.writeString(PAGE, page());
        }
        assertThat(page())
                .as("run ./remit test -Dremit.golden=write after a change of the catalogue")
                .isEqualTo(Files.readString(PAGE));
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
