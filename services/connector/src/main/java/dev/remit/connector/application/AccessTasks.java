package dev.remit.connector.application;

import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Bulk access requests, so that they can be asked for as one. In the caller's transaction. */
public interface AccessTasks {
    /**
     * One of the things asked for.
     *
     * @param change the change it opened; null when a rule refused it
     * @param code the rule that refused
     */
    record Item(
            String target,
            String action,
            @Nullable UUID change,
            @Nullable String code,
            @Nullable String detail) {}

    /** All things asked for, in their order. */
    record Task(UUID id, String proposer, Optional<String> principal, List<Item> items) {}

    /** Keeps it; keeping it again changes nothing. */
    Uni<Void> add(Task task, Instant now);

    Uni<Optional<Task>> find(UUID id);

    /** Forgets those all of whose changes ended a day ago. */
    Uni<Void> prune(Instant now);
}
