package dev.remit.connector.adapter.events;

import dev.remit.connector.domain.Occurrence;
import java.util.List;

/** What a post says. */
public sealed interface Told {
    /** It reads; what opens nothing by any charter is left out. */
    record Events(List<Occurrence> occurrences) implements Told {}

    /** It does not read; the fault names the member and the rule, never a value. */
    record Broken(String fault) implements Told {}
}
