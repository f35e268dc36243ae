package dev.remit.connector.application;

import dev.remit.connector.domain.Draft;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Drafts of charters, open and ended. Each method runs in the caller's transaction. */
public interface CharterDrafts {
    /** Keeps a new one, with what it was approved as and its end if it has them already. */
    Uni<Void> add(Draft draft);

    Uni<Optional<Draft>> find(UUID id);

    /** All of a charter, the newest first. */
    Uni<List<Draft>> of(String charter);

    /** Those that have not ended, then those that have; the newest first, at most so many. */
    Uni<List<Draft>> list(int most);

    /** Those that nobody decided in time. */
    Uni<List<Draft>> overdue(Instant now);

    Uni<Void> approved(UUID draft, Draft.Approval approval);

    Uni<Void> ended(UUID draft, Draft.End end);
}
