package dev.remit.executor.application;

import dev.remit.executor.domain.Plan;
import java.util.Optional;

/** Plans as they are written. */
public interface Plans {
    /** The plan in these bytes; empty if any step or field of it is not known. */
    Optional<Plan> read(byte[] bytes);
}
