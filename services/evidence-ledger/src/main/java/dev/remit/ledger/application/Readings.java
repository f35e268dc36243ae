package dev.remit.ledger.application;

import dev.remit.handoff.loop.Received;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.log.Entry;

/** What messages mean. */
public interface Readings {
    /** What a received message means. */
    Reading of(Received received);

    /** What a logged message means; it was verified before it was logged. */
    Reading of(Entry entry);

    /** What a logged message says, in plain words. */
    String words(Entry entry);
}
