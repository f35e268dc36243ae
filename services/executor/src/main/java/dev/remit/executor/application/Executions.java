package dev.remit.executor.application;

import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Next;
import dev.remit.executor.domain.Report;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The authorizations that arrived and how far their execution is. Each call is one statement,
 * whatever the number of executions. {@code store}, {@code lease}, {@code begin} and {@code settle}
 * belong in a transaction of {@link dev.remit.handoff.loop.Handoffs} or the loop; the others make
 * their own.
 *
 * <p>A lease makes one instance work on an execution. It carries a number that grows with each
 * lease: who was overtaken can neither prolong nor settle.
 */
public interface Executions {
    /** Executions that are worked off together. */
    sealed interface Lot {
        /** Those on one system. */
        record On(String system) implements Lot {}

        /** Those that nobody has begun and whose authorization has ended. */
        record Expired() implements Lot {}

        /** Those on systems that are not among these. */
        record Elsewhere(Set<String> systems) implements Lot {}
    }

    /**
     * A lease.
     *
     * @param number how often the execution was leased
     * @param interrupted whether an earlier attempt may have touched the account
     * @param startedAt when the execution was taken up
     * @param person immutable id of who has taken it on, where a person executes
     * @param worker that person's HR worker id, where it is known
     * @param ends when what the plan granted was to be taken away: that is what it is leased for
     * @param early who ended it before its time, and why, in words
     * @param begun names of the steps that were yet to be done when the first call was made; empty
     *     if no call was, or the plan takes nothing back
     * @param undo what is to be taken back, if it failed for good
     */
    record Leased(
            Intent intent,
            int number,
            boolean interrupted,
            Instant startedAt,
            Optional<String> person,
            Optional<String> worker,
            Optional<Instant> ends,
            Optional<String> early,
            Optional<Set<String>> begun,
            Optional<Undo> undo) {}

    /**
     * What is to be taken back.
     *
     * @param failed what would have been reported otherwise
     * @param steps names
     */
    record Undo(Report failed, Set<String> steps) {}

    /**
     * What became of a lease.
     *
     * @param ends when it is to be leased once more, to take away what was granted
     */
    record Settlement(UUID authorization, int number, Next.Last last, Optional<Instant> ends) {}

    /**
     * What was granted for a time and not taken away yet.
     *
     * @param overdue those whose time is over, by more than a minute
     */
    record Grants(long active, long overdue) {}

    /**
     * An execution as it is shown.
     *
     * @param halted who has halted what it is in, and why
     */
    record Shown(
            UUID change,
            UUID authorization,
            String state,
            String planHash,
            @Nullable Instant startedAt,
            Instant expiresAt,
            @Nullable String outcome,
            @Nullable String reason,
            boolean assisted,
            @Nullable String person,
            @Nullable String halted,
            Intent intent) {}

    /**
     * Stores intents; one whose authorization is known is left as it is. One that {@linkplain
     * Intent#hasToWait has to wait} is not leased before its authorization begins.
     */
    Uni<Void> store(Collection<Intent> intents);

    /** Which of these lots have something to lease now. */
    Uni<Set<Lot>> due(Collection<Lot> lots, Instant now);

    /**
     * Leases at most so many of a lot, those that end soonest first, and none that another instance
     * works on.
     */
    Uni<List<Leased>> lease(Lot lot, int most, Duration lease, Instant now);

    /**
     * Keeps what is about to be done, before the first call; what is kept already stays.
     *
     * @param number of the lease
     * @param steps names
     * @return whether the lease is still held
     */
    Uni<Boolean> begin(UUID authorization, int number, Set<String> steps);

    /** Prolongs leases; returns the authorizations whose lease is still held and now longer. */
    Uni<Set<UUID>> prolong(Collection<Leased> leases, Duration lease);

    /**
     * Settles what the number still fits and nobody settled before. What ended is done for ever,
     * unless something is to be taken away: then it is free again at that time, and once more done.
     * What waits is free again after the pause, what is to be taken back at once.
     *
     * @return the authorizations that were settled by this very call
     */
    Uni<Set<UUID>> settle(Collection<Settlement> settlements, Duration pause);

    /**
     * A person takes on an execution that waits for one; who came first stays.
     *
     * @param worker the person's HR worker id, where it is known
     * @return who has it now; empty if the change has none that waits for a person, or it is halted
     */
    Uni<Optional<String>> takeOn(UUID change, String person, Optional<String> worker, Instant now);

    /**
     * What was granted for a time and not taken away yet.
     *
     * @param account immutable id of the account that holds it
     * @param owners immutable ids of those whose change it is
     */
    record Granted(UUID authorization, String account, Set<String> owners) {}

    /** What is granted for a time under this change; empty if nothing is, or not any more. */
    Uni<Optional<Granted>> granted(UUID change);

    /**
     * What was granted is to be taken away now.
     *
     * @param why by whom and why, in words; of two who end it, the first one's
     * @return whether this call has ended it; if not, its time was over
     */
    Uni<Boolean> endEarly(UUID authorization, String why);

    /** What is granted for a time. */
    Uni<Grants> grants(Instant now);

    /** The execution of a change; if there are several, the one that ends last. */
    Uni<Optional<Shown>> find(UUID change);
}
