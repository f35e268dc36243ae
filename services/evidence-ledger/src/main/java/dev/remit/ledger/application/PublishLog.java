package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.Tree;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.vertx.VertxContextSupport;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What was logged becomes public: tiles and entry bundles first, from the leaves alone, then a
 * checkpoint that is checked against the last one before it is signed, stored before it is public.
 * Stopping anywhere repeats the same bytes. Of several replicas one publishes at a time.
 */
@Singleton
public class PublishLog {
    private static final Logger LOG = Logger.getLogger(PublishLog.class);
    private static final String CHECKPOINT = "checkpoint";
    private static final int LEAVES_AT_ONCE = 40 * Tile.FULL;

    private final Log log;
    private final Handoffs handoffs;
    private final Entries entries;
    private final Checkpoints checkpoints;
    private final PublicFiles files;
    private final Announcements announcements;

    PublishLog(
            Log log,
            Handoffs handoffs,
            Entries entries,
            Checkpoints checkpoints,
            PublicFiles files,
            Announcements announcements) {
        this.log = log;
        this.handoffs = handoffs;
        this.entries = entries;
        this.checkpoints = checkpoints;
        this.files = files;
        this.announcements = announcements;
    }

    /** A database that is behind what was published was rolled back: nothing is received then. */
    void check(
            @Observes @Priority(jakarta.interceptor.Interceptor.Priority.PLATFORM_BEFORE)
                    StartupEvent event)
            throws Throwable {
        VertxContextSupport.subscribeAndAwait(this::agree);
    }

    /** Fails when the published checkpoint is not of this log, or ahead of the database. */
    Uni<Void> agree() {
        return entries.size().chain(size -> files.away(() -> published(size))).replaceWithVoid();
    }

    /** Publishes once a second, and goes on while a full tile waits. */
    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> publish() {
        return publish(1)
                .onFailure()
                .invoke(failure -> LOG.error("the log is not published", failure))
                .onFailure()
                .recoverWithNull();
    }

    /**
     * Publishes when at least so many leaves wait, then again while a full tile waits.
     *
     * @param least from 1
     */
    Uni<Void> publish(long least) {
        return entries.size()
                .chain(size ->
                        checkpoints
                                .last()
                                .chain(last ->
                                        files.away(
                                                () -> isDue(size, last, published(size), least))))
                .chain(due ->
                        due
                                ? extend().chain(this::showCheckpoint)
                                        .chain(() -> publish(Tile.FULL))
                                : Uni.createFrom().voidItem());
    }

    private static boolean isDue(
            long size,
            Optional<Checkpoints.Signed> last,
            Optional<Checkpoint> published,
            long least) {
        long signed = last.map(Checkpoints.Signed::size).orElse(0L);
        return size - signed >= least || published.map(Checkpoint::size).orElse(0L) < signed;
    }

    /** The public checkpoint; empty when there is none. */
    private Optional<Checkpoint> published(long logged) {
        Optional<Checkpoint> published =
                files.read(CHECKPOINT)
                        .map(bytes -> open(new String(bytes, StandardCharsets.UTF_8)));
        published
                .filter(each -> each.size() > logged)
                .ifPresent(each -> {
                    throw new IllegalStateException(
                            "the published checkpoint is of size "
                                    + each.size()
                                    + ", the database holds "
                                    + logged
                                    + " entries: it was rolled back");
                });
        return published;
    }

    private Checkpoint open(String note) {
        return log.open(note);
    }

    /** Makes what is logged readable, and signs it. */
    private Uni<Void> extend() {
        return handoffs.transact(
                List.of(),
                outbox ->
                        checkpoints
                                .lead()
                                .chain(leads ->
                                        leads ? extend(outbox) : Uni.createFrom().voidItem()));
    }

    private Uni<Void> extend(Outbox outbox) {
        return entries.size()
                .chain(size ->
                        checkpoints
                                .last()
                                .chain(last ->
                                        files.away(() -> published(size))
                                                .chain(published ->
                                                        tiles(
                                                                        published
                                                                                .map(
                                                                                        Checkpoint
                                                                                                ::size)
                                                                                .orElse(0L),
                                                                        size)
                                                                .chain(() ->
                                                                        sign(
                                                                                size, last,
                                                                                published,
                                                                                outbox)))));
    }

    /** Writes the tiles and bundles from one size to another, some thousand leaves at a time. */
    private Uni<Void> tiles(long from, long size) {
        if (from >= size) {
            return Uni.createFrom().voidItem();
        }
        long bundle = from / Tile.FULL * Tile.FULL;
        long to = Math.min(size, bundle + LEAVES_AT_ONCE);
        return entries.leaves(bundle, to)
                .chain(leaves ->
                        files.away(() -> {
                            files.write(extension(bundle, leaves));
                            return to;
                        }))
                .chain(() -> tiles(to, size));
    }

    /** Made anew from the start of the first bundle, so that a leaf that was altered shows. */
    private Map<String, byte[]> extension(long bundle, List<byte[]> leaves) {
        Map<String, byte[]> extension = new LinkedHashMap<>();
        new Tree(files, bundle)
                .append(leaves.stream().map(Merkle::leafHash).toList())
                .forEach((tile, bytes) -> extension.put(tile.path(), bytes));
        for (int first = 0; first < leaves.size(); first += Tile.FULL) {
            List<byte[]> bundled =
                    leaves.subList(first, Math.min(first + Tile.FULL, leaves.size()));
            extension.put(
                    new Tile(Tile.ENTRIES, (bundle + first) / Tile.FULL, bundled.size()).path(),
                    entries(bundled));
        }
        return extension;
    }

    /** An entry bundle: each leaf with its length in two bytes, big-endian (C2SP tlog-tiles). */
    private static byte[] entries(List<byte[]> leaves) {
        var bundle = new ByteArrayOutputStream();
        for (byte[] leaf : leaves) {
            bundle.write(leaf.length >> 8);
            bundle.write(leaf.length);
            bundle.writeBytes(leaf);
        }
        return bundle.toByteArray();
    }

    private Uni<Void> sign(
            long size,
            Optional<Checkpoints.Signed> last,
            Optional<Checkpoint> published,
            Outbox outbox) {
        if (last.filter(each -> each.size() >= size).isPresent()) {
            return Uni.createFrom().voidItem();
        }
        return files.away(
                        () -> {
                            Checkpoint next = next(size);
                            Optional<Checkpoint> signed =
                                    last.map(Checkpoints.Signed::note).map(this::open);
                            signed.ifPresent(each -> checkExtends(each, next));
                            published
                                    .filter(each -> !Optional.of(each).equals(signed))
                                    .ifPresent(each -> checkExtends(each, next));
                            return next;
                        })
                .chain(next -> {
                    String note = log.sign(next, outbox.now());
                    announcements.signed(next, note, outbox);
                    return checkpoints.add(new Checkpoints.Signed(size, note, outbox.now()));
                });
    }

    /** The state at this size, from the tiles as they can be read. */
    private Checkpoint next(long size) {
        return new Checkpoint(log.key().verifier().name(), size, new Tree(files, size).root());
    }

    private void checkExtends(Checkpoint before, Checkpoint next) {
        if (before.size() > 0
                && !Merkle.isConsistent(
                        before.root(),
                        before.size(),
                        next.root(),
                        next.size(),
                        new Tree(files, next.size()).consistencyProof(before.size()))) {
            throw new IllegalStateException(
                    "the log does not extend checkpoint " + before.size() + ": nothing is signed");
        }
    }

    /** Makes the last checkpoint public; one that is public is never replaced by a smaller one. */
    private Uni<Void> showCheckpoint() {
        return handoffs.transact(
                List.of(),
                outbox ->
                        checkpoints
                                .awaitLead()
                                .chain(checkpoints::last)
                                .chain(last ->
                                        files.away(() -> {
                                            last.ifPresent(this::show);
                                            return last;
                                        }))
                                .replaceWithVoid());
    }

    private void show(Checkpoints.Signed last) {
        Optional<Checkpoint> published =
                files.read(CHECKPOINT)
                        .map(bytes -> open(new String(bytes, StandardCharsets.UTF_8)));
        if (published.map(Checkpoint::size).orElse(0L) < last.size()) {
            files.write(Map.of(CHECKPOINT, last.note().getBytes(StandardCharsets.UTF_8)));
        }
    }
}
