package dev.remit.connector.application;

import java.util.Optional;

/** Whom resources belong to, for events that name a resource but nobody. */
public interface Owners {
    /** The owner of what a source names so, in the ids of the source's subjects. */
    Optional<String> of(String source, String resource);
}
