package dev.remit.ledger.application;

import dev.remit.ledger.log.Entry;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * The log's messages, in its order. Whatever the number, each call is one query. What was erased is
 * left out, but for its leaves.
 */
public interface Entries {
    /**
     * Appends in as few statements as keep the database busy, and holds the log until the
     * transaction ends: what another appender stored is visible from here on, and nobody else
     * appends.
     *
     * @return the index of the first
     */
    Uni<Long> append(List<Entry> entries, Instant now);

    /**
     * Appends a leaf that is no message's.
     *
     * @param type {@link dev.remit.ledger.log.OffsetManifest} or {@link
     *     dev.remit.ledger.certificate.SigstoreBundle#LEAF} or {@link
     *     dev.remit.ledger.log.KeyTrust}
     */
    Uni<Void> append(UUID id, String type, byte[] leaf, Instant now);

    /**
     * Holds the log as {@link #append} does, and appends nothing.
     *
     * @return its size
     */
    Uni<Long> hold();

    /** The number of entries. */
    Uni<Long> size();

    /** The handoffs of these changes with an index below {@code before}, oldest first. */
    Uni<List<Entry.Logged>> handoffs(Collection<UUID> changes, long before);

    /** What was observed of these accounts with an index below {@code before}, oldest first. */
    Uni<List<Entry.Logged>> observations(Collection<String> accounts, long before);

    /** The charters published under these names, oldest first. */
    Uni<List<Entry.Logged>> charters(Collection<String> names);

    /** What was decided on drafts of charters of these names, oldest first. */
    Uni<List<Entry.Logged>> charterDecisions(Collection<String> names);

    /** Demotions and promotions under charters of these names, oldest first. */
    Uni<List<Entry.Logged>> demotions(Collection<String> names);

    /** Everything that belongs to a change, oldest first. */
    Uni<List<Entry.Logged>> of(UUID change);

    /** A leaf and its place, without the message. */
    record Placed(long index, byte[] leaf) {}

    /**
     * The leaves of a change, whether their content is there or erased: its handoffs by sequence,
     * then the others.
     */
    Uni<List<Placed>> placed(UUID change);

    /** The leaves with these ids, messages' or not. */
    Uni<List<Placed>> placedAs(Collection<UUID> ids);

    /** Those with these message ids, oldest first. */
    Uni<List<Entry.Logged>> withIds(Collection<UUID> ids);

    /** What was set aside, newest first. */
    Uni<List<Entry.Logged>> setAside(long before, int most);

    /** The leaves from an index to below another, in order. */
    Uni<List<byte[]>> leaves(long from, long to);
}
