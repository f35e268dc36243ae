package dev.remit.ledger.adapter.postgres;

import dev.remit.ledger.application.Reads;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Looks in the table {@code evidence_read}, which is only added to. */
@Singleton
public class PostgresReads implements Reads {
    private static final Instant END = Instant.parse("9999-12-31T23:59:59Z");

    @Override
    public Uni<Void> add(Read read) {
        ReadRow row = new ReadRow();
        row.id = read.id();
        row.at = read.at();
        row.reader = read.reader();
        row.what = read.what();
        row.subject = read.subject();
        return Panache.withSession(row::persistAndFlush).replaceWithVoid();
    }

    @Override
    public Uni<List<Read>> newest(Optional<Instant> before, int most) {
        return Panache.withSession(() ->
                ReadRow.<ReadRow>find("at < ?1 order by at desc, id desc", before.orElse(END))
                        .range(0, most - 1)
                        .list()
                        .map(rows ->
                                rows.stream()
                                        .map(row ->
                                                new Read(
                                                        row.id,
                                                        row.at,
                                                        row.reader,
                                                        row.what,
                                                        row.subject))
                                        .toList()));
    }
}
