package dev.remit.ledger.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A log's files as they are stored, named from its prefix on. */
public interface Stored {
    /** The paths of all files, sorted. */
    List<String> list() throws IOException;

    /** Empty when there is no such file. */
    Optional<byte[]> read(String path) throws IOException;

    /** In a folder: the one that holds {@code checkpoint} and {@code tile}. */
    static Stored in(Path folder) {
        return new Stored() {
            @Override
            public List<String> list() throws IOException {
                try (Stream<Path> walk = Files.walk(folder)) {
                    return walk.filter(Files::isRegularFile)
                            .map(file -> folder.relativize(file).toString())
                            .sorted()
                            .toList();
                }
            }

            @Override
            public Optional<byte[]> read(String path) throws IOException {
                Path file = folder.resolve(path);
                return Files.isRegularFile(file)
                        ? Optional.of(Files.readAllBytes(file))
                        : Optional.empty();
            }
        };
    }
}
