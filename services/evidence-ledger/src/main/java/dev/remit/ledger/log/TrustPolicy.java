package dev.remit.ledger.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which signatures make a checkpoint worth relying on (C2SP tlog-policy): one of the logs', and a
 * quorum of witnesses'.
 */
public final class TrustPolicy {
    /** A key with the place where its owner is reached, for those who reach it. */
    public record Member(String name, NoteKey key, Optional<String> url) {}

    /**
     * A checkpoint that one of the logs signed.
     *
     * @param witnesses the names of those who cosigned it
     * @param isWitnessed whether they are a quorum
     * @param since when the last of them did; empty if none did
     */
    public record Opened(
            Checkpoint checkpoint,
            List<String> witnesses,
            boolean isWitnessed,
            Optional<Instant> since) {}

    /** Holds when at least so many of its members do. */
    private record Group(int least, List<String> members) {}

    private static final String NONE = "none";

    private final List<Member> logs = new ArrayList<>();
    private final Map<String, Member> witnesses = new LinkedHashMap<>();
    private final Map<String, Group> groups = new LinkedHashMap<>();
    private final Set<String> grouped = new HashSet<>();
    private String quorum = "";

    private TrustPolicy() {}

    /**
     * Reads a policy.
     *
     * @throws IllegalArgumentException naming the line and what is wrong with it
     */
    public static TrustPolicy parse(String text) {
        TrustPolicy policy = new TrustPolicy();
        if (text.chars().anyMatch(c -> (c < ' ' && c != '\n' && c != '\t') || c == 0x7f)) {
            throw new IllegalArgumentException("policy: holds a control character");
        }
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String bare = line.replaceAll("^[ \t]+|[ \t]+$", "");
            if (!bare.isEmpty() && !bare.startsWith("#")) {
                try {
                    policy.read(bare.split("[ \t]+", -1));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            "policy line " + number + ": " + e.getMessage(), e);
                }
            }
        }
        if (policy.quorum.isEmpty()) {
            throw new IllegalArgumentException("policy: has no quorum line");
        }
        return policy;
    }

    /** Trusts these keys of a log, and asks for no witness. */
    public static TrustPolicy of(List<NoteKey> keys) {
        TrustPolicy policy = new TrustPolicy();
        keys.forEach(key -> policy.logs.add(new Member(key.name(), key, Optional.empty())));
        policy.quorum = NONE;
        return policy;
    }

    private void read(String[] words) {
        switch (words[0]) {
            case "log" -> {
                require(
                        words.length == 2 || words.length == 3,
                        "a log has a key and may have a url");
                NoteKey key = NoteKey.parse(words[1]);
                require(
                        key.kind() != NoteKey.Kind.ED25519_COSIGNATURE,
                        "a log's key is not of the kind of a witness");
                require(logs.stream().noneMatch(each -> each.key().sameKey(key)), "a log is twice");
                logs.add(new Member(key.name(), key, url(words, 2)));
            }
            case "witness" -> {
                require(
                        words.length == 3 || words.length == 4,
                        "a witness has a name, a key and may have a url");
                NoteKey key = NoteKey.parse(words[2]);
                require(key.kind() != NoteKey.Kind.ED25519, "a witness's key makes cosignatures");
                requireNew(words[1]);
                require(
                        witnesses.values().stream().noneMatch(each -> each.key().sameKey(key)),
                        "a witness is twice");
                witnesses.put(words[1], new Member(words[1], key, url(words, 3)));
            }
            case "group" -> {
                require(words.length >= 4, "a group has a name, a number and members");
                requireNew(words[1]);
                List<String> members = List.of(words).subList(3, words.length);
                for (String member : members) {
                    require(isKnown(member), member + " is not defined before");
                    require(grouped.add(member), member + " is in a group already");
                }
                int least =
                        switch (words[2]) {
                            case "any" -> 1;
                            case "all" -> members.size();
                            default -> (int) Checkpoint.number("the threshold", words[2]);
                        };
                require(
                        least >= 1 && least <= members.size(),
                        "the threshold is not between 1 and the number of members");
                groups.put(words[1], new Group(least, members));
            }
            case "quorum" -> {
                require(words.length == 2, "a quorum has one name");
                require(quorum.isEmpty(), "the quorum is there already");
                require(
                        words[1].equals(NONE) || isKnown(words[1]),
                        words[1] + " is not defined before");
                quorum = words[1];
            }
            default -> throw new IllegalArgumentException("'" + words[0] + "' is no keyword");
        }
    }

    private static Optional<String> url(String[] words, int at) {
        return words.length > at ? Optional.of(words[at]) : Optional.empty();
    }

    private boolean isKnown(String name) {
        return witnesses.containsKey(name) || groups.containsKey(name);
    }

    private void requireNew(String name) {
        require(!name.equals(NONE) && !isKnown(name), name + " is taken");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** The logs, in the policy's order; one log may have several keys. */
    public List<Member> logs() {
        return List.copyOf(logs);
    }

    /** The witnesses, in the policy's order. */
    public List<Member> witnesses() {
        return List.copyOf(witnesses.values());
    }

    /** Whether any witness is asked for. */
    public boolean asksForWitnesses() {
        return !quorum.equals(NONE);
    }

    /** Whether these witnesses are a quorum. */
    public boolean isMetBy(Set<String> names) {
        return quorum.equals(NONE) || holds(quorum, names);
    }

    private boolean holds(String name, Set<String> names) {
        Group group = groups.get(name);
        return group == null
                ? names.contains(name)
                : group.members().stream().filter(each -> holds(each, names)).count()
                        >= group.least();
    }

    /**
     * Opens a checkpoint by the keys known here; one of a log's shard by the log's.
     *
     * @throws IllegalArgumentException if no log of the policy signed it, if a signature by a known
     *     key does not verify, or if the origin is not the signing log's
     */
    public Opened open(SignedNote note) {
        List<NoteKey> logKeys =
                logs.stream().map(each -> each.key().of(note.origin())).distinct().toList();
        List<SignedNote.Verified> signed = note.verified(logKeys);
        Checkpoint checkpoint = Checkpoint.parse(note.text());
        for (SignedNote.Verified each : signed) {
            require(
                    each.key().name().equals(checkpoint.origin()),
                    "checkpoint: of the log "
                            + checkpoint.origin()
                            + ", signed by "
                            + each.key().reference());
        }
        List<NoteKey> all = new ArrayList<>(logKeys);
        witnesses.values().forEach(each -> all.add(each.key()));
        Map<NoteKey, Long> cosigned = new HashMap<>();
        note.verified(all).forEach(each -> cosigned.put(each.key(), each.time()));
        List<Member> seen =
                witnesses.values().stream()
                        .filter(each -> cosigned.containsKey(each.key()))
                        .toList();
        List<String> names = seen.stream().map(Member::name).toList();
        return new Opened(
                checkpoint,
                names,
                isMetBy(new HashSet<>(names)),
                seen.stream()
                        .flatMap(each -> Stream.ofNullable(cosigned.get(each.key())))
                        .max(Comparator.naturalOrder())
                        .map(Instant::ofEpochSecond));
    }
}
