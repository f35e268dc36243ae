package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Supplier;

/**
 * Evidence is read only once it is recorded that it is (NIST SP 800-53 AU-12): who cannot be
 * recorded reads nothing.
 */
@Singleton
public class RecordReads {
    private final Handoffs handoffs;
    private final Reads reads;
    private final MeterRegistry meters;

    RecordReads(Handoffs handoffs, Reads reads, MeterRegistry meters) {
        this.handoffs = handoffs;
        this.reads = reads;
        this.meters = meters;
    }

    /** Records the look, then looks. */
    public <T> Uni<T> recorded(String reader, String what, String subject, Supplier<Uni<T>> look) {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                reads.add(
                                        new Reads.Read(
                                                outbox.newId(),
                                                outbox.now(),
                                                reader,
                                                what,
                                                subject)))
                .invoke(() ->
                        meters.counter("remit.ledger.evidence.reads", "what", what).increment())
                .chain(look::get);
    }
}
