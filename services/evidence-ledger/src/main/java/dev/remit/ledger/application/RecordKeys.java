package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.log.KeyTrust;
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
 * at start, and a second after their file changes. Each once, whichever replica comes first.
 */
@Singleton
public class RecordKeys {
    private static final Logger LOG = Logger.getLogger(RecordKeys.class);

    private final Log log;
    private final Handoffs handoffs;
    private final Entries entries;

    /** What is all in the log. */
    private volatile @Nullable TrustedKeys recorded;

    RecordKeys(Log log, Handoffs handoffs, Entries entries) {
        this.log = log;
        this.handoffs = handoffs;
        this.entries = entries;
    }

    /** Logs what is not logged yet; if that fails, the next call tries again. */
    public Uni<Void> record() {
        TrustedKeys now = log.trusted();
        if (now == recorded) {
            return Uni.createFrom().voidItem();
        }
        return handoffs.transact(List.of(), outbox -> append(KeyTrust.of(now), outbox))
                .invoke(() -> recorded = now)
                .onFailure()
                .invoke(failure -> LOG.warnf("keys wait to be logged: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> append(List<KeyTrust> all, Outbox outbox) {
        Map<UUID, KeyTrust> missing = new LinkedHashMap<>();
        all.forEach(each -> missing.put(each.id(), each));
        // the log first, as everywhere; then nobody else appends the same
        return entries.hold()
                .chain(() -> entries.placedAs(missing.keySet()))
                .chain(logged -> {
                    logged.forEach(each ->
                            KeyTrust.parse(each.leaf())
                                    .ifPresent(known -> missing.remove(known.id())));
                    return Multi.createFrom()
                            .iterable(missing.values())
                            .onItem()
                            .transformToUniAndConcatenate(each ->
                                    entries.append(
                                            each.id(), KeyTrust.TYPE, each.leaf(), outbox.now()))
                            .onItem()
                            .ignoreAsUni();
                });
    }
}
