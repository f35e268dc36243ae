package dev.remit.ledger.application;

import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.Shards;
import dev.remit.ledger.log.SignedNote;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Optional;

/**
 * The signed states of the log, and its shards; never two states for one size. Sizes and places are
 * counted over all shards, but for those in notes. No state of a shard is there while the last one
 * of the shard before is not settled.
 */
public interface Checkpoints {
    /**
     * A signed state.
     *
     * @param note see {@link dev.remit.ledger.log.SignedNote}; with cosignatures once it is settled
     * @param at when it was signed
     * @param settled when it had all that is asked for: see {@link SettleCheckpoints}
     * @param timestamp a token over the settled note's bytes, where one is asked for
     */
    record Signed(
            long size,
            String note,
            Instant at,
            Optional<Instant> settled,
            Optional<byte[]> timestamp) {
        /** What the note says, unverified: of one shard, counted in it. */
        public Checkpoint state() {
            return Checkpoint.parse(SignedNote.parse(note).text());
        }
    }

    /** The shards. What is asked for later is of these, or of later ones. */
    Uni<Shards> shards();

    /** Begins a shard: the one before ends where it begins. Who begins it holds the log. */
    Uni<Void> begin(Shard shard);

    /** The largest signed and the largest settled. */
    record Ends(Optional<Signed> signed, Optional<Signed> settled) {
        /** The size up to which everything is signed; 0 when nothing is. */
        public long signedSize() {
            return signed.map(Signed::size).orElse(0L);
        }

        /** The size up to which everything is settled; 0 when nothing is. */
        public long settledSize() {
            return settled.map(Signed::size).orElse(0L);
        }
    }

    /** The last settled one that was settled before this time. */
    Uni<Optional<Signed>> lastBefore(Instant time);

    /** What time it is where they are stored. */
    Uni<Instant> time();

    /** Both ends, in one query. */
    Uni<Ends> ends();

    /** The largest settled one. */
    default Uni<Optional<Signed>> last() {
        return ends().map(Ends::settled);
    }

    /** The smallest settled one that covers this leaf, of its shard: always the same one. */
    Uni<Optional<Signed>> covering(long leafIndex);

    /** Makes this transaction the only publisher until it ends; false if another one is. */
    Uni<Boolean> lead();

    /** Waits until this transaction is the only publisher. */
    Uni<Void> awaitLead();

    /** If it is settled, then not before the last one was, whatever a clock says. */
    Uni<Void> add(Signed checkpoint);

    /**
     * Keeps the note and the token of one that is settled now, not before the last one was,
     * whatever a clock says; nothing if it, or a larger one, was settled before.
     */
    Uni<Void> settle(Signed checkpoint);
}
