package dev.remit.executor.application;

import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.Halts;
import dev.remit.handoff.halt.InForce;
import dev.remit.handoff.loop.Handoffs;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is halted, for executions under way: about a second old at most, since each call to a target
 * asks. While an order waits to be read, as after a restart or behind a backlog, or where it cannot
 * be told, everything is taken for halted.
 */
@Singleton
public class WatchHalts {
    /** A halt holds everywhere within five seconds; one of them is spent here. */
    static final Duration AGE = Duration.ofSeconds(1);

    /** What is known; empty while an order was not read. */
    private final Uni<Optional<InForce>> recent;

    /** When it was last asked for, by the clock that only goes on. */
    private volatile long since = System.nanoTime();

    @Inject
    WatchHalts(Handoffs handoffs, Halts halts, HaltOrders orders) {
        this(handoffs, halts, orders, AGE);
    }

    WatchHalts(Handoffs handoffs, Halts halts, HaltOrders orders, Duration age) {
        this.recent =
                Uni.createFrom()
                        .deferred(() -> {
                            since = System.nanoTime();
                            return orders.areTakenIn();
                        })
                        .chain(taken ->
                                taken
                                        ? handoffs.transact(List.of(), outbox -> halts.inForce())
                                                .map(Optional::of)
                                        : Uni.createFrom().item(Optional.<InForce>empty()))
                        .memoize()
                        .until(() -> System.nanoTime() - since > age.toNanos());
    }

    /** Why nothing may be called for what is in these scopes; empty if it may. */
    Uni<Optional<String>> against(Set<String> scopes) {
        return recent.map(known ->
                known.isEmpty()
                        ? Optional.of("an order to halt or to resume was not read yet")
                        : known.get().over(scopes).map(Halt::words));
    }
}
