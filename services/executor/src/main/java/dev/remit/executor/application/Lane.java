package dev.remit.executor.application;

import dev.remit.executor.application.Executions.Lot;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The room that one lot of executions has on this instance, so that no target takes another's. It
 * narrows while the target fails, down to one at a time with pauses in between, and widens again
 * with each answer. Counts only; safe for threads.
 */
final class Lane {
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /**
     * What to lease.
     *
     * @param after changes whose transaction must have ended before
     */
    record Request(int room, Set<UUID> after) {}

    private final Lot lot;
    private final int widest;
    private final int unreported;
    private final Set<UUID> after = new HashSet<>();
    private int width;
    private int performing;
    private int held;
    private boolean leasing;
    private boolean expecting;
    private Instant pausedUntil = Instant.MIN;
    private Duration pause = SHORTEST_PAUSE;
    private @Nullable String trouble;

    /**
     * An empty lane.
     *
     * @param widest how many may be performed at the same time
     * @param unreported how many more may wait for their report to be committed
     */
    Lane(Lot lot, int widest, int unreported) {
        this.lot = lot;
        this.widest = widest;
        this.unreported = unreported;
        this.width = widest;
    }

    Lot lot() {
        return lot;
    }

    /** There may be something to lease, once the transactions on these changes have ended. */
    synchronized void expect(Collection<UUID> changes) {
        expecting = true;
        after.addAll(changes);
    }

    /** What to lease now; empty when there is no room, no hope, or a lease is under way. */
    synchronized Optional<Request> request(Instant now) {
        int room = Math.min(width - performing, widest + unreported - held);
        if (!expecting || leasing || room <= 0 || now.isBefore(pausedUntil)) {
            return Optional.empty();
        }
        expecting = false;
        leasing = true;
        Request request = new Request(room, Set.copyOf(after));
        after.clear();
        return Optional.of(request);
    }

    /** A request was answered; a full answer means that there may be more. */
    synchronized void leased(int count, Request request) {
        leasing = false;
        performing += count;
        held += count;
        expecting |= count == request.room();
    }

    /** A request failed; the next sweep tries again. */
    synchronized void notLeased(Request request) {
        leasing = false;
        expect(request.after());
    }

    /** An attempt is over, whatever came of it. */
    synchronized void performed() {
        performing--;
    }

    /** What an attempt led to is committed, or given up. */
    synchronized void reported() {
        held--;
    }

    /** Whether half of the room is free: worth a request before the reports are committed. */
    synchronized boolean isHalfEmpty() {
        return performing <= width / 2;
    }

    /** The target answered. */
    synchronized void answered() {
        width = Math.min(widest, width + 1);
        pause = SHORTEST_PAUSE;
        pausedUntil = Instant.MIN;
        trouble = null;
    }

    /** The target did not answer. */
    synchronized void silent(String reason, Instant now) {
        trouble = reason;
        if (width > 1) {
            width /= 2;
        } else if (!now.isBefore(pausedUntil)) {
            pausedUntil = now.plus(pause);
            Duration longer = pause.multipliedBy(2);
            pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
        }
    }

    /** Whether it takes a question to know that the target answers again. */
    synchronized boolean isStuck(Instant now) {
        return trouble != null && performing == 0 && !now.isBefore(pausedUntil);
    }

    /** Why the target does not answer; empty while it does. */
    synchronized Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** How many executions this instance holds. */
    synchronized int held() {
        return held;
    }
}
