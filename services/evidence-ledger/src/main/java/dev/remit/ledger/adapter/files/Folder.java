package dev.remit.ledger.adapter.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** A folder whose files are written whole or not at all. It blocks. */
final class Folder {
    /** Told before each step that changes the disk: there a fault test ends the process. */
    interface Steps {
        void before(String step);
    }

    private final Path directory;
    private final Steps steps;

    Folder(Path directory) {
        this(directory, _ -> {});
    }

    Folder(Path directory, Steps steps) {
        this.directory = directory.toAbsolutePath().normalize();
        this.steps = steps;
    }

    /**
     * Writes files by path: each to a neighbour first, forced to disk, then renamed; the folders
     * are forced last, once each.
     */
    void write(Map<String, byte[]> files) {
        try {
            Map<Path, Path> renames = new LinkedHashMap<>();
            Set<Path> folders = new TreeSet<>();
            for (Map.Entry<String, byte[]> each : files.entrySet()) {
                Path file = directory.resolve(each.getKey());
                Path fresh =
                        file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".new");
                write(fresh, each.getValue(), folders);
                renames.put(fresh, file);
                folders.add(file.getParent());
            }
            for (Map.Entry<Path, Path> each : renames.entrySet()) {
                steps.before("rename");
                Files.move(
                        each.getKey(),
                        each.getValue(),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            for (Path folder : folders) {
                force(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file's bytes; empty when there is none, or the path leads out of the folder. */
    Optional<byte[]> read(String path) {
        Path file = directory.resolve(path).normalize();
        try {
            return file.startsWith(directory) && Files.isRegularFile(file)
                    ? Optional.of(Files.readAllBytes(file))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a file, if it is there; it is gone from the disk when this returns. */
    void remove(String path) {
        Path file = directory.resolve(path).normalize();
        try {
            Path folder = file.getParent();
            if (folder != null && folder.startsWith(directory) && Files.deleteIfExists(file)) {
                force(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Path file, byte[] content, Set<Path> folders) throws IOException {
        try (FileChannel channel = create(file, folders)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            steps.before("write");
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            steps.before("force");
            channel.force(true);
        }
    }

    private FileChannel create(Path file, Set<Path> folders) throws IOException {
        steps.before("create");
        try {
            return create(file);
        } catch (NoSuchFileException e) {
            Path folder = file.getParent();
            steps.before("make folder");
            Files.createDirectories(folder);
            // a new folder lasts only when its parents are forced too
            for (Path each = folder;
                    each != null && each.startsWith(directory);
                    each = each.getParent()) {
                folders.add(each);
            }
            return create(file);
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    private void force(Path folder) throws IOException {
        steps.before("force folder");
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
