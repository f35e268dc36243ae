package dev.remit.ledger.log;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Public test vectors, beside the repository or in {@code -Dremit.vectors}; a test that needs them
 * skips, and says so, where they are absent.
 */
final class Vectors {
    private Vectors() {}

    static Path file(String path) {
        Path folder =
                Path.of(
                        System.getProperty(
                                "remit.vectors",
                                System.getProperty("remit.top") + "/../shared/vectors"));
        assumeTrue(Files.isDirectory(folder), "no public vectors at " + folder);
        return folder.resolve(path);
    }

    static JsonNode json(String path) throws IOException {
        return new ObjectMapper().readTree(file(path).toFile());
    }

    static List<JsonNode> each(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }
}
