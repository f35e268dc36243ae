package dev.remit.approval.adapter.postgres;

import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.application.Charters;
import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.handoff.directory.Charter;
import dev.remit.handoff.directory.Directory;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Published charters. What a hash names never changes, so each is read once. */
@Singleton
public class PostgresCharters implements Charters {
    private static final Logger LOG = Logger.getLogger(PostgresCharters.class);
    private static final Lookup UNKNOWN =
            new Lookup.Missing("the charter of this change is not known here");
    private static final int KEPT = 1000;

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
