package dev.remit.ledger.witness;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.NoteSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/** A witness's folder: its keys, and the last checkpoint it cosigned of each log, a file each. */
public final class WitnessFolder implements Witness.Cosigned {
    private static final String KEY = "witness.key";

    private final Path folder;

    public WitnessFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * The witness's keys, one of each kind of cosignature; made when there are none.
     *
     * @param name of the witness, a schema-less URL
     */
    public List<NoteSigner> signers(String name) throws IOException {
        Path file = folder.resolve(KEY);
        if (!Files.exists(file)) {
            SecureRandom random = new SecureRandom();
            String keys =
                    NoteSigner.generate(name, NoteKey.Kind.ML_DSA_44_COSIGNATURE, random)
                                    .secretText()
                            + "\n"
                            + NoteSigner.generate(name, NoteKey.Kind.ED25519_COSIGNATURE, random)
                                    .secretText()
                            + "\n";
            write(file, keys.getBytes(StandardCharsets.UTF_8));
        }
        List<NoteSigner> signers = NoteSigner.readAll(file);
        if (signers.stream().anyMatch(each -> !each.verifier().name().equals(name))) {
            throw new IOException(file + " holds keys of another witness than " + name);
        }
        return signers;
    }

    @Override
    public Optional<String> last(String origin) {
        return named(id(origin));
    }

    @Override
    public Optional<String> named(String id) {
        Path file = file(id);
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void keep(String origin, String note) {
        try {
            write(file(id(origin)), note.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String id) {
        return folder.resolve(id + ".checkpoint");
    }

    /** How a log is named in paths: SHA-256 of its origin, hexadecimal. */
    public static String id(String origin) {
        return Hash.sha256(origin.getBytes(StandardCharsets.UTF_8)).hex();
    }

    /** Writes a file whole or not at all, readable by its owner only; it is on disk then. */
    static void write(Path file, byte[] content) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path fresh =
                Files.createTempFile(
                        folder,
                        "fresh",
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
