package dev.remit.handoff.directory;

import static dev.remit.handoff.postgres.Statement.instant;
import static dev.remit.handoff.postgres.Statement.texts;

import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.postgres.Statement;
import dev.remit.wire.v1.AccountFacts;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.GroupFact;
import dev.remit.wire.v1.IdentityObserved;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

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
                    + " array_to_string(group_paths, chr(10)), array_to_string(roles, chr(10)), label, observed_at, array_to_string(direct_roles, chr(10)), owner";

    private static final int KEPT_CHARTERS = 256;

    private final Map<String, Charter> charters = new ConcurrentHashMap<>();

    /**
     * Takes in the observations and charters of a batch, in as many statements as there are kinds
     * of them; other messages are passed over.
     */
    public Uni<Void> take(List<Received> batch) {
        Map<List<String>, IdentityObserved> accounts = new LinkedHashMap<>();
        Map<String, Instant> sources = new TreeMap<>();
        Map<String, Charter> published = new TreeMap<>();
        for (Received received : batch) {
            switch (received.message()) {
                case IdentityObserved observed -> {
                    switch (observed.getKind()) {
                        case SNAPSHOT, REMOVED ->
                                accounts.merge(
                                        List.of(
                                                observed.getSubject().getSystem(),
                                                observed.getSubject().getId()),
                                        observed,
                                        Directory::later);
                        case SOURCE_SYNCED ->
                                sources.merge(
                                        observed.getSource(),
                                        observed.getObservedAt(),
                                        (a, b) -> a.isAfter(b) ? a : b);
                        case WORKER_EVENT, ACTIVITY, UNKNOWN -> {}
                    }
                }
                case CharterPublished charter ->
                        read(charter).ifPresent(each -> published.put(each.hash(), each));
                default -> {}
            }
        }
        return putAccounts(List.copyOf(accounts.values()))
                .chain(() -> putSources(sources))
                .chain(() -> putCharters(List.copyOf(published.values())));
    }

    /** The accounts of a system that are correlated with these workers. */
    public Uni<List<Account>> ofWorkers(String system, Collection<String> workerIds) {
        return accounts("worker_id = any(cast(?2 as text[]))", system, texts(workerIds));
    }

    /** The accounts of a system with these immutable ids. */
    public Uni<List<Account>> withIds(String system, Collection<String> ids) {
        return accounts("id = any(cast(?2 as text[]))", system, texts(ids));
    }

    /** The accounts of a system that show these names; the names in lower case, theirs in any. */
    public Uni<List<Account>> withLabels(String system, Collection<String> labels) {
        return accounts("lower(label) = any(cast(?2 as text[]))", system, texts(labels));
    }

    /**
     * Whom to look up in a system.
     *
     * @param ids immutable account ids
     * @param workers HR worker ids
     * @param groups paths of groups, for their direct members
     * @param roles names of roles, for those who hold them
     * @param others accounts of whatever system: the system, a space, the account's id
     * @param people HR worker ids, for their accounts in every system
     */
    public record Wanted(
            Collection<String> ids,
            Collection<String> workers,
            Collection<String> groups,
            Collection<String> roles,
            Collection<String> others,
            Collection<String> people) {}

    /** All accounts that any of these is about, each once, by one query; none for nothing. */
    public Uni<List<Account>> find(String system, Wanted wanted) {
        // in the order of their numbers, which have one digit
        Map<String, Object> values = new TreeMap<>();
        String sql = search(system, wanted, values);
        return sql.isEmpty()
                ? Uni.createFrom().item(List.of())
                : new Statement(sql, values.values().toArray()).rows(Directory::account);
    }

    /**
     * The query that finds them: the system's name and the account's id first; empty for nothing.
     *
     * @param values takes its parameters by number
     */
    public static String search(String system, Wanted wanted, Map<String, Object> values) {
        List<String> parts = new ArrayList<>();
        part("system = ?1 and id = any(cast(?%d as text[]))", wanted.ids(), parts, values);
        part(
                "system = ?1 and worker_id = any(cast(?%d as text[]))",
                wanted.workers(), parts, values);
        part("system = ?1 and group_paths && cast(?%d as text[])", wanted.groups(), parts, values);
        part("system = ?1 and roles && cast(?%d as text[])", wanted.roles(), parts, values);
        part(
                "(system, id) in (select split_part(each, ' ', 1), substr(each, strpos(each, ' ') + 1)"
                        + " from unnest(cast(?%d as text[])) as each)",
                wanted.others(), parts, values);
        part("worker_id = any(cast(?%d as text[]))", wanted.people(), parts, values);
        if (parts.isEmpty()) {
            return "";
        }
        String all =
                parts.stream()
                        .map(condition ->
                                "select "
                                        + COLUMNS
                                        + " from directory_account where not removed and "
                                        + condition)
                        .collect(Collectors.joining(" union "));
        // always said: what is numbered begins with 1
        values.put("1", system);
        return "select * from ("
                + all
                + ") as found where cast(?1 as text) is not null order by 1, 2";
    }

    private static void part(
            String condition,
            Collection<String> wanted,
            List<String> parts,
            Map<String, Object> values) {
        if (!wanted.isEmpty()) {
            int n = parts.size() + 2;
            parts.add(condition.formatted(n));
            values.put(String.valueOf(n), texts(wanted));
        }
    }

    /** The accounts of a system that are direct members of this group. */
    public Uni<List<Account>> membersOf(String system, String groupPath) {
        return accounts("group_paths @> cast(?2 as text[])", system, texts(List.of(groupPath)));
    }

    /** How much a system says of its enabled accounts: one pass over its rows. */
    public Uni<Coverage> coverage(String system) {
        return Statement.BY_VALUES
                .and(
                        new Statement(
                                        "select count(*), count(worker_id),"
                                                + " count(*) filter (where worker_id is not null and manager_worker_id is not null)"
                                                + " from directory_account where system = ?1 and enabled and not removed",
                                        system)
                                .only())
                .map(row -> new Coverage(number(row[0]), number(row[1]), number(row[2])));
    }

    private static long number(Object column) {
        return ((Number) column).longValue();
    }

    /** When a system was last read completely. */
    public Uni<Optional<Instant>> readAt(String system) {
        return new Statement("select read_at from directory_source where system = ?1", system)
                .optional(Object.class)
                .map(found -> found.map(Statement::instant));
    }

    /** The charter with this hash, if it was published. */
    public Uni<Optional<Charter>> charter(String hash) {
        Charter kept = charters.get(hash);
        if (kept != null) {
            return Uni.createFrom().item(Optional.of(kept));
        }
        return new Statement(
                        "select name, version, hash, document from directory_charter where hash = ?1",
                        hash)
                .first()
                .map(found ->
                        found.map(each ->
                                keep(
                                        new Charter(
                                                (String) each[0],
                                                (String) each[1],
                                                (String) each[2],
                                                (String) each[3]))));
    }

    /** A hash names one document for ever, whatever becomes of the transaction that read it. */
    private Charter keep(Charter charter) {
        if (charters.size() < KEPT_CHARTERS) {
            charters.put(charter.hash(), charter);
        }
        return charter;
    }

    private static IdentityObserved later(IdentityObserved a, IdentityObserved b) {
        return b.getObservedAt().isBefore(a.getObservedAt()) ? a : b;
    }

    private static Optional<Charter> read(CharterPublished published) {
        byte[] document = bytes(published.getDocument());
        String hash = Hash.sha256(document).hex();
        if (!hash.equals(published.getCharter().getHash())) {
            LOG.errorf(
                    "charter %s: its hash does not fit its document; it is not in force",
                    published.getCharter().getName());
            return Optional.empty();
        }
        return Optional.of(
                new Charter(
                        published.getCharter().getName(),
                        published.getCharter().getVersion(),
                        hash,
                        new String(document, StandardCharsets.UTF_8)));
    }

    private static Uni<Void> putCharters(List<Charter> published) {
        return execute(
                published,
                "insert into directory_charter (hash, name, version, document)"
                        + " select * from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]))"
                        + " on conflict do nothing",
                texts(published, Charter::hash),
                texts(published, Charter::name),
                texts(published, Charter::version),
                texts(published, Charter::document));
    }

    private static Uni<Void> putSources(Map<String, Instant> sources) {
        List<Map.Entry<String, Instant>> rows = List.copyOf(sources.entrySet());
        return execute(
                rows,
                "insert into directory_source (system, read_at)"
                        + " select system, cast(read_at as timestamptz)"
                        + " from unnest(cast(?1 as text[]), cast(?2 as text[])) as row (system, read_at)"
                        + " on conflict (system) do update"
                        + " set read_at = greatest(directory_source.read_at, excluded.read_at)",
                texts(rows, Map.Entry::getKey),
                texts(rows, row -> row.getValue().toString()));
    }

    /**
     * An account that is gone keeps what was known of it. Lists travel as lines: an array of arrays
     * of different lengths is none in SQL.
     */
    private static Uni<Void> putAccounts(List<IdentityObserved> observed) {
        return execute(
                observed,
                "insert into directory_account as known (system, id, enabled, worker_id, manager_worker_id, group_ids,"
                        + " group_paths, roles, label, removed, observed_at, owner, direct_roles)"
                        + " select system, id, enabled = 'true', nullif(worker_id, ''), nullif(manager_worker_id, ''),"
                        + " string_to_array(group_ids, chr(10)), string_to_array(group_paths, chr(10)),"
                        + " string_to_array(roles, chr(10)), label, removed = 'true', cast(observed_at as timestamptz), nullif(owner, ''),"
                        + " case when direct_roles <> '' then string_to_array(substr(direct_roles, 2), chr(10)) end"
                        + " from unnest(cast(?1 as text[]), cast(?2 as text[]), cast(?3 as text[]), cast(?4 as text[]),"
                        + " cast(?5 as text[]), cast(?6 as text[]), cast(?7 as text[]), cast(?8 as text[]), cast(?9 as text[]),"
                        + " cast(?10 as text[]), cast(?11 as text[]), cast(?12 as text[]), cast(?13 as text[])) as row (system, id, enabled, worker_id, manager_worker_id,"
                        + " group_ids, group_paths, roles, label, removed, observed_at, owner, direct_roles)"
                        + " order by system, id"
                        + " on conflict (system, id) do update set removed = excluded.removed, observed_at = excluded.observed_at,"
                        + " enabled = case when excluded.removed then known.enabled else excluded.enabled end,"
                        + " worker_id = case when excluded.removed then known.worker_id else excluded.worker_id end,"
                        + " manager_worker_id = case when excluded.removed then known.manager_worker_id else excluded.manager_worker_id end,"
                        + " group_ids = case when excluded.removed then known.group_ids else excluded.group_ids end,"
                        + " group_paths = case when excluded.removed then known.group_paths else excluded.group_paths end,"
                        + " roles = case when excluded.removed then known.roles else excluded.roles end,"
                        + " direct_roles = case when excluded.removed then known.direct_roles else excluded.direct_roles end,"
                        + " owner = case when excluded.removed then known.owner else excluded.owner end,"
                        + " label = case when excluded.removed then known.label else excluded.label end"
                        + " where known.observed_at <= excluded.observed_at",
                texts(observed, each -> each.getSubject().getSystem()),
                texts(observed, each -> each.getSubject().getId()),
                texts(observed, each -> fact(each, facts -> String.valueOf(facts.getEnabled()))),
                texts(observed, each -> fact(each, AccountFacts::getWorkerId)),
                texts(observed, each -> fact(each, AccountFacts::getManagerWorkerId)),
                texts(observed, each -> fact(each, facts -> lines(facts, GroupFact::getId))),
                texts(observed, each -> fact(each, facts -> lines(facts, GroupFact::getPath))),
                texts(observed, each -> fact(each, facts -> String.join("\n", facts.getRoles()))),
                texts(observed, each -> fact(each, AccountFacts::getLabel)),
                texts(observed, each -> String.valueOf(each.getAccount() == null)),
                texts(observed, each -> each.getObservedAt().toString()),
                texts(observed, each -> fact(each, AccountFacts::getOwner)),
                texts(observed, each -> fact(each, Directory::direct)));
    }

    /** None is not the same as not known. */
    private static @Nullable String direct(AccountFacts facts) {
        List<String> direct = facts.getDirect();
        return direct == null ? null : "=" + String.join("\n", direct);
    }

    private static String lines(AccountFacts facts, Function<GroupFact, String> part) {
        return facts.getGroups().stream().map(part).collect(Collectors.joining("\n"));
    }

    private static String fact(
            IdentityObserved observed, Function<AccountFacts, @Nullable String> part) {
        AccountFacts facts = observed.getAccount();
        String text = facts == null ? null : part.apply(facts);
        return text == null ? "" : text;
    }

    private static Uni<List<Account>> accounts(String condition, String system, Object value) {
        return new Statement(
                        "select "
                                + COLUMNS
                                + " from directory_account where system = ?1 and not removed and "
                                + condition
                                + " order by id",
                        system,
                        value)
                .rows(Directory::account);
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
                instant(row[9]),
                Optional.ofNullable(row[10]).map(each -> List.of(strings(each))),
                Optional.ofNullable((String) row[11]));
    }

    private static String[] strings(Object column) {
        String text = (String) column;
        return text.isEmpty() ? new String[0] : text.split("\n", -1);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** One statement for all the rows; none for none. */
    private static Uni<Void> execute(List<?> rows, String sql, Object... columns) {
        return rows.isEmpty() ? Uni.createFrom().voidItem() : new Statement(sql, columns).execute();
    }
}
