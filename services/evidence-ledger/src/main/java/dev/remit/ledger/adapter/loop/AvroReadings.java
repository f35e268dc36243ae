package dev.remit.ledger.adapter.loop;

import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.ledger.adapter.kafka.Payloads;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.application.Readings;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.log.Entry;
import jakarta.inject.Singleton;

/** Reads messages as the loop decoded them, and as they were logged. */
@Singleton
public class AvroReadings implements Readings {
    @Override
    public Reading of(Received received) {
        return Stories.read(received.envelope(), received.hash(), received.message());
    }

    @Override
    public Reading of(Entry entry) {
        return Stories.read(
                entry.envelope(),
                Merkle.leafHash(entry.sealed()),
                Payloads.decode(entry.envelope(), entry.payload()));
    }

    @Override
    public String words(Entry entry) {
        return Stories.words(Payloads.decode(entry.envelope(), entry.payload()));
    }
}
