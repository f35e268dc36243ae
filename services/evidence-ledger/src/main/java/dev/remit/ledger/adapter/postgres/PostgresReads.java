package dev.remit.ledger.adapter.postgres;

import dev.remit.ledger.application.Reads;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Looks in the table {@code evidence_read}, which is only added to. */
@Singleton
public class PostgresReads implements Reads {
    private static final Place END =
            new Place(Instant.parse("9999-12-31T23:59:59Z"), new UUID(0, 0));

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
    public Uni<List<Read>> newest(Optional<Place> before, int most) {
        Place end = before.orElse(END);
        return Panache.withSession(() ->
                ReadRow.<ReadRow>find(
                                "at < ?1 or at = ?1 and id < ?2 order by at desc, id desc",
                                end.at(),
                                end.id())
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
