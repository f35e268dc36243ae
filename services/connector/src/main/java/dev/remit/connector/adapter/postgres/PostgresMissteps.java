package dev.remit.connector.adapter.postgres;

import dev.remit.connector.application.Missteps;
import dev.remit.connector.domain.TrackRecord.Kind;
import dev.remit.connector.domain.TrackRecord.Misstep;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Missteps as rows. */
@Singleton
class PostgresMissteps implements Missteps {
    @Override
    public Uni<Void> add(Collection<Misstep> missteps) {
        return new Statement(
                        "insert into misstep (change_id, kind, charter, at)"
                                + " select change_id, kind, charter, cast(at as timestamptz)"
                                + " from unnest(cast(?1 as uuid[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]))"
                                + " as seen (change_id, kind, charter, at) order by 1, 2 on conflict do nothing",
                        missteps.stream().map(Misstep::change).toArray(UUID[]::new),
                        missteps.stream().map(each -> each.kind().name()).toArray(String[]::new),
                        missteps.stream().map(Misstep::charter).toArray(String[]::new),
                        missteps.stream().map(each -> each.at().toString()).toArray(String[]::new))
                .execute()
                .replaceWithVoid();
    }

    @Override
    public Uni<List<Misstep>> between(String charter, Instant from, Instant until) {
        return new Statement(
                        "select change_id, kind, charter, at from misstep where charter = ?1"
                                + " and at > cast(?2 as timestamptz) and at <= cast(?3 as timestamptz)",
                        charter,
                        from.atOffset(ZoneOffset.UTC),
                        until.atOffset(ZoneOffset.UTC))
                .rows()
                .map(rows ->
                        rows.stream()
                                .map(row ->
                                        new Misstep(
                                                (UUID) row[0],
                                                Kind.valueOf((String) row[1]),
                                                (String) row[2],
                                                Statement.instant(row[3])))
                                .toList());
    }
}
