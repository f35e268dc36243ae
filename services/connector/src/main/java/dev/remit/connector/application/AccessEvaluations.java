package dev.remit.connector.application;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Denials that may be answered with an access request. In the caller's transaction. */
public interface AccessEvaluations {
    /**
     * A denied evaluation.
     *
     * @param requester who asked, and who answers for them; nobody else can request by it
     * @param asked what was asked, as {@link AccessTasks.Item#asked} says it
     * @param until from then on nothing can be requested by it
     */
    record Evaluation(UUID id, String requester, String asked, Instant at, Instant until) {
        /** The same by this id. */
        public Evaluation as(UUID other) {
            return new Evaluation(other, requester, asked, at, until);
        }
    }

    /**
     * Keeps it. Where this requester was denied the same and that is still kept, that one holds on
     * as long as this would: asking again and again leaves one.
     *
     * @return as it is kept
     */
    Uni<Evaluation> add(Evaluation evaluation);

    /** Those of these that are kept. */
    Uni<List<Evaluation>> find(Collection<UUID> ids);

    /** Forgets those that are over for a day: until then they are said to be over. */
    Uni<Void> prune(Instant now);
}
