package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.ledger.audit.Rederived;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.ShardStart;
import dev.remit.ledger.log.Shards;
import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.Tree;
import dev.remit.ledger.log.TrustPolicy;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.VertxContextSupport;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What was logged becomes public: tiles and entry bundles first, from the leaves alone, then a
 * checkpoint that is checked against the last one, and against the entries as they are stored,
 * before it is signed, and stored before it is public. Stopping anywhere repeats the same bytes. Of
 * several replicas one publishes at a time.
 *
 * <p>Where the log is kept by periods, a new shard begins in the database alone, in one transaction
 * that holds the log; what is public of the old one then comes to its end in the same way as
 * before. Nothing is signed of the new one until the last state of the old one is settled and
 * public.
 */
@Singleton
public class PublishLog {
    private static final Logger LOG = Logger.getLogger(PublishLog.class);

    /** The newest settled state; what C2SP clients read. */
    private static final String CHECKPOINT = "checkpoint";

    /** The newest state that the log signed, cosigned or not. */
    private static final String SIGNED = "checkpoint.signed";

    private static final int LEAVES_AT_ONCE = 40 * Tile.FULL;

    private final Log log;
    private final Handoffs handoffs;
    private final Entries entries;
    private final AccountOffsets offsets;
    private final Checkpoints checkpoints;
    private final PublicFiles files;
    private final Announcements announcements;
    private final AskWitnesses witnesses;
    private final SettleCheckpoints settle;
    private final BeginShard begin;
    private volatile long signedHere;
    private volatile @Nullable String halted;

    PublishLog(
            Log log,
            Handoffs handoffs,
            Entries entries,
            AccountOffsets offsets,
            Checkpoints checkpoints,
            PublicFiles files,
            Announcements announcements,
            AskWitnesses witnesses,
            SettleCheckpoints settle,
            BeginShard begin) {
        this.log = log;
        this.handoffs = handoffs;
        this.entries = entries;
        this.offsets = offsets;
        this.checkpoints = checkpoints;
        this.files = files;
        this.announcements = announcements;
        this.witnesses = witnesses;
        this.settle = settle;
        this.begin = begin;
    }

    /** Why nothing is published any more, until somebody looks and starts it again. */
    public Optional<String> halted() {
        return Optional.ofNullable(halted);
    }

    /**
     * A database that is behind what was published was rolled back: nothing is received then. It
     * runs after the check of what an installation must not run with: this one connects.
     */
    void check(
            @Observes @Priority(jakarta.interceptor.Interceptor.Priority.PLATFORM_BEFORE + 1)
                    StartupEvent event)
            throws Throwable {
        VertxContextSupport.subscribeAndAwait(this::agree);
    }

    /**
     * Fails when a published checkpoint, or one that a witness cosigned, is not of this log, or
     * ahead of the database. What is public is read first: another replica may publish meanwhile,
     * and the database only grows.
     */
    Uni<Void> agree() {
        return checkpoints
                .shards()
                .chain(shards ->
                        files.away(() ->
                                        shards.newest().stream()
                                                .map(each -> shown(shards, each))
                                                .toList())
                                .chain(seen ->
                                        entries.size()
                                                .chain(size ->
                                                        files.away(() -> {
                                                            seen.forEach(each -> check(each, size));
                                                            return size;
                                                        }))))
                .replaceWithVoid();
    }

    /** What can be read of a shard. */
    private record Public(
            Shard shard,
            long end,
            Optional<Checkpoint> published,
            Map<TrustPolicy.Member, Checkpoint> cosigned) {}

    private Public shown(Shards shards, Shard shard) {
        return new Public(
                shard, shards.end(shard), published(shard), witnesses.last(shard.period()));
    }

    private void check(Public seen, long size) {
        long logged = Math.min(size, seen.end()) - seen.shard().first();
        checkNotAhead(seen.published(), logged);
        witnesses.check(seen.shard().period(), seen.cosigned(), logged, sizeOf(seen.published()));
    }

    /** Publishes, and goes on while a full tile waits; then settles what it signed. */
    public Uni<Void> publish() {
        return publish(1)
                .chain(begin::begin)
                .chain(begun -> begun ? publish(1) : Uni.createFrom().voidItem())
                .chain(this::settle)
                .onFailure()
                .invoke(failure -> LOG.error("the log is not published", failure))
                .onFailure()
                .recoverWithNull();
    }

    /**
     * Publishes when at least so many leaves wait, then again while a full tile waits and the round
     * before changed something.
     *
     * @param least from 1
     */
    Uni<Void> publish(long least) {
        return publish(least, Optional.empty());
    }

    private Uni<Void> publish(long least, Optional<Round> before) {
        if (halted != null) {
            return Uni.createFrom().failure(new IllegalStateException(halted));
        }
        return due(least)
                .chain(now -> {
                    if (now.isPresent() && now.equals(before)) {
                        // whoever leads goes on with it, or the next second does
                        LOG.warnf(
                                "the log is not published further for now: %s changed nothing",
                                now.get());
                    }
                    return now.isEmpty() || now.equals(before)
                            ? Uni.createFrom().voidItem()
                            : offsets.log()
                                    .chain(() -> extend())
                                    .chain(this::showCheckpoint)
                                    .chain(() -> publish(Tile.FULL, now));
                });
    }

    /** What a round starts from; empty when nothing is due. */
    private Uni<Optional<Round>> due(long least) {
        return checkpoints
                .shards()
                .chain(shards ->
                        files.away(() ->
                                        new Shown(
                                                size(shards, SIGNED, CHECKPOINT),
                                                size(shards, CHECKPOINT)))
                                .chain(shown ->
                                        entries.size()
                                                .chain(size ->
                                                        checkpoints
                                                                .ends()
                                                                .map(ends ->
                                                                        isDue(
                                                                                        shown, size,
                                                                                        shards,
                                                                                        ends, least)
                                                                                ? Optional.of(
                                                                                        new Round(
                                                                                                shown,
                                                                                                ends
                                                                                                        .signedSize(),
                                                                                                ends
                                                                                                        .settledSize()))
                                                                                : Optional
                                                                                        .empty()))));
    }

    /** Settles the last checkpoint, and makes it the public one. */
    Uni<Void> settle() {
        return settle.settle(signedHere)
                .onFailure(RolledBack.class)
                .invoke(failure -> halted = failure.getMessage())
                .chain(settled -> settled ? showCheckpoint() : Uni.createFrom().voidItem());
    }

    /** The sizes that can be read: of the largest state, and of the last settled one. */
    private record Shown(long published, long settled) {}

    /**
     * What a round is to change: a round that starts from what the one before did would change
     * nothing either. How much is logged is no part of it; that grows by itself.
     */
    private record Round(Shown shown, long signed, long settled) {}

    private static boolean isDue(
            Shown shown, long size, Shards shards, Checkpoints.Ends ends, long least) {
        long signed = ends.signedSize();
        return (size - signed >= least && !isSealing(shards.last(), ends))
                || shown.published() > size
                || shown.published() < signed
                || shown.settled() < ends.settledSize();
    }

    /** Whether the last state of the shard before is not settled yet: nothing is signed then. */
    private static boolean isSealing(Shard next, Checkpoints.Ends ends) {
        return next.first() > 0
                && ends.signedSize() == next.first()
                && ends.settledSize() < next.first();
    }

    private static long sizeOf(Optional<Checkpoint> checkpoint) {
        return checkpoint.map(Checkpoint::size).orElse(0L);
    }

    /**
     * The largest size that one of these files says, of the newest shard that has any. The one that
     * is settled may be two behind: the next begins once its own state is signed.
     */
    private long size(Shards shards, String... names) {
        for (Shard each : shards.all().reversed()) {
            long size =
                    Stream.of(names)
                            .flatMap(name -> read(each, name).stream())
                            .mapToLong(Checkpoint::size)
                            .max()
                            .orElse(0);
            if (size > 0) {
                return each.first() + size;
            }
        }
        return 0;
    }

    /** The largest public state of a shard; empty when there is none. */
    private Optional<Checkpoint> published(Shard shard) {
        return Stream.of(SIGNED, CHECKPOINT)
                .flatMap(name -> read(shard, name).stream())
                .max(Comparator.comparingLong(Checkpoint::size));
    }

    /**
     * Fails when more was public than is logged.
     *
     * @param published read before the size was
     * @param logged in the same shard
     */
    private static void checkNotAhead(Optional<Checkpoint> published, long logged) {
        published
                .filter(each -> each.size() > logged)
                .ifPresent(each -> {
                    throw new RolledBack(
                            "the published checkpoint is of size "
                                    + each.size()
                                    + ", the database holds "
                                    + logged
                                    + " entries: it was rolled back");
                });
    }

    private Optional<Checkpoint> read(Shard shard, String name) {
        return files.of(shard.period()).read(name).map(note -> open(shard.period(), note));
    }

    private Checkpoint open(String period, byte[] note) {
        Checkpoint checkpoint = log.open(new String(note, StandardCharsets.UTF_8));
        if (!log.period(checkpoint).equals(period)) {
            throw new IllegalArgumentException(
                    "checkpoint: of " + checkpoint.origin() + ", among the files of another shard");
        }
        return checkpoint;
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
        // the size first: a shard that is known ends no earlier than what is known to be logged
        return entries.size()
                .chain(size ->
                        checkpoints
                                .shards()
                                .chain(shards ->
                                        checkpoints
                                                .ends()
                                                .chain(ends ->
                                                        extend(size, shards, ends, outbox))));
    }

    private Uni<Void> extend(long size, Shards shards, Checkpoints.Ends ends, Outbox outbox) {
        Shard shard = shards.at(ends.signedSize());
        if (isSealing(shard, ends)) {
            Shard newest = shards.last();
            return files.away(() -> published(newest))
                    .invoke(published -> checkNotAhead(published, size - newest.first()))
                    .replaceWithVoid();
        }
        Optional<Checkpoints.Signed> last =
                ends.signed().filter(each -> each.size() > shard.first());
        boolean ended = shards.end(shard) <= size;
        long to = (ended ? shards.end(shard) : size) - shard.first();
        return files.away(
                        () -> {
                            if (last.isEmpty()) {
                                // whoever finds the first state of a shard finds the shard before
                                // whole
                                show(ends);
                            }
                            Optional<Checkpoint> published = published(shard);
                            checkNotAhead(published, to);
                            return published;
                        })
                .chain(published ->
                        tiles(shard, sizeOf(published), to)
                                .chain(() ->
                                        ended
                                                ? committed(shards.end(shard))
                                                : Uni.createFrom()
                                                        .item(Optional.<Checkpoint>empty()))
                                .chain(next -> sign(shard, to, last, published, next, outbox)));
    }

    /** What the first leaf of a shard commits to. */
    private Uni<Optional<Checkpoint>> committed(long first) {
        return entries.leaves(first, first + 1)
                .map(leaves ->
                        Optional.of(ShardStart.parse(leaves.getFirst()).orElseThrow().previous()));
    }

    /** Writes the tiles and bundles from one size to another, some thousand leaves at a time. */
    private Uni<Void> tiles(Shard shard, long from, long size) {
        if (from >= size) {
            return Uni.createFrom().voidItem();
        }
        long bundle = from / Tile.FULL * Tile.FULL;
        long to = Math.min(size, bundle + LEAVES_AT_ONCE);
        PublicFiles own = files.of(shard.period());
        return entries.leaves(shard.first() + bundle, shard.first() + to)
                .chain(leaves ->
                        files.away(() -> {
                            own.write(extension(own, bundle, leaves));
                            return to;
                        }))
                .chain(() -> tiles(shard, to, size));
    }

    /** Made anew from the start of the first bundle, so that a leaf that was altered shows. */
    private static Map<String, byte[]> extension(
            PublicFiles files, long bundle, List<byte[]> leaves) {
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

    /**
     * Signs the state of a shard.
     *
     * @param size of the shard
     * @param last what was signed of it last
     * @param committed what the next shard commits to, where this size is the last one
     */
    private Uni<Void> sign(
            Shard shard,
            long size,
            Optional<Checkpoints.Signed> last,
            Optional<Checkpoint> published,
            Optional<Checkpoint> committed,
            Outbox outbox) {
        if (size < 1 || last.filter(each -> each.size() >= shard.first() + size).isPresent()) {
            return Uni.createFrom().voidItem();
        }
        PublicFiles own = files.of(shard.period());
        return files.away(
                        () -> {
                            Checkpoint next = next(shard, size);
                            Optional<Checkpoint> signed =
                                    last.map(Checkpoints.Signed::note).map(log::open);
                            signed.ifPresent(each -> checkExtends(own, each, next));
                            published
                                    .filter(each -> !Optional.of(each).equals(signed))
                                    .ifPresent(each -> checkExtends(own, each, next));
                            checkEntries(own, Math.min(sizeOf(signed), sizeOf(published)), next);
                            if (committed.filter(each -> !each.equals(next)).isPresent()) {
                                throw new IllegalStateException(
                                        "the next shard does not commit to the end of "
                                                + next.origin()
                                                + ": nothing is signed");
                            }
                            return next;
                        })
                .chain(next -> {
                    String note = log.sign(next, outbox.now());
                    announcements.signed(next, note, outbox);
                    signedHere = shard.first() + size;
                    return checkpoints.add(
                            new Checkpoints.Signed(
                                    shard.first() + size,
                                    note,
                                    outbox.now(),
                                    settle.isAtOnce()
                                            ? Optional.of(outbox.now())
                                            : Optional.empty(),
                                    Optional.empty()));
                });
    }

    /** The state at this size, from the tiles as they can be read. */
    private Checkpoint next(Shard shard, long size) {
        return new Checkpoint(
                log.origin(shard.period()), size, new Tree(files.of(shard.period()), size).root());
    }

    /** The entries as they are stored must give the root that the stored tiles give. */
    private static void checkEntries(PublicFiles files, long before, Checkpoint next) {
        long from = before / Tile.FULL * Tile.FULL;
        Hash derived =
                Rederived.root(
                        new Tree(files, from).frontier(),
                        from,
                        next.size(),
                        (index, width) -> {
                            String path = new Tile(Tile.ENTRIES, index, width).path();
                            return files.read(path)
                                    .orElseThrow(
                                            () -> new IllegalStateException(path + " is missing"));
                        });
        if (!derived.equals(next.root())) {
            throw new IllegalStateException(
                    "the entries from "
                            + from
                            + " on, as stored, do not give the root of the tiles: nothing is signed");
        }
    }

    private static void checkExtends(PublicFiles files, Checkpoint before, Checkpoint next) {
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

    /** Makes the last checkpoints public; one that is public is never replaced by a smaller one. */
    private Uni<Void> showCheckpoint() {
        return handoffs.transact(
                List.of(),
                outbox ->
                        checkpoints
                                .awaitLead()
                                .chain(checkpoints::ends)
                                .chain(ends ->
                                        files.away(() -> {
                                            show(ends);
                                            return ends;
                                        }))
                                .replaceWithVoid());
    }

    private void show(Checkpoints.Ends ends) {
        ends.signed().ifPresent(each -> show(SIGNED, each, Optional.empty()));
        ends.settled().ifPresent(each -> show(CHECKPOINT, each, each.timestamp()));
    }

    private void show(String name, Checkpoints.Signed state, Optional<byte[]> timestamp) {
        Checkpoint next = state.state();
        String period = log.period(next);
        PublicFiles own = files.of(period);
        Optional<byte[]> seen = own.read(name);
        if (sizeOf(seen.map(note -> open(period, note))) < next.size()) {
            timestamp.ifPresent(token -> own.write(Map.of(timestamp(next.size()), token)));
            own.replace(name, seen, state.note().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The path of the timestamp over the settled checkpoint of this size. */
    private static String timestamp(long size) {
        return "timestamp/" + size + ".tsr";
    }
}
