package dev.remit.connector.adapter.keycloak;

import dev.remit.connector.adapter.keycloak.KeycloakAdmin.AdminEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keycloak gives an event its time before it commits it: an event may appear after others that are
 * newer. So each read reaches back a little behind the newest event known, now and then further,
 * and what was reported before is left out.
 */
final class LateEvents {
    static final Duration REACH = Duration.ofSeconds(5);
    static final Duration FAR_REACH = Duration.ofMinutes(2);
    static final Duration FAR_EVERY = Duration.ofSeconds(30);

    private final Map<String, Long> reported = new HashMap<>();
    private Instant nextFar = Instant.MIN;

    /**
     * From when on to read.
     *
     * @param position the newest event known, milliseconds since 1970
     */
    synchronized long from(long position, Instant now) {
        boolean far = !now.isBefore(nextFar);
        if (far) {
            nextFar = now.plus(FAR_EVERY);
        }
        return Math.max(0, position - (far ? FAR_REACH : REACH).toMillis());
    }

    /** Those that were not reported by this instance. */
    synchronized List<AdminEvent> unreported(List<AdminEvent> read) {
        return read.stream().filter(event -> !reported.containsKey(event.id())).toList();
    }

    /** Remembers what was reported, for as long as it can be read again. */
    synchronized void report(List<AdminEvent> events, long position) {
        events.forEach(event -> reported.put(event.id(), event.time()));
        reported.values().removeIf(time -> time < position - FAR_REACH.toMillis());
    }
}
