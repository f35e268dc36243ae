package dev.remit.connector.adapter.postgres;

import dev.remit.connector.adapter.files.CharterFile;
import dev.remit.connector.application.PublishedCharters;
import dev.remit.connector.domain.Charter;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Charters, with their documents as published. */
@Singleton
class PostgresPublishedCharters implements PublishedCharters {
    @Override
    public Uni<Set<String>> add(Collection<Document> charters) {
        return new Statement(
                        "insert into charter (name, version, hash, document)"
                                + " select name, version, hash, document"
                                + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]))"
                                + " with ordinality as read (name, version, hash, document, place)"
                                + " order by place on conflict do nothing returning hash",
                        column(charters, each -> each.charter().name()),
                        column(charters, each -> each.charter().version()),
                        column(charters, each -> each.charter().hash()),
                        column(charters, Document::document))
                .values(String.class)
                .map(Set::copyOf);
    }

    @Override
    public Uni<List<Charter>> all() {
        return new Statement("select document from charter order by position")
                .values(String.class)
                .map(documents -> documents.stream().map(CharterFile::read).toList());
    }

    private static String[] column(
            Collection<Document> charters, Function<Document, String> column) {
        return charters.stream().map(column).toArray(String[]::new);
    }
}
