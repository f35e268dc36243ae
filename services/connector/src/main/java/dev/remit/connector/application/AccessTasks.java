package dev.remit.connector.application;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Access requests, so that they can be asked for as one. In the caller's transaction. */
public interface AccessTasks {
    /** How long a task can be asked for (AuthZEN ARAP, task.expires_at). */
    Duration LIFETIME = Duration.ofDays(90);

    /**
     * One of the things asked for.
     *
     * @param change the change it opened; null when a rule refused it
     * @param code the rule that refused
     * @param asked subject, resource and action in canonical JSON: what an approval is for; null in
     *     what was kept before
     * @param evaluation the denied evaluation that the request answers
     * @param until when the requester wants the access to end, RFC 3339
     */
    record Item(
            String target,
            String action,
            @Nullable UUID change,
            @Nullable String code,
            @Nullable String detail,
            @Nullable String asked,
            @Nullable UUID evaluation,
            @Nullable String until) {}

    /**
     * All things asked for, in their order.
     *
     * @param bulk whether it was asked for as items
     */
    record Task(
            UUID id,
            String proposer,
            Optional<String> principal,
            List<Item> items,
            boolean bulk,
            Instant since) {
        /** From when on nobody is told of it any more. */
        public Instant until() {
            return since.plus(LIFETIME);
        }
    }

    /** Keeps it; keeping it again changes nothing. */
    Uni<Void> add(Task task);

    Uni<Optional<Task>> find(UUID id);

    /** The task that opened this change. */
    Uni<Optional<Task>> of(UUID change);

    /** Forgets those that are over for a day: until then they are said to be over. */
    Uni<Void> prune(Instant now);
}
