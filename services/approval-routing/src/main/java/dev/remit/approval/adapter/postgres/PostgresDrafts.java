package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.application.Drafts;
import dev.remit.approval.application.Readings.Draft;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Open drafts, a row each; ids are kept as lines. One that ended is looked at never, which is how
 * it is told apart.
 */
@Singleton
class PostgresDrafts implements Drafts {
    static final String ADD =
            "insert into open_draft (draft_id, drafter, owner, second, until_at)"
                    + " select cast(draft_id as uuid), drafter, nullif(owner, ''), second = 'true', cast(until_at as timestamptz)"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]), cast(?5 as text[]))"
                    + " as row (draft_id, drafter, owner, second, until_at) on conflict do nothing";

    static final String DUE =
            "with over as (delete from open_draft where until_at <= cast(?2 as timestamptz))"
                    + " select draft_id, drafter, owner, second, until_at, told from open_draft"
                    + " where until_at > cast(?2 as timestamptz) and looked_at < cast(?1 as timestamptz)"
                    + " order by looked_at, draft_id limit ?3 for update skip locked";

    static final String LOOKED =
            "update open_draft set told = row.told, looked_at = cast(?3 as timestamptz)"
                    + " from unnest(cast(?1 as text[]), cast(?2 as text[])) as row (draft_id, told)"
                    + " where open_draft.draft_id = cast(row.draft_id as uuid)";

    /**
     * A draft and its end come by different ways, and the end may come first: it stays, so that
     * nobody is told of a draft that is over. It goes with the draft's own time, or a year later.
     */
    static final String END =
            "insert into open_draft (draft_id, drafter, second, until_at, looked_at)"
                    + " select draft_id, '', false, now() + interval '1 year', 'infinity'"
                    + " from unnest(cast(?1 as uuid[])) as ended (draft_id) order by draft_id"
                    + " on conflict (draft_id) do update set drafter = '', owner = null, told = '', looked_at = 'infinity'";

    @Override
    public Uni<Void> add(Collection<Draft> drafts) {
        return new Statement(
                        ADD,
                        texts(drafts, each -> each.id().toString()),
                        texts(drafts, each -> lines(each.drafter())),
                        texts(drafts, each -> each.owner().orElse("")),
                        texts(drafts, each -> String.valueOf(each.second())),
                        texts(drafts, each -> each.until().toString()))
                .execute();
    }

    @Override
    public Uni<List<Open>> due(Instant since, Instant now, int atMost) {
        return new Statement(DUE, time(since), time(now), (long) atMost).rows(PostgresDrafts::open);
    }

    @Override
    public Uni<Void> looked(Map<UUID, Set<String>> told, Instant now) {
        List<Map.Entry<UUID, Set<String>>> all = List.copyOf(told.entrySet());
        return new Statement(
                        LOOKED,
                        texts(all, each -> each.getKey().toString()),
                        texts(all, each -> lines(each.getValue())),
                        time(now))
                .execute();
    }

    @Override
    public Uni<Void> end(Collection<UUID> drafts) {
        return new Statement(END, Statement.ids(drafts)).execute();
    }

    private static Open open(Object[] row) {
        return new Open(
                new Draft(
                        (UUID) row[0],
                        ids((String) row[1]),
                        Optional.ofNullable((String) row[2]),
                        (Boolean) row[3],
                        instant(row[4])),
                ids((String) row[5]));
    }

    private static String lines(Set<String> ids) {
        return ids.stream().sorted().collect(Collectors.joining("\n"));
    }

    private static Set<String> ids(String lines) {
        return lines.lines().collect(Collectors.toUnmodifiableSet());
    }
}
