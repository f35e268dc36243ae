package dev.remit.connector.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * How much may go wrong before a digital employee is demoted.
 *
 * @param within how long what went wrong counts
 * @param allowed how many there may be of each kind that is counted
 */
public record TrackRecord(Duration within, Map<Kind, Long> allowed) {
    /** What is counted. */
    public enum Kind {
        FAILURES,
        COMPENSATIONS,
        OVERRIDES,
        REFUSED_CLOSURES
    }

    /** Something went wrong with a change in mode OWN; each kind counts once a change. */
    public record Misstep(UUID change, Kind kind, String charter, Instant at) {}

    /**
     * A limit that is passed.
     *
     * @param changes those that were counted, the oldest first
     * @param from after when they were counted
     */
    public record Exceeded(Kind kind, long allowed, List<UUID> changes, Instant from) {
        /** For people. */
        public String words() {
            return changes.size() + " " + kind + ", the charter allows " + allowed;
        }
    }

    /** From when on is counted: the window's beginning, or the last promotion if it is later. */
    public Instant from(Instant now, Optional<Instant> promoted) {
        Instant begin = now.minus(within);
        return promoted.filter(begin::isBefore).orElse(begin);
    }

    /**
     * The first limit that these pass within the time that counts, wherever in them it lies.
     *
     * @param promoted when the counting began anew
     */
    public Optional<Exceeded> exceededBy(List<Misstep> missteps, Optional<Instant> promoted) {
        return missteps.stream()
                .map(Misstep::at)
                .sorted()
                .distinct()
                .flatMap(last -> {
                    Instant from = from(last, promoted);
                    return exceededBy(
                            missteps.stream()
                                    .filter(each -> each.at().isAfter(from))
                                    .filter(each -> !each.at().isAfter(last))
                                    .toList(),
                            from)
                            .stream();
                })
                .findFirst();
    }

    private Optional<Exceeded> exceededBy(List<Misstep> missteps, Instant from) {
        for (Kind kind : Kind.values()) {
            List<UUID> changes =
                    missteps.stream()
                            .filter(each -> each.kind() == kind)
                            .sorted(Comparator.comparing(Misstep::at))
                            .map(Misstep::change)
                            .toList();
            Long most = allowed.get(kind);
            if (most != null && changes.size() > most) {
                return Optional.of(new Exceeded(kind, most, changes, from));
            }
        }
        return Optional.empty();
    }
}
