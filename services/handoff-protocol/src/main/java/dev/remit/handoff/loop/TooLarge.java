package dev.remit.handoff.loop;

import dev.remit.handoff.Handoff;

/** A message is larger than the broker takes: the transaction that would send it is rolled back. */
public final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLarge(Handoff handoff, int bytes) {
        super(
                "%s would have %d bytes, a message has %d at most"
                        .formatted(handoff.recordName(), bytes, Wire.MOST_BYTES));
    }
}
