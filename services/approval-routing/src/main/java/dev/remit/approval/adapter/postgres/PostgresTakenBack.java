package dev.remit.approval.adapter.postgres;

import dev.remit.approval.application.TakenBack;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A row each; one whose change waits among the dead letters is kept until that is settled. */
@Singleton
class PostgresTakenBack implements TakenBack {
    static final String ADD =
            "insert into taken_back (change_id, message, taken_by, reason)"
                    + " select change_id, message, taken_by, reason"
                    + " from unnest(cast(?1 as uuid[]), cast(?2 as uuid[]), cast(?3 as text[]), cast(?4 as text[]))"
                    + " as early (change_id, message, taken_by, reason)"
                    + " order by change_id on conflict (change_id) do nothing";

    static final String OF =
            "select change_id, message, taken_by, reason from taken_back"
                    + " where change_id = any(cast(?1 as uuid[]))";

    static final String PRUNE =
            "delete from taken_back where exists"
                    + " (select 1 from route where route.change_id = taken_back.change_id)"
                    + " or (taken_at < cast(?1 as timestamptz) - interval '90 days' and not exists"
                    + " (select 1 from handoff_dead_letter where state = 'OPEN'"
                    + " and key = cast(taken_back.change_id as text)))";

    @Override
    public Uni<Void> add(Collection<Early> early) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(ADD)
                                .setParameter(1, ids(early, Early::change))
                                .setParameter(2, ids(early, Early::message))
                                .setParameter(3, texts(early, Early::by))
                                .setParameter(4, texts(early, Early::reason))
                                .executeUpdate())
                .replaceWithVoid();
    }

    @Override
    public Uni<Map<UUID, Early>> of(Collection<UUID> changes) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(OF, Object[].class)
                                .setParameter(1, changes.toArray(UUID[]::new))
                                .getResultList())
                .map(rows ->
                        rows.stream()
                                .map(row ->
                                        new Early(
                                                (UUID) row[0],
                                                (UUID) row[1],
                                                (String) row[2],
                                                (String) row[3]))
                                .collect(
                                        Collectors.toUnmodifiableMap(
                                                Early::change, Function.identity())));
    }

    @Override
    public Uni<Void> prune(Instant now) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(PRUNE)
                                .setParameter(1, now.atOffset(ZoneOffset.UTC))
                                .executeUpdate())
                .replaceWithVoid();
    }

    private static UUID[] ids(Collection<Early> early, Function<Early, UUID> part) {
        return early.stream().map(part).toArray(UUID[]::new);
    }

    private static String[] texts(Collection<Early> early, Function<Early, String> part) {
        return early.stream().map(part).toArray(String[]::new);
    }
}
