package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.connector.application.Missteps;
import dev.remit.connector.domain.TrackRecord.Kind;
import dev.remit.connector.domain.TrackRecord.Misstep;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
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
                        ids(missteps, Misstep::change),
                        texts(missteps, each -> each.kind().name()),
                        texts(missteps, Misstep::charter),
                        texts(missteps, each -> each.at().toString()))
                .execute();
    }

    @Override
    public Uni<List<Misstep>> between(String charter, Instant from, Instant until) {
        return new Statement(
                        "select change_id, kind, charter, at from misstep where charter = ?1"
                                + " and at > cast(?2 as timestamptz) and at <= cast(?3 as timestamptz)",
                        charter,
                        time(from),
                        time(until))
                .rows(row ->
                        new Misstep(
                                (UUID) row[0],
                                Kind.valueOf((String) row[1]),
                                (String) row[2],
                                instant(row[3])));
    }
}
