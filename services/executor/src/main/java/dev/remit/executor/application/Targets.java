package dev.remit.executor.application;

import java.util.Collection;
import java.util.Optional;

/** The systems that this executor works on. */
public interface Targets {
    /** The system of this name; empty if the executor does not work on it. */
    Optional<Target> find(String system);

    /** All of them. */
    Collection<Target> all();
}
