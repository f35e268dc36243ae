package dev.remit.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * What the front door offers is kept in docs, so that a change of it shows; {@code
 * -Dremit.golden=write} writes it.
 */
class OpenApiTest {
    private static final Path TOP = Path.of(System.getProperty("remit.top"));

    @Test
    void theFrontDoorIsWhatItsDescriptionSays() throws IOException {
        Path kept = TOP.resolve("docs/openapi/connector.yaml");
        String served =
                Files.readString(TOP.resolve("services/connector/target/openapi/openapi.yaml"));
        if ("write".equals(System.getProperty("remit.golden"))) {
            Files.writeString(kept, served);
        }
        assertThat(served).isEqualTo(Files.readString(kept));
    }
}
