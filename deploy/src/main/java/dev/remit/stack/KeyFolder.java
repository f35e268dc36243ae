package dev.remit.stack;

import dev.remit.handoff.Service;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.NoteSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The services' signing keys and the log's, as {@code <service>.key} and {@code log.key}, with what
 * others verify by: {@code trust.vkeys}, {@code log.vkey} and {@code log.policy} (C2SP
 * tlog-policy). A key that is there stays; a key once trusted stays trusted, since what it signed
 * must verify for ever. The log has an Ed25519 and an ML-DSA-44 key, a line each.
 */
public final class KeyFolder implements Preparation {
    private final Path folder;
    private final String origin;
    private final boolean development;
    private final boolean apart;
    private final Optional<String> witnesses;

    /** Keys for a log that no witness is asked to cosign, until its owner writes a policy. */
    public KeyFolder(Path folder, String origin, boolean development, boolean apart) {
        this(folder, origin, development, apart, Optional.empty());
    }

    /**
     * @param origin the log's name in its checkpoints (C2SP tlog-checkpoint)
     * @param development whether new keys are marked as good for nothing but development
     * @param apart whether each service's key is in a folder of its own, {@code
     *     <service>/<service>.key}, so that nothing else need be shown to it
     * @param witnesses the policy's lines after the log's own; empty: none, and a policy that is
     *     there stays
     */
    public KeyFolder(
            Path folder,
            String origin,
            boolean development,
            boolean apart,
            Optional<String> witnesses) {
        this.folder = folder;
        this.origin = origin;
        this.development = development;
        this.apart = apart;
        this.witnesses = witnesses;
    }

    @Override
    public String what() {
        return "keys";
    }

    @Override
    public String where() {
        return "in " + folder;
    }

    @Override
    public Optional<String> trouble() {
        return Optional.empty();
    }

    @Override
    public String advice() {
        return "Check that the folder may be written.";
    }

    @Override
    public String make() throws IOException {
        int made = 0;
        Set<String> trusted = new LinkedHashSet<>();
        Set<Path> folders = new LinkedHashSet<>();
        for (Service service : Service.values()) {
            Path own = folder(service);
            Files.createDirectories(own);
            folders.add(own);
            made += make(own.resolve(service.id() + ".key"), service.id());
            trusted.addAll(lines(own.resolve("trust.vkeys")));
        }
        for (Service service : Service.values()) {
            trusted.add(
                    SigningKey.read(folder(service).resolve(service.id() + ".key"))
                            .verifier()
                            .toString());
        }
        Path log = folder(Service.EVIDENCE_LEDGER).resolve("log.key");
        made += make(log, origin);
        List<NoteSigner> signers = logSigners(log);
        String logKey = signers.getFirst().verifier().toString();
        if (!signers.getFirst().verifier().name().equals(origin)) {
            throw new IOException(
                    "%s belongs to the log %s, not to %s: give the origin that it was made for, or another folder"
                            .formatted(log, signers.getFirst().verifier().name(), origin));
        }
        String policy =
                signers.stream()
                                .map(each -> "log " + each.verifier() + "\n")
                                .collect(Collectors.joining())
                        + witnesses.orElse("quorum none\n");
        for (Path each : folders) {
            replace(each.resolve("trust.vkeys"), String.join("\n", trusted) + "\n", "rw-r--r--");
            replace(each.resolve("log.vkey"), logKey + "\n", "rw-r--r--");
            if (witnesses.isPresent() || !Files.exists(each.resolve("log.policy"))) {
                replace(each.resolve("log.policy"), policy, "rw-r--r--");
            }
        }
        // witnesses whose keys were made beside these: they know the log by its policy
        if (witnesses.isPresent() && Files.isDirectory(folder.resolve("witness"))) {
            replace(folder.resolve("witness/log.policy"), policy, "rw-r--r--");
        }
        return made + " made, " + (Service.values().length + 1 - made) + " were there";
    }

    private Path folder(Service service) {
        return apart ? folder.resolve(service.id()) : folder;
    }

    private int make(Path file, String name) throws IOException {
        if (Files.exists(file)) {
            return 0;
        }
        String key = SigningKey.generate(name, new SecureRandom()).secretText();
        String mark = development ? SigningKey.FOR_DEVELOPMENT + "\n" : "";
        replace(file, mark + key + "\n", "rw-------");
        return 1;
    }

    /** The log's keys, Ed25519 first; what an older folder lacks is added. */
    private static List<NoteSigner> logSigners(Path log) throws IOException {
        List<NoteSigner> signers = NoteSigner.readAll(log);
        if (signers.size() == 1) {
            NoteSigner more =
                    NoteSigner.generate(
                            signers.getFirst().verifier().name(),
                            NoteKey.Kind.ML_DSA_44_COSIGNATURE,
                            new SecureRandom());
            replace(
                    log,
                    Files.readString(log).strip() + "\n" + more.secretText() + "\n",
                    "rw-------");
        }
        return NoteSigner.readAll(log);
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** Whole or not at all: half a key would be refused at every start. */
    private static void replace(Path file, String text, String permissions) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Home.write(fresh, Map.of());
        Files.writeString(fresh, text);
        Files.setPosixFilePermissions(
                fresh, java.nio.file.attribute.PosixFilePermissions.fromString(permissions));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
