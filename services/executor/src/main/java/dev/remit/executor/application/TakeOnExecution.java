package dev.remit.executor.application;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/**
 * A person takes on a plan that a person must execute: from then on the target is read until it is
 * as the plan wants it, and the report names the person.
 */
@Singleton
public class TakeOnExecution {
    /** Whose it is now. */
    public sealed interface Taken {
        /** The one's who asked. */
        record Yours() implements Taken {}

        /** Another's, who came first. */
        record Others() implements Taken {}

        /** It is halted. */
        record Halted(String words) implements Taken {}

        /**
         * They may not: the change could never close.
         *
         * @param reason which part they play already, in words
         */
        record Barred(String rule, String reason) implements Taken {}

        /**
         * Who they are beyond their account cannot be known: they could have a part in the change
         * under another one.
         *
         * @param why in words
         */
        record Stranger(String why) implements Taken {}

        /** Nothing waits for a person. */
        record None() implements Taken {}
    }

    private final Executions executions;
    private final Workers workers;
    private final Clock clock;

    TakeOnExecution(Executions executions, Workers workers, Clock clock) {
        this.executions = executions;
        this.workers = workers;
        this.clock = clock;
    }

    /**
     * Who the person is beyond the account is asked now: the report says it, whatever becomes of
     * the account.
     *
     * @param person immutable id
     * @return fails with {@link Target.Silent} if that cannot be asked now
     */
    public Uni<Taken> takeOn(UUID change, String person) {
        return workers.of(person)
                .chain(known ->
                        switch (known) {
                            case Workers.Known.Person(Optional<String> worker) ->
                                    takeOn(change, person, worker);
                            case Workers.Known.Stranger(String why) ->
                                    Uni.createFrom().item(new Taken.Stranger(why));
                        });
    }

    private Uni<Taken> takeOn(UUID change, String person, Optional<String> worker) {
        return executions
                .find(change)
                .chain(found ->
                        found.flatMap(each -> barred(each, person, worker))
                                .map(each -> Uni.createFrom().item(each))
                                .orElseGet(() -> take(change, person, worker)));
    }

    private static Optional<Taken> barred(
            Executions.Shown execution, String person, Optional<String> worker) {
        return execution.intent().terms().barred().stream()
                .filter(each -> each.is(person, worker))
                .findFirst()
                .map(each -> new Taken.Barred(each.rule(), each.reason()));
    }

    private Uni<Taken> take(UUID change, String person, Optional<String> worker) {
        return executions
                .takeOn(change, person, worker, clock.instant())
                .chain((Optional<String> holder) ->
                        holder.isEmpty()
                                ? executions.find(change).map(TakeOnExecution::why)
                                : Uni.createFrom()
                                        .item(
                                                holder.get().equals(person)
                                                        ? new Taken.Yours()
                                                        : new Taken.Others()));
    }

    private static Taken why(Optional<Executions.Shown> execution) {
        String halted = execution.map(Executions.Shown::halted).orElse(null);
        return halted == null ? new Taken.None() : new Taken.Halted(halted);
    }
}
