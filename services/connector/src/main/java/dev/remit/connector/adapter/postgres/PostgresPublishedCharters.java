package dev.remit.connector.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.connector.adapter.files.CharterFile;
import dev.remit.connector.application.PublishedCharters;
import dev.remit.connector.domain.Charter;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Charters, with their documents as published. */
@Singleton
class PostgresPublishedCharters implements PublishedCharters {
    @Override
    public Charter read(String document) {
        return CharterFile.read(document);
    }

    @Override
    public Uni<Void> add(Document document, UUID draft, Instant now) {
        return new Statement(
                        "insert into charter (name, version, hash, document, draft_id, published_at)"
                                + " values (?1, ?2, ?3, ?4, ?5, cast(?6 as timestamptz))",
                        document.charter().name(),
                        document.charter().version(),
                        document.charter().hash(),
                        document.document(),
                        draft,
                        time(now))
                .execute();
    }

    @Override
    public Uni<List<Charter>> all() {
        return new Statement("select document from charter order by position")
                .values(String.class)
                .map(documents -> documents.stream().map(CharterFile::read).toList());
    }

    @Override
    public Uni<List<Version>> history(String name) {
        return new Statement(
                        "select version, hash, document, published_at, draft_id from charter where name = ?1 order by position",
                        name)
                .rows(row ->
                        new Version(
                                (String) row[0],
                                (String) row[1],
                                (String) row[2],
                                Optional.ofNullable(row[3]).map(Statement::instant),
                                Optional.ofNullable((UUID) row[4])));
    }
}
