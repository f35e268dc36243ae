package dev.remit.ledger.audit;

import dev.remit.ledger.log.Shard;
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

    /**
     * The files of a shard.
     *
     * @param period see {@link Shard}; of the first, what is in no other's folder
     */
    default Stored of(String period) {
        Stored whole = this;
        String prefix = Shard.prefix(period);
        return new Stored() {
            @Override
            public List<String> list() throws IOException {
                return whole.list().stream()
                        .filter(path -> folder(path).equals(period))
                        .map(path -> path.substring(prefix.length()))
                        .toList();
            }

            @Override
            public Optional<byte[]> read(String path) throws IOException {
                return whole.read(prefix + path);
            }
        };
    }

    /** The period whose folder a path is in; empty for the first shard's. */
    static String folder(String path) {
        int slash = path.indexOf('/');
        return slash > 0 && Shard.PERIOD.matcher(path.substring(0, slash)).matches()
                ? path.substring(0, slash)
                : "";
    }

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
