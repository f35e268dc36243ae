package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.adapter.kafka.Observations;
import dev.remit.approval.adapter.kafka.Observations.Told;
import dev.remit.approval.domain.EntitlementFact;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What systems say of their groups and roles, a row a system, as it was said last. */
@Singleton
class PostgresEntitlements {
    /** Takes it in, and tells of which systems something else is said than before. */
    static final String PUT =
            "with told as (select system, entitlements, cast(read_at as timestamptz) as read_at"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[])) as row (system, entitlements, read_at)),"
                    + " other as (select told.system from told left join source_entitlements before on before.system = told.system"
                    + " where before.entitlements is distinct from told.entitlements),"
                    + " put as (insert into source_entitlements as known (system, entitlements, read_at)"
                    + " select system, entitlements, read_at from told"
                    + " on conflict (system) do update set entitlements = excluded.entitlements, read_at = excluded.read_at"
                    + " where known.read_at < excluded.read_at returning system)"
                    + " select put.system from put where put.system in (select system from other)";

    static final String ALL = "select system, entitlements, read_at from source_entitlements";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Kept>> READ = new TypeReference<>() {};

    private record Kept(Set<String> gives, @Nullable String owner) {}

    private record Parsed(String text, Instant at, Map<String, EntitlementFact> facts) {}

    private final Map<String, Parsed> parsed = new ConcurrentHashMap<>();

    /**
     * Takes in what sources say; what was said earlier overwrites nothing.
     *
     * @return the systems that say something else now
     */
    Uni<Set<String>> take(List<Received> batch) {
        List<Told> rows = List.copyOf(Observations.told(batch));
        return rows.isEmpty()
                ? Uni.createFrom().item(Set.of())
                : new Statement(
                                PUT,
                                texts(rows, Told::system),
                                texts(rows, each -> text(each.entitlements())),
                                texts(rows, each -> each.at().toString()))
                        .values(String.class)
                        .map(Set::copyOf);
    }

    Uni<Map<String, Map<String, EntitlementFact>>> all() {
        return new Statement(ALL)
                .rows()
                .map(rows -> {
                    Map<String, Map<String, EntitlementFact>> all = new HashMap<>();
                    rows.forEach(row ->
                            all.put(
                                    (String) row[0],
                                    read((String) row[0], (String) row[1], instant(row[2]))));
                    return all;
                });
    }

    private Map<String, EntitlementFact> read(String system, String text, Instant at) {
        return parsed.compute(
                        system,
                        (_, before) ->
                                before != null
                                                && before.at().equals(at)
                                                && before.text().equals(text)
                                        ? before
                                        : new Parsed(text, at, parse(text, at)))
                .facts();
    }

    static Map<String, EntitlementFact> parse(String text, Instant at) {
        try {
            Map<String, EntitlementFact> facts = new HashMap<>();
            JSON.readValue(text, READ)
                    .forEach((name, kept) ->
                            facts.put(
                                    name,
                                    new EntitlementFact(
                                            Set.copyOf(kept.gives()),
                                            Optional.ofNullable(kept.owner()),
                                            Optional.of(at))));
            return Map.copyOf(facts);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was written here does not read", e);
        }
    }

    private static String text(Map<String, EntitlementFact> facts) {
        Map<String, Kept> kept = new TreeMap<>();
        facts.forEach((name, fact) ->
                kept.put(name, new Kept(new TreeSet<>(fact.gives()), fact.owner().orElse(null))));
        return Rows.text(kept);
    }
}
