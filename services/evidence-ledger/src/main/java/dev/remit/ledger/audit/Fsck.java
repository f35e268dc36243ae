package dev.remit.ledger.audit;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.ShardEnd;
import dev.remit.ledger.log.ShardStart;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.Timestamp;
import dev.remit.ledger.log.TrustPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Derives a whole log anew from its entries: every tile, every root that was ever signed, and
 * compares. So each checkpoint is consistent with each other one, or this says which is not; and
 * every offset of every topic is accounted for, or this says which is not.
 */
public final class Fsck {
    /** Something that is not as it must be. */
    public record Finding(String where, String what) {}

    /**
     * What was found.
     *
     * @param leaves derived
     * @param checkpoints whose signature and root were compared
     * @param files that were compared
     * @param notes what is worth saying and is no fault
     */
    public record Report(
            long leaves, int checkpoints, int files, List<Finding> findings, List<String> notes) {
        /** Whether everything is as it must be. */
        public boolean isClean() {
            return findings.isEmpty();
        }
    }

    private static final Set<String> CHECKPOINTS = Set.of("checkpoint", "checkpoint.signed");

    private record Place(int level, long index) {}

    private final Stored stored;
    private final TrustPolicy policy;
    private final Optional<Database> database;
    private final List<X509Certificate> authorities;

    private final List<Finding> findings = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<Place, TreeSet<Integer>> widths = new HashMap<>();
    private final TreeMap<Long, byte[]> roots = new TreeMap<>();
    private final TreeMap<Long, String> settled = new TreeMap<>();
    private final LeafTree tree = new LeafTree();
    private final Accounts accounts;
    private final List<ByteArrayOutputStream> levels = new ArrayList<>();
    private final List<Long> full = new ArrayList<>();
    private int checkpoints;
    private int files;

    /** Whose files and rows these are; the period is known from the shard before. */
    private final Shard shard;

    /** What the first leaf must commit to; empty in the first shard. */
    private final Optional<Checkpoint> previous;

    private Optional<ShardEnd> end = Optional.empty();
    private String origin = "";

    private Fsck(
            Stored stored,
            TrustPolicy policy,
            Optional<Database> database,
            List<X509Certificate> authorities,
            Accounts accounts,
            Shard shard,
            Optional<Checkpoint> previous) {
        this.stored = stored;
        this.policy = policy;
        this.database = database;
        this.authorities = authorities;
        this.accounts = accounts;
        this.shard = shard;
        this.previous = previous;
    }

    /**
     * Checks a log. What was written and not signed yet is no fault, as while a ledger runs.
     *
     * @param stored {@code checkpoint}, {@code tile} and so on
     * @param policy names the log's keys, and the witnesses'
     * @param authorities certificates by which timestamps are verified; none: they are not
     */
    public static Report run(
            Stored stored,
            TrustPolicy policy,
            Optional<Database> database,
            List<X509Certificate> authorities)
            throws IOException, SQLException {
        List<Finding> findings = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Accounts accounts = new Accounts();
        List<Shard> seen = new ArrayList<>();
        long leaves = 0;
        int checkpoints = 0;
        int files = 0;
        Optional<Shard> next = Optional.of(Shard.FIRST);
        Optional<Checkpoint> previous = Optional.empty();
        while (next.isPresent()) {
            Shard shard = next.get();
            seen.add(shard);
            if (database.isPresent() && stored.of(shard.period()).list().isEmpty()) {
                Optional<Shard> after = after(shard, database.get());
                if (after.isPresent()) {
                    notes.add("shard '" + shard.period() + "': its files are elsewhere, unchecked");
                    next = after;
                    previous = end(after.get(), policy, database.get());
                    continue;
                }
            }
            Fsck one =
                    new Fsck(
                            stored.of(shard.period()),
                            policy,
                            database,
                            authorities,
                            accounts,
                            shard,
                            previous);
            Report report = one.run();
            String prefix = Shard.prefix(shard.period());
            report.findings()
                    .forEach(each -> findings.add(new Finding(prefix + each.where(), each.what())));
            report.notes().forEach(each -> notes.add(prefix + each));
            leaves += report.leaves();
            checkpoints += report.checkpoints();
            files += report.files();
            next = one.next(findings);
            previous = next.map(_ -> one.state());
        }
        if (database.isPresent()) {
            compare(seen, database.get().shards(), findings, notes);
        }
        Set<String> strange = new TreeSet<>();
        stored.list().forEach(path -> strange.add(Stored.folder(path)));
        seen.forEach(each -> strange.remove(each.period()));
        strange.forEach(each ->
                findings.add(new Finding(each + "/", "no shard before it says that it follows")));
        return new Report(leaves, checkpoints, files, List.copyOf(findings), List.copyOf(notes));
    }

    private static Optional<Shard> after(Shard shard, Database kept) throws SQLException {
        return kept.shards().stream().filter(each -> each.first() > shard.first()).findFirst();
    }

    /** The last state of the shard before, as the database has it. */
    private static Optional<Checkpoint> end(Shard next, TrustPolicy policy, Database kept)
            throws SQLException {
        return kept.checkpoints().stream()
                .filter(each -> each.size() == next.first())
                .findFirst()
                .map(each -> policy.open(SignedNote.parse(each.signed())).checkpoint());
    }

    /** The database's shards against those that the log's leaves name. */
    private static void compare(
            List<Shard> seen, List<Shard> kept, List<Finding> findings, List<String> notes) {
        for (int n = 0; n < Math.max(seen.size(), kept.size()); n++) {
            if (n >= seen.size()) {
                notes.add("shard " + kept.get(n).period() + ": not public yet");
            } else if (n >= kept.size() || !kept.get(n).equals(seen.get(n))) {
                findings.add(
                        new Finding(
                                "database, shards",
                                "it has not the one that begins with leaf " + seen.get(n).first()));
            }
        }
    }

    /** The shard that follows, by this one's last leaf. */
    private Optional<Shard> next(List<Finding> into) {
        if (end.isEmpty()) {
            return Optional.empty();
        }
        String log =
                policy.logs().stream()
                        .map(each -> each.key().name())
                        .filter(each -> Shard.period(origin, each).isPresent())
                        .findFirst()
                        .orElse(origin);
        Optional<Shard> next =
                Shard.period(end.get().next(), log)
                        .filter(each -> each.compareTo(shard.period()) > 0)
                        .map(each -> new Shard(each, shard.first() + tree.size()));
        if (next.isEmpty()) {
            into.add(
                    new Finding(
                            Shard.prefix(shard.period()) + "leaf " + (tree.size() - 1),
                            "names no later shard of this log: " + end.get().next()));
        }
        return next;
    }

    private Checkpoint state() {
        return new Checkpoint(origin, tree.size(), Hash.of(tree.root()));
    }

    private Report run() throws IOException, SQLException {
        // a ledger that runs writes tiles, then checkpoints, and has either in its database before:
        // read in the other order, so that what is looked at later is never less
        shown("checkpoint").ifPresent(each -> settled.put(each.size(), each.note()));
        shown("checkpoint.signed");
        long shown = roots.isEmpty() ? Long.MAX_VALUE : roots.lastKey();
        List<String> stamps = list();
        if (database.isPresent()) {
            for (Database.Kept each : database.get().checkpoints()) {
                long own = each.size() - shard.first();
                if (own < 1 || own > end(database.get())) {
                    continue;
                }
                if (own <= shown) {
                    read(new Database.Kept(own, each.signed(), each.settled(), each.timestamp()));
                } else {
                    notes.add("checkpoint " + own + ": signed, and not public yet");
                }
            }
        }
        long size = roots.isEmpty() ? 0 : roots.lastKey();
        derive(size);
        widths.forEach(this::beyond);
        for (String stamp : stamps) {
            stamp(stamp);
        }
        if (database.isPresent()) {
            compare(size, database.get());
        }
        return new Report(
                tree.size(), checkpoints, files, List.copyOf(findings), List.copyOf(notes));
    }

    /** The size at which this shard ends, as the database says it; as far as there are numbers. */
    private long end(Database kept) throws SQLException {
        return after(shard, kept).map(each -> each.first() - shard.first()).orElse(Long.MAX_VALUE);
    }

    private void read(Database.Kept each) {
        String where = "database, checkpoint " + each.size();
        Optional<Checkpoint> signed = open(where, each.signed());
        Optional<Checkpoint> cosigned =
                each.settled().flatMap(note -> open(where + ", settled", note));
        if (signed.filter(one -> one.size() != each.size()).isPresent()
                || cosigned.filter(one -> !Optional.of(one).equals(signed)).isPresent()) {
            find(where, "its notes are not of one state of this size");
        }
        each.settled()
                .ifPresent(note -> {
                    String asShown = settled.put(each.size(), note);
                    if (asShown != null && !asShown.equals(note)) {
                        find("checkpoint", "is not the settled note that the database keeps");
                    }
                });
        each.timestamp()
                .ifPresent(token -> stamp(where + ", timestamp", token, each.settled().orElse("")));
    }

    private record Shown(long size, String note) {}

    private Optional<Shown> shown(String path) throws IOException {
        Optional<byte[]> file = stored.read(path);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        files++;
        String note = new String(file.get(), StandardCharsets.UTF_8);
        return open(path, note).map(each -> new Shown(each.size(), note));
    }

    private byte[] read(String path) throws IOException {
        return stored.read(path).orElseThrow(() -> new NoSuchFileException(path));
    }

    /** Lists the files; gives the timestamps' paths. */
    private List<String> list() throws IOException {
        List<String> stamps = new ArrayList<>();
        List<String> all =
                stored.list().stream().filter(path -> !CHECKPOINTS.contains(path)).toList();
        for (String path : all) {
            if (path.matches("timestamp/[0-9]+\\.tsr")) {
                stamps.add(path);
            } else if (path.endsWith(".new")) {
                notes.add(path + ": left behind by a write that did not end");
            } else {
                try {
                    Tile tile = Tile.parse(path);
                    widths.computeIfAbsent(
                                    new Place(tile.level(), tile.index()), _ -> new TreeSet<>())
                            .add(tile.width());
                } catch (IllegalArgumentException e) {
                    find(path, "is no file of a log");
                }
            }
        }
        return stamps;
    }

    private Optional<Checkpoint> open(String where, String note) {
        try {
            Checkpoint checkpoint = policy.open(SignedNote.parse(note)).checkpoint();
            checkpoints++;
            origin = origin.isEmpty() ? checkpoint.origin() : origin;
            if (!origin.equals(checkpoint.origin()) || !isOwn(origin)) {
                find(where, "is of " + checkpoint.origin() + ", which is another log or shard");
            }
            byte[] root = checkpoint.root().bytes();
            byte[] other = roots.putIfAbsent(checkpoint.size(), root);
            if (other != null && !Arrays.equals(other, root)) {
                find(where, "is of size " + checkpoint.size() + " with another root: a fork");
            }
            return Optional.of(checkpoint);
        } catch (IllegalArgumentException e) {
            find(where, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private boolean isOwn(String origin) {
        return policy.logs().stream()
                .anyMatch(each -> Shard.origin(each.key().name(), shard.period()).equals(origin));
    }

    private void derive(long size) throws IOException {
        checkRoot();
        for (long index = 0; index * Tile.FULL < size; index++) {
            int width = (int) Math.min(Tile.FULL, size - index * Tile.FULL);
            TreeSet<Integer> known = widths.get(new Place(Tile.ENTRIES, index));
            Integer wide = known == null ? null : known.ceiling(width);
            String where = new Tile(Tile.ENTRIES, index, wide == null ? width : wide).path();
            if (wide == null) {
                find(where, "is missing: what follows cannot be derived");
                return;
            }
            byte[] bundle = read(where);
            List<byte[]> entries;
            try {
                entries = Bundle.entries(bundle, wide).subList(0, width);
            } catch (IllegalArgumentException e) {
                find(where, e.getMessage() + ": what follows cannot be derived");
                return;
            }
            var derived = new ByteArrayOutputStream();
            for (byte[] entry : entries) {
                derived.write(entry.length >> 8);
                derived.write(entry.length);
                derived.writeBytes(entry);
                String leaf = "leaf " + tree.size();
                link(entry, leaf);
                put(0, tree.append(entry));
                checkRoot();
                accounts.take(
                        entry,
                        new Accounts.Told() {
                            @Override
                            public void wrong(String words) {
                                find(leaf, words);
                            }

                            @Override
                            public void note(String words) {
                                notes.add(leaf + ": " + words);
                            }
                        });
            }
            compareFiles(Tile.ENTRIES, index, derived.toByteArray(), width, entries);
        }
        for (int level = 0; level < levels.size(); level++) {
            byte[] rest = levels.get(level).toByteArray();
            if (rest.length > 0) {
                compareFiles(level, full.get(level), rest, rest.length / 32, List.of());
            }
        }
    }

    /** Whether a shard starts and ends as it must. */
    private void link(byte[] entry, String leaf) {
        try {
            Optional<Checkpoint> start = ShardStart.parse(entry).map(ShardStart::previous);
            boolean first = tree.size() == 0;
            if (first ? !start.equals(previous) : start.isPresent()) {
                find(leaf, "does not commit to the end of the shard before");
            }
            if (end.isPresent()) {
                find(leaf, "follows the end of its shard");
            }
            ShardEnd.parse(entry).ifPresent(each -> end = Optional.of(each));
        } catch (IllegalArgumentException e) {
            find(leaf, String.valueOf(e.getMessage()));
        }
    }

    private void checkRoot() {
        byte[] root = roots.get(tree.size());
        if (root != null && !Arrays.equals(root, tree.root())) {
            find(
                    "checkpoint " + tree.size(),
                    "its root is not that of the entries: one or the other was altered");
        }
    }

    /** Adds a hash to a level's tile; a full tile is compared, and its root goes one level up. */
    private void put(int level, byte[] hash) throws IOException {
        if (levels.size() == level) {
            levels.add(new ByteArrayOutputStream());
            full.add(0L);
        }
        ByteArrayOutputStream tile = levels.get(level);
        tile.writeBytes(hash);
        if (tile.size() == Tile.FULL * 32) {
            byte[] hashes = tile.toByteArray();
            tile.reset();
            long index = full.get(level);
            full.set(level, index + 1);
            compareFiles(level, index, hashes, Tile.FULL, List.of());
            put(level + 1, tree.rootOf(hashes));
        }
    }

    /** Compares the stored tile, and its partial forms, with the derived one. */
    private void compareFiles(
            int level, long index, byte[] derived, int width, List<byte[]> entries)
            throws IOException {
        TreeSet<Integer> known = widths.remove(new Place(level, index));
        if (known == null || known.ceiling(width) == null) {
            find(new Tile(level, index, width).path(), "is missing");
        }
        if (known == null) {
            return;
        }
        for (int each : known) {
            String path = new Tile(level, index, each).path();
            byte[] file = read(path);
            files++;
            int same = Math.min(each, width);
            int bytes =
                    level == Tile.ENTRIES
                            ? entries.subList(0, same).stream()
                                    .mapToInt(entry -> entry.length + 2)
                                    .sum()
                            : same * 32;
            boolean holds =
                    file.length >= bytes
                            && (each > width || file.length == bytes)
                            && Arrays.equals(file, 0, bytes, derived, 0, bytes);
            if (!holds) {
                find(path, "is not what the entries give");
            }
        }
    }

    private void beyond(Place place, NavigableSet<Integer> known) {
        notes.add(
                new Tile(place.level(), place.index(), known.last()).path()
                        + ": beyond the last checkpoint");
    }

    private void stamp(String path) throws IOException {
        long size = Long.parseLong(path.replaceAll("[^0-9]", ""));
        String note = settled.get(size);
        if (note == null) {
            notes.add(path + ": the checkpoint that it dates is not here");
        } else {
            files++;
            stamp(path, read(path), note);
        }
    }

    private void stamp(String where, byte[] token, String note) {
        if (authorities.isEmpty()) {
            return;
        }
        try {
            Timestamp.verify(token, note.getBytes(StandardCharsets.UTF_8), authorities);
        } catch (IllegalArgumentException e) {
            find(where, String.valueOf(e.getMessage()));
        }
    }

    /** Each leaf in the database against the entries that were published. */
    private void compare(long size, Database kept) throws SQLException {
        long[] next = {0};
        LeafTree own = new LeafTree();
        long to = end(kept);
        long until = to == Long.MAX_VALUE ? to : shard.first() + to;
        kept.leaves(
                shard.first(),
                until,
                (place, leaf) -> {
                    long index = place - shard.first();
                    if (index != next[0]) {
                        find("database, leaf " + next[0], "is missing");
                        next[0] = index;
                    }
                    next[0]++;
                    own.append(leaf);
                    byte[] root = roots.get(own.size());
                    if (root != null
                            && own.size() == index + 1
                            && !Arrays.equals(root, own.root())) {
                        find(
                                "database, leaves to " + index,
                                "do not give the root of checkpoint " + own.size());
                    }
                });
        if (next[0] < size) {
            find(
                    "database",
                    "holds " + next[0] + " leaves, " + size + " were signed: it was rolled back");
        }
        long said = Math.min(kept.size() - shard.first(), to);
        if (said != next[0]) {
            find("database", "says to hold " + said + " leaves, holds " + next[0]);
        }
    }

    private void find(String where, String what) {
        findings.add(new Finding(where, what));
    }
}
