package dev.remit.connector.adapter.postgres;

import dev.remit.connector.adapter.files.CharterFile;
import dev.remit.connector.application.PublishedCharters;
import dev.remit.connector.domain.Charter;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Charters, with their documents as published. */
@Singleton
class PostgresPublishedCharters implements PublishedCharters {
    @Override
    public Uni<Set<String>> add(Collection<Document> charters, Instant now) {
        return new Statement(
                        "insert into charter (name, version, hash, document, published_at)"
                                + " select name, version, hash, document, cast(?5 as timestamptz)"
                                + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]))"
                                + " with ordinality as read (name, version, hash, document, place)"
                                + " order by place on conflict do nothing returning hash",
                        column(charters, each -> each.charter().name()),
                        column(charters, each -> each.charter().version()),
                        column(charters, each -> each.charter().hash()),
                        column(charters, Document::document),
                        now.atOffset(ZoneOffset.UTC))
                .values(String.class)
                .map(Set::copyOf);
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
                        "select version, hash, document, published_at from charter where name = ?1 order by position",
                        name)
                .rows()
                .map(rows ->
                        rows.stream()
                                .map(row ->
                                        new Version(
                                                (String) row[0],
                                                (String) row[1],
                                                (String) row[2],
                                                Optional.ofNullable(row[3])
                                                        .map(Statement::instant)))
                                .toList());
    }

    private static String[] column(
            Collection<Document> charters, Function<Document, String> column) {
        return charters.stream().map(column).toArray(String[]::new);
    }
}
