package dev.remit.ledger.adapter.files;

import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.Tree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The log's public files: tiles, entry bundles, the checkpoint; and the certificates. Each is
 * written whole or not at all.
 */
public final class LogFiles implements Tree.Tiles {
    private final Path directory;

    public LogFiles(Path directory) {
        this.directory = directory;
    }

    /** Writes a file: to a neighbour first, forced to disk, then renamed. */
    public void write(String path, byte[] content) {
        try {
            Path file = directory.resolve(path);
            Files.createDirectories(file.getParent());
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.write(fresh, content);
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file's bytes; empty when there is none, or the path leads out of the log. */
    public Optional<byte[]> read(String path) {
        try {
            Path file = directory.resolve(path).normalize();
            return file.startsWith(directory) && Files.isRegularFile(file)
                    ? Optional.of(Files.readAllBytes(file))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The full tile when it is there, else the narrowest partial one that is wide enough. */
    @Override
    public byte[] read(int level, long index, int width) {
        Optional<byte[]> full = read(new Tile(level, index, Tile.FULL).path());
        for (int wide = width; full.isEmpty() && wide < Tile.FULL; wide++) {
            full = read(new Tile(level, index, wide).path());
        }
        return full.orElseThrow(() ->
                new IllegalStateException(
                        "tile " + level + "/" + index + " of width " + width + " is missing"));
    }
}
