package dev.remit.handoff.directory;

import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.wire.v1.AccountFacts;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.GroupFact;
import dev.remit.wire.v1.IdentityObserved;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jboss.logging.Logger;

/**
 * Accounts, sources and charters as observed, kept in the service's own database (tables of {@code
 * db/directory}). Each method runs in the caller's transaction. What was observed earlier never
 * overwrites what was observed later.
 */
@Singleton
public class Directory {
    private static final Logger LOG = Logger.getLogger(Directory.class);
    private static final String COLUMNS =
            "system, id, enabled, worker_id, manager_worker_id, array_to_string(group_ids, chr(10)),"
                    + " array_to_string(group_paths, chr(10)), array_to_string(roles, chr(10)), label, observed_at";

    /** Takes in the observations and charters of a batch; other messages are passed over. */
    public Uni<Void> take(List<Received> batch) {
        return Multi.createFrom()
                .iterable(batch)
                .onItem()
                .transformToUniAndConcatenate(received ->
                        switch (received.message()) {
                            case IdentityObserved observed -> take(observed);
                            case CharterPublished published -> take(published);
                            default -> Uni.createFrom().voidItem();
                        })
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** Whether a batch holds anything that can change what this directory says. */
    public static boolean concerns(Received received) {
        return switch (received.message()) {
            case IdentityObserved observed ->
                    switch (observed.getKind()) {
                        case SNAPSHOT, REMOVED, SOURCE_SYNCED -> true;
                        case WORKER_EVENT, ACTIVITY, UNKNOWN -> false;
                    };
            case CharterPublished published -> true;
            default -> false;
        };
    }

    /** The accounts of a system that are correlated with these workers. */
    public Uni<List<Account>> ofWorkers(String system, Collection<String> workerIds) {
        return accounts(
                "worker_id = any(cast(?2 as text[]))", system, workerIds.toArray(String[]::new));
    }

    /** The accounts of a system with these immutable ids. */
    public Uni<List<Account>> withIds(String system, Collection<String> ids) {
        return accounts("id = any(cast(?2 as text[]))", system, ids.toArray(String[]::new));
    }

    /** The accounts of a system that are direct members of this group. */
    public Uni<List<Account>> membersOf(String system, String groupPath) {
        return accounts("group_paths @> cast(?2 as text[])", system, new String[] {groupPath});
    }

    /** When a system was last read completely. */
    public Uni<Optional<Instant>> readAt(String system) {
        return session()
                .chain(session ->
                        session.createNativeQuery(
                                        "select read_at from directory_source where system = ?1",
                                        Object.class)
                                .setParameter(1, system)
                                .getSingleResultOrNull())
                .map(time -> Optional.ofNullable(time).map(Directory::instant));
    }

    /** The charter with this hash, if it was published. */
    public Uni<Optional<Charter>> charter(String hash) {
        return session()
                .chain(session ->
                        session.createNativeQuery(
                                        "select name, version, hash, document from directory_charter where hash = ?1",
                                        Object[].class)
                                .setParameter(1, hash)
                                .getSingleResultOrNull())
                .map(row ->
                        Optional.ofNullable(row)
                                .map(each ->
                                        new Charter(
                                                (String) each[0],
                                                (String) each[1],
                                                (String) each[2],
                                                (String) each[3])));
    }

    private Uni<Void> take(CharterPublished published) {
        byte[] document = bytes(published.getDocument());
        String hash = Hash.sha256(document).hex();
        if (!hash.equals(published.getCharter().getHash())) {
            LOG.errorf(
                    "charter %s: its hash does not fit its document; it is not in force",
                    published.getCharter().getName());
            return Uni.createFrom().voidItem();
        }
        return execute(
                "insert into directory_charter (hash, name, version, document) values (?1, ?2, ?3, ?4) on conflict do nothing",
                hash,
                published.getCharter().getName(),
                published.getCharter().getVersion(),
                new String(document, StandardCharsets.UTF_8));
    }

    private Uni<Void> take(IdentityObserved observed) {
        return switch (observed.getKind()) {
            case SNAPSHOT -> put(observed, observed.getAccount());
            case REMOVED ->
                    execute(
                            "update directory_account set removed = true, observed_at = ?3"
                                    + " where system = ?1 and id = ?2 and observed_at <= ?3",
                            observed.getSubject().getSystem(),
                            observed.getSubject().getId(),
                            offset(observed.getObservedAt()));
            case SOURCE_SYNCED ->
                    execute(
                            "insert into directory_source (system, read_at) values (?1, ?2) on conflict (system)"
                                    + " do update set read_at = greatest(directory_source.read_at, excluded.read_at)",
                            observed.getSource(),
                            offset(observed.getObservedAt()));
            case WORKER_EVENT, ACTIVITY, UNKNOWN -> Uni.createFrom().voidItem();
        };
    }

    private static Uni<Void> put(IdentityObserved observed, AccountFacts facts) {
        return execute(
                "insert into directory_account (system, id, enabled, worker_id, manager_worker_id, group_ids, group_paths,"
                        + " roles, label, removed, observed_at) values (?1, ?2, ?3, nullif(?4, ''), nullif(?5, ''), cast(?6 as text[]),"
                        + " cast(?7 as text[]), cast(?8 as text[]), ?9, false, ?10)"
                        + " on conflict (system, id) do update set enabled = excluded.enabled, worker_id = excluded.worker_id,"
                        + " manager_worker_id = excluded.manager_worker_id, group_ids = excluded.group_ids,"
                        + " group_paths = excluded.group_paths, roles = excluded.roles, label = excluded.label,"
                        + " removed = false, observed_at = excluded.observed_at"
                        + " where directory_account.observed_at <= excluded.observed_at",
                observed.getSubject().getSystem(),
                observed.getSubject().getId(),
                facts.getEnabled(),
                Optional.ofNullable(facts.getWorkerId()).orElse(""),
                Optional.ofNullable(facts.getManagerWorkerId()).orElse(""),
                facts.getGroups().stream().map(GroupFact::getId).toArray(String[]::new),
                facts.getGroups().stream().map(GroupFact::getPath).toArray(String[]::new),
                facts.getRoles().toArray(String[]::new),
                Optional.ofNullable(facts.getLabel()).orElse(""),
                offset(observed.getObservedAt()));
    }

    private static Uni<List<Account>> accounts(String condition, String system, Object value) {
        return session()
                .chain(session ->
                        session.createNativeQuery(
                                        "select "
                                                + COLUMNS
                                                + " from directory_account where system = ?1 and not removed and "
                                                + condition
                                                + " order by id",
                                        Object[].class)
                                .setParameter(1, system)
                                .setParameter(2, value)
                                .getResultList())
                .map(rows -> rows.stream().map(Directory::account).toList());
    }

    private static Account account(Object[] row) {
        String[] ids = strings(row[5]);
        String[] paths = strings(row[6]);
        List<Account.Group> groups = new ArrayList<>();
        for (int n = 0; n < ids.length; n++) {
            groups.add(new Account.Group(ids[n], paths[n]));
        }
        return new Account(
                (String) row[0],
                (String) row[1],
                (Boolean) row[2],
                Optional.ofNullable((String) row[3]),
                Optional.ofNullable((String) row[4]),
                List.copyOf(groups),
                List.of(strings(row[7])),
                (String) row[8],
                instant(row[9]));
    }

    private static String[] strings(Object column) {
        String text = (String) column;
        return text.isEmpty() ? new String[0] : text.split("\n", -1);
    }

    private static Instant instant(Object column) {
        return switch (column) {
            case Instant instant -> instant;
            case OffsetDateTime time -> time.toInstant();
            default -> throw new IllegalStateException("not a time: " + column.getClass());
        };
    }

    private static OffsetDateTime offset(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static Uni<Void> execute(String sql, Object... parameters) {
        return session()
                .chain(session -> {
                    var query = session.createNativeQuery(sql);
                    for (int n = 0; n < parameters.length; n++) {
                        query.setParameter(n + 1, parameters[n]);
                    }
                    return query.executeUpdate();
                })
                .replaceWithVoid();
    }

    private static Uni<Mutiny.Session> session() {
        return Panache.getSession();
    }
}
