package dev.remit.ledger.domain;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How long the evidence of closed changes is kept: as their charter says, and 400 days at least
 * (NIST SP 800-53 AU-11) unless a reason is recorded.
 *
 * @param installation as long at least, whatever a charter says; also where a charter says nothing
 * @param reason why less than 400 days may do; every erasure that rests on it states it
 */
public record Retention(Optional<Duration> installation, Optional<String> reason) {
    /** What is kept at least without a reason. */
    public static final Duration LEAST = Duration.ofDays(400);

    public Retention {
        if (reason.isEmpty() && installation.filter(Retention::isShort).isPresent()) {
            throw new IllegalArgumentException(
                    "remit.ledger.retention: shorter than "
                            + LEAST.toDays()
                            + " days, and remit.ledger.retention-reason gives no reason");
        }
    }

    /**
     * How long what happened under a charter is kept after its closure; empty: for ever, since
     * nobody said how long.
     *
     * @param charter what the charter says
     */
    public Optional<Duration> of(Optional<Duration> charter) {
        return Stream.concat(charter.stream(), installation.stream())
                .max(Comparator.naturalOrder())
                .map(each -> isShort(each) && reason.isEmpty() ? LEAST : each);
    }

    /** Why something is erased when its time is over. */
    public String words(Duration kept) {
        return "retention of "
                + kept.toDays()
                + " days is over"
                + (isShort(kept) ? "; shorter than usual because: " + reason.orElse("") : "");
    }

    private static boolean isShort(Duration duration) {
        return duration.compareTo(LEAST) < 0;
    }
}
