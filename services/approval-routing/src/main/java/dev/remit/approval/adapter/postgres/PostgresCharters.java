package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.texts;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.application.Charters;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.handoff.directory.Charter;
import dev.remit.handoff.directory.Directory;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Published charters. What a hash names never changes, so each is read once. */
@Singleton
public class PostgresCharters implements Charters {
    private static final Logger LOG = Logger.getLogger(PostgresCharters.class);
    private static final Lookup UNKNOWN =
            new Lookup.Missing("the charter of this change is not known here");
    private static final int KEPT = 1000;

    /**
     * The last one told of a name takes the place of those before it; what comes late does not, and
     * beside one that begins later those before it stay until the next one.
     */
    static final String SUCCEED =
            """
            with told as (
              select told.name, told.hash, cast(told.at as timestamptz) as at, told.later = 'true' as later
              from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]))
                as told (name, hash, at, later)
              join directory_charter c on c.hash = told.hash and c.name = told.name),
            last as (select distinct on (name) * from told where not later order by name, at desc),
            newer as (
              select * from (
                select * from last
                union all
                select * from told where later
                  and not exists (select 1 from last where last.name = told.name and last.at >= told.at)) as one
              where not exists (
                select 1 from charter_in_force f where f.name = one.name and f.published_at >= one.at)),
            gone as (
              delete from charter_in_force f using newer
              where f.name = newer.name and not newer.later
                and not exists (select 1 from newer kept where kept.hash = f.hash)
              returning f.hash),
            put as (
              insert into charter_in_force (hash, name, published_at) select distinct on (hash) hash, name, at
              from newer order by hash, at desc
              on conflict (hash) do update set published_at = excluded.published_at)
            select hash from gone\
            """;

    private final Directory directory;
    private final Map<String, Lookup> read = new ConcurrentHashMap<>();

    PostgresCharters(Directory directory) {
        this.directory = directory;
    }

    @Override
    public Uni<Map<String, Lookup>> withHashes(Set<String> hashes) {
        Map<String, Lookup> found = new HashMap<>();
        return Multi.createFrom()
                .iterable(hashes)
                .onItem()
                .transformToUniAndConcatenate(
                        hash -> withHash(hash).invoke(lookup -> found.put(hash, lookup)))
                .collect()
                .asList()
                .replaceWith(found);
    }

    @Override
    public Uni<Collection<Lookup>> published() {
        return new Statement("select hash from charter_in_force")
                .values(String.class)
                .chain(hashes -> withHashes(Set.copyOf(hashes)))
                .map(Map::values);
    }

    @Override
    public Uni<Collection<Lookup>> replace(List<Published> versions) {
        return versions.isEmpty()
                ? Uni.createFrom().item(List.of())
                : withHashes(versions.stream().map(Published::hash).collect(Collectors.toSet()))
                        .chain(found -> succeed(versions, found))
                        .chain(hashes -> withHashes(Set.copyOf(hashes)))
                        .map(Map::values);
    }

    private static Uni<List<String>> succeed(List<Published> versions, Map<String, Lookup> found) {
        return new Statement(
                        SUCCEED,
                        texts(versions, Published::name),
                        texts(versions, Published::hash),
                        texts(versions, each -> each.at().toString()),
                        texts(
                                versions,
                                each -> String.valueOf(beginsLater(each, found.get(each.hash())))))
                .values(String.class);
    }

    private static boolean beginsLater(Published version, @Nullable Lookup lookup) {
        return lookup instanceof Lookup.Found(var charter)
                && charter.from().filter(version.at()::isBefore).isPresent();
    }

    private Uni<Lookup> withHash(String hash) {
        Lookup known = read.get(hash);
        if (known != null) {
            return Uni.createFrom().item(known);
        }
        return directory.charter(hash).map(published -> published.map(this::keep).orElse(UNKNOWN));
    }

    private Lookup keep(Charter published) {
        if (read.size() >= KEPT) {
            read.clear();
        }
        return read.computeIfAbsent(published.hash(), _ -> lookup(published));
    }

    private static Lookup lookup(Charter published) {
        try {
            return new Lookup.Found(JsonCharter.read(published.document()));
        } catch (IllegalArgumentException e) {
            LOG.errorf(
                    "charter %s %s does not read: %s",
                    published.name(), published.version(), e.getMessage());
            return new Lookup.Missing(
                    "the charter of this change does not read here: " + e.getMessage());
        }
    }
}
