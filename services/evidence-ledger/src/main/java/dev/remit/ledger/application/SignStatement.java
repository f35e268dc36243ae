package dev.remit.ledger.application;

import dev.remit.handoff.Ids;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.certificate.Certificate;
import dev.remit.ledger.certificate.SigstoreBundle;
import dev.remit.ledger.certificate.StatementKey;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.TlogProof;
import dev.remit.ledger.log.Tree;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Gives a certificate's statement as a Sigstore bundle. Its signature is logged when somebody asks
 * for it first, once, and given when a settled checkpoint covers it; from then on it has the same
 * bytes.
 */
@Singleton
public class SignStatement {
    /** What became of it. */
    public sealed interface Answer {}

    /** The bundle's file. */
    public record Bundle(byte[] file) implements Answer {}

    /**
     * There is none yet.
     *
     * @param isOnItsWay whether asking again in a few seconds helps
     */
    public record None(String code, String reason, boolean isOnItsWay) implements Answer {}

    private static final UUID NAMESPACE = UUID.fromString("c7a8b1f4-9a0e-5d53-8a6f-3b0d4a4a6c15");
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final StatementKey key;
    private final CertifyClosure certify;
    private final Log log;
    private final Handoffs handoffs;
    private final Entries entries;
    private final Checkpoints checkpoints;
    private final PublicFiles files;
    private final CertificateFiles certificates;
    private final Timestamps timestamps;

    @Inject
    SignStatement(
            @ConfigProperty(name = "remit.ledger.directory") Path directory,
            @ConfigProperty(name = "remit.ledger.statement-key") Optional<Path> file,
            CertifyClosure certify,
            Log log,
            Handoffs handoffs,
            Entries entries,
            Checkpoints checkpoints,
            PublicFiles files,
            CertificateFiles certificates,
            Timestamps timestamps)
            throws IOException {
        this(
                key(
                        file.isPresent()
                                ? Files.readString(file.get())
                                : Base64.getEncoder()
                                        .encodeToString(
                                                Log.secret(directory.resolve("statement.key")))),
                certify,
                log,
                handoffs,
                entries,
                checkpoints,
                files,
                certificates,
                timestamps);
    }

    SignStatement(
            StatementKey key,
            CertifyClosure certify,
            Log log,
            Handoffs handoffs,
            Entries entries,
            Checkpoints checkpoints,
            PublicFiles files,
            CertificateFiles certificates,
            Timestamps timestamps) {
        this.key = key;
        this.certify = certify;
        this.log = log;
        this.handoffs = handoffs;
        this.entries = entries;
        this.checkpoints = checkpoints;
        this.files = files;
        this.certificates = certificates;
        this.timestamps = timestamps;
    }

    /** The key of 32 bytes in base64. */
    static StatementKey key(String text) {
        try {
            byte[] secret = Base64.getDecoder().decode(text.strip());
            if (secret.length == 32) {
                return new StatementKey(secret);
            }
        } catch (IllegalArgumentException e) {
            // its text could quote the key
        }
        throw new IllegalArgumentException("remit.ledger.statement-key: is not 32 bytes in base64");
    }

    /** The public key by which bundles are verified, in PEM. */
    public String publicKey() {
        return key.pem();
    }

    /** What else a Sigstore client must trust to verify bundles: each shard is a log to it. */
    public Uni<byte[]> trustedRoot() {
        NoteKey key = NoteKey.of(log.key().verifier());
        return checkpoints
                .shards()
                .map(shards ->
                        SigstoreBundle.trustedRoot(
                                shards.all().stream()
                                        .map(each -> key.of(log.origin(each.period())))
                                        .toList(),
                                timestamps.trusted()));
    }

    /** The bundle of a closed change. */
    public Uni<Answer> bundle(UUID change) {
        if (!timestamps.areWanted()) {
            return none(
                    "NO_TIMESTAMPS",
                    "a Sigstore bundle holds a timestamp, and this ledger asks no authority for"
                            + " any",
                    false);
        }
        return certify.certificate(change)
                .chain(certificate ->
                        certificate.isEmpty()
                                ? none(
                                        "NOT_CERTIFIED",
                                        "change " + change + " has no certificate yet",
                                        false)
                                : files.away(
                                                () -> {
                                                    var bundle =
                                                            new SigstoreBundle(
                                                                    Certificate.read(
                                                                            certificate.get()),
                                                                    key);
                                                    return new Kept(
                                                            bundle,
                                                            certificates
                                                                    .kept(
                                                                            change,
                                                                            CertificateFiles.Form
                                                                                    .SIGSTORE)
                                                                    .filter(bundle::isIn));
                                                })
                                        .chain(kept ->
                                                kept.file().isPresent()
                                                        ? Uni.createFrom()
                                                                .item(new Bundle(kept.file().get()))
                                                        : logged(change, kept.bundle())));
    }

    private record Kept(SigstoreBundle bundle, Optional<byte[]> file) {}

    private Uni<Answer> logged(UUID change, SigstoreBundle bundle) {
        byte[] leaf = bundle.leaf();
        UUID id = Ids.derived(NAMESPACE, Hash.sha256(leaf).hex());
        return placed(id)
                .chain(placed ->
                        placed.isEmpty()
                                ? log(id, leaf).chain(SignStatement::onItsWay)
                                : checkpoints
                                        .covering(placed.get().index())
                                        .chain(checkpoint ->
                                                checkpoint.isEmpty()
                                                        ? onItsWay()
                                                        : files.away(() ->
                                                                made(
                                                                        change,
                                                                        bundle,
                                                                        placed.get().index(),
                                                                        checkpoint.get()))));
    }

    private Uni<Void> log(UUID id, byte[] leaf) {
        return handoffs.transact(
                List.of(),
                // the log first, as everywhere: of several who ask at once, one appends
                outbox ->
                        entries.hold()
                                .chain(() -> placed(id))
                                .chain(placed ->
                                        placed.isPresent()
                                                ? Uni.createFrom().voidItem()
                                                : entries.append(
                                                        id,
                                                        SigstoreBundle.LEAF,
                                                        leaf,
                                                        outbox.now())));
    }

    private Answer made(
            UUID change, SigstoreBundle bundle, long index, Checkpoints.Signed checkpoint) {
        byte[] timestamp;
        try {
            timestamp = timestamps.over(bundle.signature(), PATIENCE);
        } catch (IllegalStateException e) {
            return new None("NO_TIMESTAMP", String.valueOf(e.getMessage()), true);
        }
        Checkpoint state = checkpoint.state();
        long place = index - (checkpoint.size() - state.size());
        byte[] file =
                bundle.file(
                        NoteKey.of(log.key().verifier()).of(state.origin()),
                        new TlogProof(
                                Optional.empty(),
                                place,
                                new Tree(files.of(log.period(state)), state.size())
                                        .inclusionProof(place),
                                checkpoint.note()),
                        state,
                        timestamp);
        // of two who asked at once the first made it: the same bytes from then on
        Optional<byte[]> first =
                certificates.kept(change, CertificateFiles.Form.SIGSTORE).filter(bundle::isIn);
        if (first.isEmpty()) {
            certificates.keep(change, CertificateFiles.Form.SIGSTORE, file);
        }
        return new Bundle(first.orElse(file));
    }

    private static Uni<Answer> onItsWay() {
        return none(
                "NOT_LOGGED_YET",
                "the statement's signature is being logged: ask again in a few seconds",
                true);
    }

    private static Uni<Answer> none(String code, String reason, boolean isOnItsWay) {
        return Uni.createFrom().item(new None(code, reason, isOnItsWay));
    }

    private Uni<Optional<Entries.Placed>> placed(UUID id) {
        return entries.placedAs(List.of(id)).map(found -> found.stream().findFirst());
    }
}
