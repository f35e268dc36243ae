package dev.remit.readiness.domain;

import java.util.Arrays;
import java.util.UUID;

/**
 * A change as it was proposed.
 *
 * @param message the message that proposed it
 * @param kept the whole change, to be handed on unaltered
 */
public record Proposal(Request request, UUID message, byte[] kept) {
    public UUID change() {
        return request.change();
    }

    /** Whether both propose the very same. */
    public boolean says(Proposal other) {
        return Arrays.equals(kept, other.kept);
    }
}
