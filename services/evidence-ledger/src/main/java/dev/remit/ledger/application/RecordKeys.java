package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.log.KeyTrust;
import dev.remit.ledger.log.Shard;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Each key that the services trust, and its end, becomes a leaf of the log, see {@link KeyTrust}:
 * at start, a second after their file changes, and in each shard anew, next to its start. Each
 * once, whichever replica comes first.
 */
@Singleton
public class RecordKeys {
    private static final Logger LOG = Logger.getLogger(RecordKeys.class);

    private final Log log;
    private final Handoffs handoffs;
    private final Entries entries;
    private final Checkpoints checkpoints;

    private record Recorded(TrustedKeys keys, Shard shard) {}

    /** What is all in the shard that is written. */
    private volatile @Nullable Recorded recorded;

    RecordKeys(Log log, Handoffs handoffs, Entries entries, Checkpoints checkpoints) {
        this.log = log;
        this.handoffs = handoffs;
        this.entries = entries;
        this.checkpoints = checkpoints;
    }

    /** Logs what is not logged yet; if that fails, the next call tries again. */
    public Uni<Void> record() {
        return checkpoints
                .shards()
                .map(shards -> new Recorded(log.trusted(), shards.last()))
                .chain(now ->
                        now.equals(recorded)
                                ? Uni.createFrom().voidItem()
                                : handoffs.transact(List.of(), outbox -> append(now.keys(), outbox))
                                        .invoke(shard -> recorded = new Recorded(now.keys(), shard))
                                        .replaceWithVoid())
                .onFailure()
                .invoke(failure -> LOG.warnf("keys wait to be logged: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /** The shard that they are in then. */
    private Uni<Shard> append(TrustedKeys keys, Outbox outbox) {
        // the log first, as everywhere; then nobody else appends the same
        return entries.hold()
                .chain(checkpoints::shards)
                .chain(shards ->
                        append(KeyTrust.of(keys), shards.last().period(), outbox)
                                .replaceWith(shards.last()));
    }

    /** Those that are trusted now, into a shard that begins; who holds the log does it. */
    Uni<Void> append(String period, Outbox outbox) {
        return append(KeyTrust.of(log.trusted()), period, outbox);
    }

    private Uni<Void> append(List<KeyTrust> all, String period, Outbox outbox) {
        Map<UUID, KeyTrust> missing = new LinkedHashMap<>();
        all.forEach(each -> missing.put(each.id(period), each));
        return entries.placedAs(missing.keySet())
                .chain(logged -> {
                    logged.forEach(each ->
                            KeyTrust.parse(each.leaf())
                                    .ifPresent(known -> missing.remove(known.id(period))));
                    return Multi.createFrom()
                            .iterable(missing.entrySet())
                            .onItem()
                            .transformToUniAndConcatenate(each ->
                                    entries.append(
                                            each.getKey(),
                                            KeyTrust.TYPE,
                                            each.getValue().leaf(),
                                            outbox.now()))
                            .onItem()
                            .ignoreAsUni();
                });
    }
}
