package dev.remit.ledger.adapter.http;

import dev.remit.handoff.http.LetterReads;
import dev.remit.ledger.application.RecordReads;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.function.Supplier;

/** What the ledger itself set aside is read as any other evidence is. */
@Singleton
class RecordLetterReads implements LetterReads {
    private final RecordReads reads;

    RecordLetterReads(RecordReads reads) {
        this.reads = reads;
    }

    @Override
    public <T> Uni<T> recorded(String reader, UUID letter, Supplier<Uni<T>> look) {
        return reads.recorded(reader, "dead letter", letter.toString(), look);
    }
}
