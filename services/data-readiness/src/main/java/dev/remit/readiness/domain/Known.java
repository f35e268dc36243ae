package dev.remit.readiness.domain;

import dev.remit.readiness.domain.Judgement.Verdict;
import java.time.Instant;
import java.util.Optional;

/**
 * All that a judgement stands on.
 *
 * @param charter the one with the request's hash; empty while it is not known here
 * @param halted who has halted what the change is in, and why; empty while nobody has
 */
public record Known(Optional<Charter> charter, Observed observed, Optional<String> halted) {
    /** Nobody has halted anything. */
    public Known(Optional<Charter> charter, Observed observed) {
        this(charter, observed, Optional.empty());
    }

    /** Judges a request; under a halt nothing is looked at and everything waits. */
    public Judgement judge(Request request) {
        return halted.map(why -> Judgement.without(Verdict.HELD, Judgement.HALT + why))
                .orElseGet(() -> Judgement.of(request, charter, observed));
    }

    public Instant now() {
        return observed.now();
    }
}
