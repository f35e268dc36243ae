package dev.remit.connector.adapter.kafka;

import dev.remit.connector.application.Closings;
import dev.remit.connector.application.Proposals;
import dev.remit.connector.domain.TrackRecord;
import dev.remit.handoff.loop.Received;
import dev.remit.wire.v1.ChangeClosed;
import dev.remit.wire.v1.ClosureRefused;
import dev.remit.wire.v1.Mode;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Reads what the ledger decided. */
@Singleton
class KafkaClosings implements Closings {
    /**
     * What is no digital employee's doing: what is given only after the execution, however well it
     * went; whether people approved the charter; and what has not arrived, from whomever.
     */
    private static final Set<String> OF_OTHERS =
            Set.of("grant.ended", "review.closed", "charter", "chain", "handoff.due");

    /** What is missing while something that was granted for a time is in force. */
    private static final String IN_FORCE = "grant.ended";

    @Override
    public Optional<Seen> misstep(Received received) {
        return switch (received.message()) {
            case ChangeClosed closed ->
                    kind(closed)
                            .map(kind ->
                                    new Seen(
                                            closed.getChangeId(),
                                            kind,
                                            closed.getClosedAt(),
                                            closed.getMode() == Mode.ASSIST));
            case ClosureRefused refused ->
                    isMisstep(refused)
                            ? Optional.of(
                                    new Seen(
                                            refused.getChangeId(),
                                            TrackRecord.Kind.REFUSED_CLOSURES,
                                            refused.getDecidedAt(),
                                            refused.getMode() == Mode.ASSIST))
                            : Optional.empty();
            default -> Optional.empty();
        };
    }

    static boolean isMisstep(ClosureRefused refused) {
        return refused.getMissing().stream().anyMatch(each -> !OF_OTHERS.contains(each.getName()));
    }

    private static Optional<TrackRecord.Kind> kind(ChangeClosed closed) {
        return switch (closed.getOutcome()) {
            case FAILED -> Optional.of(TrackRecord.Kind.FAILURES);
            case COMPENSATED -> Optional.of(TrackRecord.Kind.COMPENSATIONS);
            case WITHDRAWN -> Optional.of(TrackRecord.Kind.OVERRIDES);
            // what the executor refuses is nobody's override
            case REFUSED ->
                    closed.getProofs().stream()
                                    .anyMatch(proof -> proof.getName().equals("approval.denied"))
                            ? Optional.of(TrackRecord.Kind.OVERRIDES)
                            : Optional.empty();
            case COMPLETED, HALTED, EXPIRED, UNKNOWN -> Optional.empty();
        };
    }

    @Override
    public Optional<Closing> of(Received received) {
        return received.message() instanceof ChangeClosed closed
                ? Optional.of(
                        new Closing(
                                closed.getChangeId(),
                                new Proposals.End(
                                        closed.getOutcome().name(), closed.getClosedAt())))
                : Optional.empty();
    }

    @Override
    public Optional<UUID> unproved(Received received) {
        return received.message() instanceof ClosureRefused refused
                        && refused.getMode() != null
                        && refused.getMissing().stream()
                                .noneMatch(each -> each.getName().equals(IN_FORCE))
                ? Optional.of(refused.getChangeId())
                : Optional.empty();
    }
}
