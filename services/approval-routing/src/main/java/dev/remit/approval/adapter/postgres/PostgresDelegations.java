package dev.remit.approval.adapter.postgres;

import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;
import static dev.remit.handoff.postgres.Statement.time;

import dev.remit.approval.application.Delegations;
import dev.remit.approval.domain.Delegation;
import dev.remit.handoff.postgres.Statement;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Delegations, a row each; none is ever deleted. */
@Singleton
public class PostgresDelegations implements Delegations {
    private static final String COLUMNS =
            "id, delegator, delegate, charters, since_at, until_at, reason, made_by, made_at, ended_at,"
                    + " delegator_worker, delegate_worker";

    static final String FROM =
            "select "
                    + COLUMNS
                    + " from delegation where delegator = any(cast(?1 as text[]))"
                    + " and since_at <= ?2 and until_at > ?2 and ended_at is null order by id";

    static final String OF =
            "select "
                    + COLUMNS
                    + " from delegation where (delegator = ?1 or delegate = ?1) and until_at > ?2"
                    + " and ended_at is null and id < ?3"
                    + " order by id desc limit ?4";

    static final String ADD =
            "insert into delegation (id, delegator, delegate, charters, since_at, until_at,"
                    + " reason, made_by, made_at, begun, delegator_worker, delegate_worker)"
                    + " values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                    + " cast(?5 as timestamptz) <= cast(?9 as timestamptz),"
                    + " nullif(cast(?10 as text), ''), nullif(cast(?11 as text), ''))";

    static final String WITH_ID = "select " + COLUMNS + " from delegation where id = ?1 for update";

    static final String END =
            "update delegation set ended_by = ?2, ended_at = ?3, begun = true, over = true"
                    + " where id = ?1 and ended_at is null";

    static final String TURNED =
            "update delegation set begun = true, over = until_at <= ?1 where id in"
                    + " (select id from delegation where not over"
                    + " and (until_at <= ?1 or (not begun and since_at <= ?1))"
                    + " order by until_at limit 500 for update skip locked) returning delegator";

    /** After every id. */
    static final UUID LATEST = new UUID(-1, -1);

    @Override
    public Uni<Map<String, List<Delegation>>> from(Collection<String> delegators, Instant now) {
        if (delegators.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        return new Statement(FROM, texts(delegators), time(now))
                .rows()
                .map(rows ->
                        rows.stream()
                                .map(row -> kept(row).delegation())
                                .collect(Collectors.groupingBy(Delegation::from)));
    }

    @Override
    public Uni<List<Kept>> of(String person, Optional<UUID> after, int limit, Instant now) {
        return new Statement(OF, person, time(now), after.orElse(LATEST), (long) limit)
                .rows(PostgresDelegations::kept);
    }

    @Override
    public Uni<Void> add(Kept kept) {
        Delegation delegation = kept.delegation();
        return new Statement(
                        ADD,
                        delegation.id(),
                        delegation.from(),
                        delegation.to(),
                        delegation.charters().stream().sorted().collect(Collectors.joining("\n")),
                        time(delegation.since()),
                        time(delegation.until()),
                        kept.reason(),
                        kept.madeBy(),
                        time(kept.madeAt()),
                        delegation.fromWorker().orElse(""),
                        delegation.toWorker().orElse(""))
                .execute();
    }

    @Override
    public Uni<Optional<Kept>> withId(UUID id) {
        return new Statement(WITH_ID, id)
                .first()
                .map(found -> found.map(PostgresDelegations::kept));
    }

    @Override
    public Uni<Void> end(UUID id, @Nullable String by, Instant now) {
        return new Statement(END, id, by, time(now)).execute();
    }

    @Override
    public Uni<Set<String>> turned(Instant now) {
        return new Statement(TURNED, time(now)).values(String.class).map(Set::copyOf);
    }

    static Kept kept(Object[] row) {
        String charters = (String) row[3];
        return new Kept(
                new Delegation(
                        (UUID) row[0],
                        (String) row[1],
                        (String) row[2],
                        // whatever is kept reads: one that did not would stop the whole account
                        charters.isEmpty()
                                ? Set.of()
                                : Set.copyOf(Arrays.asList(charters.split("\n", -1))),
                        instant(row[4]),
                        instant(row[5]),
                        Optional.ofNullable((String) row[10]),
                        Optional.ofNullable((String) row[11])),
                (String) row[6],
                (String) row[7],
                instant(row[8]),
                Optional.ofNullable(row[9]).map(Statement::instant));
    }
}
