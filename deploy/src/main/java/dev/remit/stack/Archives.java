package dev.remit.stack;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * Unpacks the programs, each once, whoever else does so: into a neighbouring folder first, then
 * renamed.
 */
final class Archives {
    private Archives() {}

    /** What only one process does at a time. */
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    /** Does this unless the mark is there, and waits for another process that does it now. */
    static void once(Path mark, Work work) throws IOException, InterruptedException {
        if (Files.exists(mark)) {
            return;
        }
        Files.createDirectories(mark.toAbsolutePath().getParent());
        try (FileChannel turn =
                        FileChannel.open(
                                mark.resolveSibling(mark.getFileName() + ".lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock held = inTurn(turn)) {
            if (held.isValid() && !Files.exists(mark)) {
                work.run();
            }
        }
    }

    /** Asks again and again: where two wait for two files of each other, the kernel refuses one. */
    private static FileLock inTurn(FileChannel turn) throws IOException, InterruptedException {
        FileLock held = turn.tryLock();
        while (held == null) {
            Thread.sleep(100);
            held = turn.tryLock();
        }
        return held;
    }

    /** Unpacks a tar.gz into the folder unless the folder is there. */
    static void tarGz(Path archive, Path folder) throws IOException, InterruptedException {
        once(
                folder,
                () -> {
                    try (InputStream in =
                            new GZIPInputStream(
                                    new BufferedInputStream(Files.newInputStream(archive)),
                                    1 << 16)) {
                        untar(in, folder);
                    }
                });
    }

    /** Unpacks the one .txz that a jar holds into the folder unless the folder is there. */
    static void txzInJar(Path jar, Path folder) throws IOException, InterruptedException {
        once(folder, () -> untarInJar(jar, folder));
    }

    private static void untarInJar(Path jar, Path folder) throws IOException {
        try (ZipArchiveInputStream zip =
                new ZipArchiveInputStream(new BufferedInputStream(Files.newInputStream(jar)))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().endsWith(".txz")) {
                    untar(new XZCompressorInputStream(zip), folder);
                    return;
                }
            }
        }
        throw new IOException(jar + " holds no .txz");
    }

    private static void untar(InputStream in, Path folder) throws IOException {
        Files.createDirectories(folder.getParent());
        Path fresh = Files.createTempDirectory(folder.getParent(), folder.getFileName() + ".");
        TarArchiveInputStream tar = new TarArchiveInputStream(in);
        for (TarArchiveEntry entry = tar.getNextEntry();
                entry != null;
                entry = tar.getNextEntry()) {
            Path target = fresh.resolve(entry.getName()).normalize();
            if (!target.startsWith(fresh)) {
                throw new IOException("archive entry outside its folder: " + entry.getName());
            }
            if (entry.isDirectory()) {
                Files.createDirectories(target);
            } else if (entry.isSymbolicLink()) {
                Files.createDirectories(target.getParent());
                Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            } else {
                Files.createDirectories(target.getParent());
                Files.copy(tar, target, StandardCopyOption.REPLACE_EXISTING);
                if ((entry.getMode() & 0100) != 0) {
                    Files.setPosixFilePermissions(
                            target, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
            }
        }
        Path root = onlyFolder(fresh);
        Files.move(root, folder, StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(fresh);
    }

    /** The archive's single top folder, or the unpacked folder itself when there are several. */
    private static Path onlyFolder(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            var all = children.toList();
            return all.size() == 1 && Files.isDirectory(all.getFirst()) ? all.getFirst() : folder;
        }
    }
}
