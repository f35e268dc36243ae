package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.adapter.postgres.CheckpointRow;
import dev.remit.ledger.adapter.postgres.MessageRow;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.Tree;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What was logged becomes public: tiles and entry bundles first, from the rows alone, then a
 * checkpoint that is checked against the last one before it is signed. Stopping anywhere repeats
 * the same bytes.
 */
@Singleton
public class PublishLog {
    private static final Logger LOG = Logger.getLogger(PublishLog.class);
    private static final int LARGEST_STEP = 10_000;

    /** What is to be published: rows from the start of the first bundle that changes. */
    private record Step(
            long from, long size, List<MessageRow> rows, @Nullable CheckpointRow last) {}

    private final Log log;
    private final Handoffs handoffs;
    private final CertifyClosure certify;

    PublishLog(Log log, Handoffs handoffs, CertifyClosure certify) {
        this.log = log;
        this.handoffs = handoffs;
        this.certify = certify;
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> publish() {
        return next().chain(step -> step.map(this::publish).orElse(Uni.createFrom().voidItem()))
                .chain(certify::certify)
                .onFailure()
                .invoke(failure -> LOG.error("the log is not published", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Optional<Step>> next() {
        boolean lost = log.files().read("checkpoint").isEmpty();
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createNativeQuery(
                                                "select size from log_state where id = 1",
                                                Long.class)
                                        .getSingleResult())
                        .chain(size ->
                                CheckpointRow.<CheckpointRow>find("order by size desc")
                                        .firstResult()
                                        .chain(last -> rows(size, last, lost))));
    }

    private static Uni<Optional<Step>> rows(
            long logged, @Nullable CheckpointRow last, boolean lost) {
        long signed = last == null ? 0 : last.size;
        long from = lost ? 0 : signed;
        if (logged == from) {
            return Uni.createFrom().item(Optional.empty());
        }
        // files that were lost are made again up to the signed size at once: nothing smaller may be
        // signed
        long size =
                lost
                        ? Math.max(signed, Math.min(logged, LARGEST_STEP))
                        : Math.min(logged, from + LARGEST_STEP);
        long bundle = from / Tile.FULL * Tile.FULL;
        return MessageRow.<MessageRow>list(
                        "leafIndex >= ?1 and leafIndex < ?2 order by leafIndex", bundle, size)
                .map(rows -> Optional.of(new Step(from, size, rows, last)));
    }

    private Uni<Void> publish(Step step) {
        return Uni.createFrom()
                .item(() -> files(step))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .chain(note -> {
                    boolean known = step.last() != null && step.last().size == step.size();
                    return (known ? Uni.createFrom().voidItem() : sign(step.size(), note))
                            .invoke(() ->
                                    log.files()
                                            .write(
                                                    "checkpoint",
                                                    note.getBytes(StandardCharsets.UTF_8)));
                });
    }

    private Uni<Void> sign(long size, String note) {
        return handoffs.transact(
                List.of(),
                outbox -> {
                    CheckpointRow row = new CheckpointRow();
                    row.size = size;
                    row.note = note;
                    row.signedAt = outbox.now();
                    Checkpoint checkpoint =
                            Checkpoint.parse(SignedNote.open(note, log.key().verifier()));
                    outbox.publish(
                            outbox.newId(),
                            checkpoint.origin(),
                            Stories.published(checkpoint, note, outbox.now()),
                            null,
                            null);
                    return row.persistAndFlush().replaceWithVoid();
                });
    }

    /** Writes tiles and bundles, and gives the signed note for the new size. */
    private String files(Step step) {
        long bundle = step.rows().getFirst().leafIndex;
        List<Hash> leaves =
                step.rows().stream()
                        .filter(row -> row.leafIndex >= step.from())
                        .map(row -> Merkle.leafHash(row.leaf))
                        .toList();
        new Tree(log.files(), step.from())
                .append(leaves)
                .forEach((tile, bytes) -> log.files().write(tile.path(), bytes));
        for (long start = bundle; start < step.size(); start += Tile.FULL) {
            int width = (int) Math.min(Tile.FULL, step.size() - start);
            int first = (int) (start - bundle);
            log.files()
                    .write(
                            new Tile(Tile.ENTRIES, start / Tile.FULL, width).path(),
                            entries(step.rows().subList(first, first + width)));
        }
        Tree tree = new Tree(log.files(), step.size());
        Hash root = tree.root();
        CheckpointRow last = step.last();
        if (last != null) {
            Checkpoint before = Checkpoint.parse(SignedNote.open(last.note, log.key().verifier()));
            if (!Merkle.isConsistent(
                    before.root(),
                    before.size(),
                    root,
                    step.size(),
                    tree.consistencyProof(before.size()))) {
                throw new IllegalStateException(
                        "the log does not extend checkpoint "
                                + before.size()
                                + ": nothing is signed");
            }
            if (before.size() == step.size()) {
                return last.note;
            }
        }
        return SignedNote.sign(
                new Checkpoint(log.key().verifier().name(), step.size(), root).text(), log.key());
    }

    /** An entry bundle: each leaf with its length in two bytes, big-endian (C2SP tlog-tiles). */
    private static byte[] entries(List<MessageRow> rows) {
        var bundle = new ByteArrayOutputStream();
        for (MessageRow row : rows) {
            bundle.write(row.leaf.length >> 8);
            bundle.write(row.leaf.length);
            bundle.writeBytes(row.leaf);
        }
        return bundle.toByteArray();
    }
}
