package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.ShardEnd;
import dev.remit.ledger.log.ShardPeriod;
import dev.remit.ledger.log.ShardStart;
import dev.remit.ledger.log.Shards;
import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.Tree;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Ends the log's shard and begins the next one when a period is over, in one transaction that holds
 * the log: the last leaf of the one names the other, whose first leaf commits to all of it. No file
 * is written: stopping before the commit changes nothing, and after it the publication goes on.
 */
@Singleton
public class BeginShard {
    private static final Logger LOG = Logger.getLogger(BeginShard.class);

    /** What one clock says alone ends no shard: that cannot be undone. */
    private static final Duration CLOCKS_APART = Duration.ofMinutes(1);

    private final Log log;
    private final Handoffs handoffs;
    private final Entries entries;
    private final Checkpoints checkpoints;
    private final PublicFiles files;
    private final RecordKeys keys;
    private final Clock clock;
    private final ShardPeriod length;

    BeginShard(
            Log log,
            Handoffs handoffs,
            Entries entries,
            Checkpoints checkpoints,
            PublicFiles files,
            RecordKeys keys,
            Clock clock,
            @ConfigProperty(name = "remit.log.shard-period", defaultValue = "none")
                    ShardPeriod length) {
        this.log = log;
        this.handoffs = handoffs;
        this.entries = entries;
        this.checkpoints = checkpoints;
        this.files = files;
        this.keys = keys;
        this.clock = clock;
        this.length = length;
    }

    /** Begins a shard if it is due; whether it did. */
    Uni<Boolean> begin() {
        return length == ShardPeriod.NONE
                ? Uni.createFrom().item(false)
                : checkpoints
                        .shards()
                        .chain(shards ->
                                next(shards, clock.instant()).isEmpty()
                                        ? Uni.createFrom().item(false)
                                        : handoffs.transact(List.of(), this::begin));
    }

    private Optional<String> next(Shards shards, Instant now) {
        return length.after(shards.last().period(), now);
    }

    /** Of several replicas one begins it: who holds the log sees what the one before began. */
    private Uni<Boolean> begin(Outbox outbox) {
        return entries.hold()
                .chain(size ->
                        checkpoints
                                .shards()
                                .chain(shards ->
                                        checkpoints
                                                .ends()
                                                .chain(ends ->
                                                        checkpoints
                                                                .time()
                                                                .chain(stored ->
                                                                        begin(
                                                                                size, shards, ends,
                                                                                stored, outbox)))));
    }

    private Uni<Boolean> begin(
            long size, Shards shards, Checkpoints.Ends ends, Instant stored, Outbox outbox) {
        Shard last = shards.last();
        Optional<String> next = next(shards, outbox.now());
        // one that nothing is signed of waits for the end of the one before
        boolean isSigned = last.first() == 0 || ends.signedSize() > last.first();
        if (next.isEmpty() || !isSigned) {
            return Uni.createFrom().item(false);
        }
        if (Duration.between(outbox.now(), stored).abs().compareTo(CLOCKS_APART) > 0) {
            LOG.errorf(
                    "no shard begins: it is %s here and %s in the database", outbox.now(), stored);
            return Uni.createFrom().item(false);
        }
        Shard fresh = new Shard(next.get(), size + 1);
        Optional<Checkpoint> signed =
                ends.signed()
                        .filter(each -> each.size() > last.first())
                        .map(each -> log.open(each.note()));
        long from = signed.map(Checkpoint::size).orElse(0L) / Tile.FULL * Tile.FULL;
        return entries.append(
                        outbox.newId(),
                        ShardEnd.TYPE,
                        new ShardEnd(log.origin(fresh.period())).leaf(),
                        outbox.now())
                .chain(() -> entries.leaves(last.first() + from, fresh.first()))
                .chain(leaves -> files.away(() -> end(last, signed, from, leaves)))
                .chain(end ->
                        entries.append(
                                outbox.newId(),
                                ShardStart.TYPE,
                                new ShardStart(end).leaf(),
                                outbox.now()))
                .chain(() -> checkpoints.begin(fresh))
                // a certificate from this shard shows its keys from the first leaf on
                .chain(() -> keys.append(fresh.period(), outbox))
                .invoke(() -> LOG.infof("the log goes on as %s", log.origin(fresh.period())))
                .replaceWith(true);
    }

    /**
     * The last state of a shard, from what is public of it and its last leaves.
     *
     * @param from a multiple of a tile's width
     */
    private Checkpoint end(
            Shard shard, Optional<Checkpoint> signed, long from, List<byte[]> leaves) {
        PublicFiles own = files.of(shard.period());
        Map<Tile, byte[]> fresh =
                new Tree(own, from).append(leaves.stream().map(Merkle::leafHash).toList());
        long size = from + leaves.size();
        Tree tree =
                new Tree(
                        (level, index, width) -> {
                            byte[] made = fresh.get(new Tile(level, index, width));
                            return made == null ? own.read(level, index, width) : made;
                        },
                        size);
        Checkpoint end = new Checkpoint(log.origin(shard.period()), size, tree.root());
        // what was read wrong would be committed to for ever
        if (signed.filter(
                        each ->
                                !Merkle.isConsistent(
                                        each.root(),
                                        each.size(),
                                        end.root(),
                                        size,
                                        tree.consistencyProof(each.size())))
                .isPresent()) {
            throw new IllegalStateException(
                    "the log does not extend checkpoint "
                            + signed.get().size()
                            + ": no shard begins");
        }
        return end;
    }
}
