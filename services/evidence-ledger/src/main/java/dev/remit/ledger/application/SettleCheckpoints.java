package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A signed checkpoint is settled when it has all that this installation asks for: the cosignatures
 * of a quorum, and a timestamp. It is settled once, with the same bytes ever after; certificates
 * and the public checkpoint are of settled ones. A witness or an authority that does not answer
 * delays them and nothing else.
 */
@Singleton
public class SettleCheckpoints {
    private static final Logger LOG = Logger.getLogger(SettleCheckpoints.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** When the replica that signed a checkpoint has not settled it, another one tries. */
    private static final Duration TAKE_OVER = Duration.ofSeconds(5);

    private final Log log;
    private final Handoffs handoffs;
    private final Entries entries;
    private final Checkpoints checkpoints;
    private final PublicFiles files;
    private final AskWitnesses witnesses;
    private final Timestamps timestamps;
    private final Clock clock;
    private volatile @Nullable String trouble;

    SettleCheckpoints(
            Log log,
            Handoffs handoffs,
            Entries entries,
            Checkpoints checkpoints,
            PublicFiles files,
            AskWitnesses witnesses,
            Timestamps timestamps,
            Clock clock) {
        this.log = log;
        this.handoffs = handoffs;
        this.entries = entries;
        this.checkpoints = checkpoints;
        this.files = files;
        this.witnesses = witnesses;
        this.timestamps = timestamps;
        this.clock = clock;
    }

    /** Whether a checkpoint is settled as soon as it is signed. */
    boolean isAtOnce() {
        return !log.witnesses().asksForWitnesses() && !timestamps.areWanted();
    }

    /** Why the last checkpoint was not settled; empty when it was. */
    public Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /**
     * Settles the last checkpoint.
     *
     * @param signedHere the size of the last one that this replica signed; others are left to the
     *     replica that did, for a while
     * @return whether it was settled now
     * @throws RolledBack if a witness cosigned more than this log ever signed: it was rolled back
     */
    Uni<Boolean> settle(long signedHere) {
        return checkpoints
                .ends()
                .chain(ends -> {
                    Instant now = clock.instant();
                    Optional<Checkpoints.Signed> due =
                            ends.signed()
                                    .filter(each -> each.settled().isEmpty())
                                    .filter(each ->
                                            each.size() == signedHere
                                                    || each.at().plus(TAKE_OVER).isBefore(now));
                    return due.isEmpty()
                            ? Uni.createFrom().item(false)
                            : files.away(() -> gather(due.get(), now)).chain(this::settle);
                });
    }

    /**
     * What a round brought.
     *
     * @param ahead the largest size over all shards that a witness showed, when it is larger
     */
    private record Gathered(Optional<Checkpoints.Signed> settled, long ahead) {}

    private Gathered gather(Checkpoints.Signed signed, Instant now) {
        AskWitnesses.Round round = witnesses.ask(signed.note(), now);
        long ahead = round.ahead() == 0 ? 0 : signed.size() - signed.state().size() + round.ahead();
        if (!round.isWitnessed()) {
            trouble = "size " + signed.size() + " lacks witnesses";
            return new Gathered(Optional.empty(), ahead);
        }
        try {
            Optional<byte[]> token =
                    timestamps.areWanted()
                            ? Optional.of(
                                    timestamps.over(
                                            round.note().getBytes(StandardCharsets.UTF_8),
                                            PATIENCE))
                            : Optional.empty();
            return new Gathered(
                    Optional.of(
                            new Checkpoints.Signed(
                                    signed.size(),
                                    round.note(),
                                    signed.at(),
                                    Optional.of(clock.instant()),
                                    token)),
                    ahead);
        } catch (IllegalStateException e) {
            if (trouble == null) {
                LOG.warnf("size %d has no timestamp: %s", signed.size(), e.getMessage());
            }
            trouble = "size " + signed.size() + " lacks a timestamp: " + e.getMessage();
            return new Gathered(Optional.empty(), ahead);
        }
    }

    private Uni<Boolean> settle(Gathered gathered) {
        if (gathered.ahead() > 0) {
            return entries.size()
                    .map(size -> {
                        if (gathered.ahead() > size) {
                            throw new RolledBack(
                                    "a witness cosigned size "
                                            + gathered.ahead()
                                            + ", the database holds "
                                            + size
                                            + " entries: it was rolled back");
                        }
                        return false;
                    });
        }
        if (gathered.settled().isEmpty()) {
            return Uni.createFrom().item(false);
        }
        trouble = null;
        return handoffs.transact(
                        List.of(), _ -> checkpoints.settle(gathered.settled().orElseThrow()))
                .replaceWith(true);
    }
}
