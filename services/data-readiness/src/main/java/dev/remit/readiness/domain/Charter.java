package dev.remit.readiness.domain;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What data-readiness needs of a charter.
 *
 * @param systems the systems it may touch
 * @param steps each action with the steps of its plan
 * @param facts what must hold, in the charter's order
 * @param hold how long a change waits for a correction
 */
public record Charter(
        String name,
        String version,
        String hash,
        Set<String> systems,
        Map<String, List<String>> steps,
        List<Required> facts,
        Duration hold) {

    /**
     * A fact that must hold.
     *
     * @param maxAge how old what was read may be
     */
    public record Required(String name, Optional<Duration> maxAge) {}
}
