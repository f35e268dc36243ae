package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.ids;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.application.TakenBack;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
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
        return new Statement(
                        ADD,
                        ids(early, Early::change),
                        ids(early, Early::message),
                        texts(early, Early::by),
                        texts(early, Early::reason))
                .execute();
    }

    @Override
    public Uni<Map<UUID, Early>> of(Collection<UUID> changes) {
        return new Statement(OF, ids(changes))
                .rows()
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
        return new Statement(PRUNE, time(now)).execute();
    }
}
