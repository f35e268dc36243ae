package dev.remit.approval.application;

import dev.remit.approval.domain.Concern;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What changed in the directory, until every open route that it concerns was looked at again. Each
 * method runs in the caller's transaction.
 */
public interface News {
    /**
     * Some of the changes that a piece of news concerns.
     *
     * @param changes at most the limit asked for
     * @param through when the stage of the last of them opened
     * @param last whether there are no more after these
     */
    record Page(long news, List<UUID> changes, Instant through, boolean last) {}

    /** Keeps that there is news about these. */
    Uni<Void> add(Set<Concern> concerns);

    /**
     * The next changes to be looked at again, to be locked and loaded; no other replica gets the
     * same news until the transaction ends. News waits until every transaction that may have read
     * the directory as it was before has ended.
     */
    Uni<Optional<Page>> next(int limit);

    /** These were looked at. */
    Uni<Void> done(Page page);
}
