package dev.remit.ledger.audit;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.EarlierPolicy;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.ShardEnd;
import dev.remit.ledger.log.ShardStart;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.Timestamp;
import dev.remit.ledger.log.Tree;
import dev.remit.ledger.log.TrustPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Follows a log as an outsider does: from what it saw last, which it keeps itself, to what the log
 * shows now, through every entry between.
 */
public final class Audit {
    /** Gets what the log serves below its prefix. */
    public interface Served {
        /** Empty when there is no such file. */
        Optional<byte[]> get(String path) throws IOException;
    }

    /** What an audit ends with. */
    public enum Outcome {
        /** All that is shown follows from what was seen. */
        CONSISTENT(0),
        /** The log does not answer, or lacks a file that it must serve. */
        UNREACHABLE(3),
        /** The checkpoint is not signed by the log. */
        NOT_SIGNED(4),
        /** Too few witnesses cosigned it. */
        NO_QUORUM(5),
        /** It is smaller than what was seen. */
        SMALLER(6),
        /** What was seen is not part of it: somebody is shown another history. */
        FORK(7),
        /** The entries that it serves are not those of its tree. */
        OTHER_ENTRIES(8),
        /** Its timestamp does not verify. */
        NOT_DATED(9),
        /**
         * It is consistent, and its own manifests show messages that it never read. What was seen
         * is kept: the next audit goes on from there.
         */
        UNREAD(10);

        private final int code;

        Outcome(int code) {
            this.code = code;
        }

        /** For a process to exit with. */
        public int code() {
            return code;
        }
    }

    /**
     * What an audit found.
     *
     * @param seen what to keep for the next one; empty unless the log is consistent
     */
    public record Result(Outcome outcome, String words, Optional<String> seen) {}

    private static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final Outcome outcome;

        Ended(Outcome outcome, String words) {
            super(words, null, false, false);
            this.outcome = outcome;
        }
    }

    private static final String HEAD = "remit-audit/v1";
    private static final String CHECKPOINT = "checkpoint";

    private final Served served;
    private final TrustPolicy policy;
    private final List<EarlierPolicy> earlier;
    private final List<X509Certificate> authorities;

    /**
     * @param policy names the log's keys and the witnesses, obtained apart from the log
     * @param earlier those that held before: nobody cosigns the end of a shard once more
     * @param authorities by which timestamps are verified; none: they are not asked for
     */
    public Audit(
            Served served,
            TrustPolicy policy,
            List<EarlierPolicy> earlier,
            List<X509Certificate> authorities) {
        this.served = served;
        this.policy = policy;
        this.earlier = List.copyOf(earlier);
        this.authorities = List.copyOf(authorities);
    }

    /**
     * Goes on from what was seen last.
     *
     * @param seen what the last audit gave; empty the first time
     * @throws IllegalArgumentException if that does not read
     */
    public Result follow(Optional<String> seen) {
        try {
            return follow(seen.map(Seen::parse).orElseGet(Seen::nothing));
        } catch (Ended e) {
            return new Result(e.outcome, String.valueOf(e.getMessage()), Optional.empty());
        } catch (IOException | UncheckedIOException e) {
            return new Result(
                    Outcome.UNREACHABLE, String.valueOf(e.getMessage()), Optional.empty());
        }
    }

    private Result follow(Seen seen) throws IOException {
        List<String> words = new ArrayList<>();
        List<String> unread = new ArrayList<>();
        Seen now = seen;
        if (now.next().isEmpty()) {
            now = follow(now, words, unread);
        } else {
            stillEnded(now);
        }
        while (now.next().isPresent()) {
            String next = now.next().get();
            if (served.get(Shard.prefix(next) + CHECKPOINT).isEmpty()) {
                words.add("the next shard, " + next + ", is not shown yet");
                break;
            }
            Checkpoint end = Checkpoint.parse(SignedNote.parse(now.note()).text());
            now =
                    follow(
                            new Seen(
                                    next,
                                    new LeafTree(),
                                    now.accounts(),
                                    Optional.of(end),
                                    Optional.empty(),
                                    ""),
                            words,
                            unread);
        }
        return new Result(
                unread.isEmpty() ? Outcome.CONSISTENT : Outcome.UNREAD,
                String.join("\nthen ", words) + String.join("", unread),
                Optional.of(now.text()));
    }

    /** A shard that was seen to its end shows no more than that, if it is shown still. */
    private void stillEnded(Seen seen) throws IOException {
        Optional<byte[]> shown = served.get(Shard.prefix(seen.period()) + CHECKPOINT);
        if (shown.isPresent()
                && !Arrays.equals(shown.get(), seen.note().getBytes(StandardCharsets.UTF_8))) {
            throw new Ended(
                    Outcome.OTHER_ENTRIES,
                    "shard '" + seen.period() + "' goes on after its end was seen");
        }
    }

    /** Follows one shard. */
    private Seen follow(Seen seen, List<String> words, List<String> unread) throws IOException {
        String prefix = Shard.prefix(seen.period());
        byte[] bytes = file(prefix + CHECKPOINT);
        TrustPolicy.Opened opened;
        String log;
        try {
            SignedNote note = SignedNote.parse(bytes);
            Checkpoint stated = Checkpoint.parse(note.text());
            log = log(stated, seen.period());
            opened = EarlierPolicy.of(stated, log, earlier, policy).open(note);
        } catch (IllegalArgumentException e) {
            throw new Ended(Outcome.NOT_SIGNED, String.valueOf(e.getMessage()));
        }
        Checkpoint now = opened.checkpoint();
        if (!opened.isWitnessed()) {
            throw new Ended(
                    Outcome.NO_QUORUM,
                    "size " + now.size() + " is cosigned by " + opened.witnesses() + " only");
        }
        if (now.size() < seen.tree().size()) {
            throw new Ended(
                    Outcome.SMALLER,
                    "it shows size " + now.size() + ", seen was " + seen.tree().size());
        }
        if (!authorities.isEmpty()) {
            dated(prefix, now, bytes);
        }
        long before = seen.tree().size();
        byte[] old = seen.tree().root();
        Optional<ShardEnd> end = read(seen, now.size(), unread);
        if (!Arrays.equals(seen.tree().root(), now.root().bytes())) {
            throw isExtension(prefix, Hash.of(old), before, now)
                    ? new Ended(
                            Outcome.OTHER_ENTRIES,
                            "the entries from "
                                    + before
                                    + " on are not those of the tree of size "
                                    + now.size())
                    : new Ended(
                            Outcome.FORK,
                            "size "
                                    + now.size()
                                    + " does not extend size "
                                    + before
                                    + " as it was seen; both are signed");
        }
        words.add(
                "%ssize %d, %d new; cosigned by %s"
                        .formatted(
                                seen.period().isEmpty() ? "" : "shard " + seen.period() + ": ",
                                now.size(),
                                now.size() - before,
                                opened.witnesses().isEmpty() ? "nobody" : opened.witnesses()));
        return new Seen(
                seen.period(),
                seen.tree(),
                seen.accounts(),
                Optional.empty(),
                end.map(each -> next(each, log, seen.period())),
                new String(bytes, StandardCharsets.UTF_8));
    }

    /** The log's first origin, by the state of one of its shards. */
    private String log(Checkpoint now, String period) {
        return policy.logs().stream()
                .map(each -> each.key().name())
                .filter(each -> Shard.origin(each, period).equals(now.origin()))
                .findFirst()
                .orElseThrow(() ->
                        new Ended(
                                Outcome.NOT_SIGNED,
                                "shard '" + period + "' shows a state of " + now.origin()));
    }

    private static String next(ShardEnd end, String log, String period) {
        return Shard.period(end.next(), log)
                .filter(each -> each.compareTo(period) > 0)
                .orElseThrow(() ->
                        new Ended(
                                Outcome.OTHER_ENTRIES,
                                "a shard ends and names no later one: " + end.next()));
    }

    private void dated(String prefix, Checkpoint now, byte[] note) throws IOException {
        try {
            Timestamp.verify(file(prefix + "timestamp/" + now.size() + ".tsr"), note, authorities);
        } catch (IllegalArgumentException e) {
            throw new Ended(Outcome.NOT_DATED, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Appends the entries that the log serves, up to a size; gives the shard's end, if it is there.
     */
    private Optional<ShardEnd> read(Seen seen, long size, List<String> unread) throws IOException {
        LeafTree tree = seen.tree();
        Optional<ShardEnd> end = Optional.empty();
        while (tree.size() < size) {
            long index = tree.size() / Tile.FULL;
            int known = (int) (tree.size() % Tile.FULL);
            int width = (int) Math.min(Tile.FULL, size - index * Tile.FULL);
            String path = Shard.prefix(seen.period()) + new Tile(Tile.ENTRIES, index, width).path();
            try {
                for (byte[] leaf : Bundle.entries(file(path), width).subList(known, width)) {
                    if (end.isPresent()) {
                        throw new Ended(
                                Outcome.OTHER_ENTRIES,
                                "leaf " + tree.size() + " follows the end of its shard");
                    }
                    if (!ShardStart.parse(leaf)
                            .map(ShardStart::previous)
                            .equals(tree.size() == 0 ? seen.previous() : Optional.empty())) {
                        throw new Ended(
                                Outcome.FORK,
                                "shard '%s', leaf %d: does not commit to the end of the shard before"
                                        .formatted(seen.period(), tree.size()));
                    }
                    end = ShardEnd.parse(leaf);
                    seen.accounts().take(leaf, told(tree.size(), unread));
                    tree.append(leaf);
                }
            } catch (IllegalArgumentException e) {
                throw new Ended(Outcome.OTHER_ENTRIES, path + " " + e.getMessage());
            }
        }
        return end;
    }

    private static Accounts.Told told(long index, List<String> unread) {
        return new Accounts.Told() {
            @Override
            public void wrong(String words) {
                unread.add("\nleaf " + index + ": " + words);
            }

            @Override
            public void note(String words) {
                // fsck says it
            }
        };
    }

    /** Whether the log's tiles show that the old state is part of the new one. */
    private boolean isExtension(String prefix, Hash old, long oldSize, Checkpoint now) {
        if (oldSize == 0) {
            return true;
        }
        Tree tree =
                new Tree(
                        (level, index, width) -> {
                            try {
                                return tile(prefix, level, index, width, now.size());
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        now.size());
        return Merkle.isConsistent(
                old, oldSize, now.root(), now.size(), tree.consistencyProof(oldSize));
    }

    private byte[] tile(String prefix, int level, long index, int width, long size)
            throws IOException {
        Optional<byte[]> full = served.get(prefix + new Tile(level, index, Tile.FULL).path());
        if (full.isPresent()) {
            return full.get();
        }
        int wide = (int) ((size >>> (8 * level)) - index * Tile.FULL);
        return file(prefix + new Tile(level, index, Math.max(width, wide)).path());
    }

    private byte[] file(String path) throws IOException {
        return served.get(path)
                .orElseThrow(() -> new IOException("the log does not serve " + path));
    }

    /**
     * What was seen: the roots of the shard's full subtrees, offsets, and the checkpoint.
     *
     * @param previous what the shard's first leaf must commit to; empty once that was seen, and in
     *     the first shard
     * @param next the period of the shard that follows, once this one's end was seen
     * @param note the checkpoint; empty when nothing was seen
     */
    private record Seen(
            String period,
            LeafTree tree,
            Accounts accounts,
            Optional<Checkpoint> previous,
            Optional<String> next,
            String note) {
        private static final String READ = "read ";
        private static final String SHARD = "shard ";
        private static final String NEXT = "next ";

        static Seen nothing() {
            return new Seen(
                    "", new LeafTree(), new Accounts(), Optional.empty(), Optional.empty(), "");
        }

        String text() {
            return Stream.of(
                                    tree.roots().stream().map(each -> Hash.of(each).toString()),
                                    accounts.lines().stream().map(each -> READ + each),
                                    Stream.of(SHARD + period).filter(_ -> !period.isEmpty()),
                                    next.stream().map(each -> NEXT + each))
                            .flatMap(each -> each)
                            .collect(Collectors.joining("\n", HEAD + "\n", "\n\n"))
                    + note;
        }

        static Seen parse(String text) {
            int blank = text.indexOf("\n\n");
            if (!text.startsWith(HEAD + "\n") || blank < 0) {
                throw new IllegalArgumentException("what was seen last does not read");
            }
            List<String> lines = text.substring(0, blank).lines().skip(1).toList();
            List<byte[]> roots =
                    lines.stream().filter(line -> line.indexOf(' ') < 0).map(Seen::hash).toList();
            Checkpoint checkpoint =
                    Checkpoint.parse(SignedNote.parse(text.substring(blank + 2)).text());
            LeafTree tree = LeafTree.from(checkpoint.size(), roots);
            if (!Arrays.equals(tree.root(), checkpoint.root().bytes())) {
                throw new IllegalArgumentException("what was seen last was altered");
            }
            return new Seen(
                    rest(lines, SHARD).findFirst().orElse(""),
                    tree,
                    Accounts.from(rest(lines, READ).toList()),
                    Optional.empty(),
                    rest(lines, NEXT).findFirst(),
                    text.substring(blank + 2));
        }

        private static Stream<String> rest(List<String> lines, String start) {
            return lines.stream()
                    .filter(line -> line.startsWith(start))
                    .map(line -> line.substring(start.length()));
        }

        private static byte[] hash(String line) {
            return Hash.parse(line).bytes();
        }
    }
}
