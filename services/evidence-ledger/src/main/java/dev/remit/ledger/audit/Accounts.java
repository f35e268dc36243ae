package dev.remit.ledger.audit;

import dev.remit.handoff.Topic;
import dev.remit.ledger.log.OffsetManifest;
import dev.remit.ledger.log.OffsetManifest.Hole;
import dev.remit.ledger.log.OffsetManifest.Range;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether the log's manifests account for every offset, each partition from where it was read
 * first. A hole in a compacted topic is no fault: an older text of the same charter was there.
 */
final class Accounts {
    /** Told what is wrong, and what is not but worth saying. */
    interface Told {
        void wrong(String words);

        void note(String words);
    }

    private final Map<String, Long> next = new TreeMap<>();

    /** Goes on from what {@link #lines} gave. */
    static Accounts from(List<String> lines) {
        Accounts accounts = new Accounts();
        for (String line : lines) {
            int blank = line.indexOf(' ');
            accounts.next.put(line.substring(0, blank), Long.parseLong(line.substring(blank + 1)));
        }
        return accounts;
    }

    /** Each partition with the first offset that is not accounted for. */
    List<String> lines() {
        return next.entrySet().stream().map(each -> each.getKey() + " " + each.getValue()).toList();
    }

    /** Looks at a leaf; those that are no manifests mean nothing here. */
    void take(byte[] leaf, Told told) {
        try {
            OffsetManifest.parse(leaf)
                    .ifPresent(manifest -> manifest.ranges().forEach(each -> take(each, told)));
        } catch (IllegalArgumentException e) {
            told.wrong(String.valueOf(e.getMessage()));
        }
    }

    private void take(Range range, Told told) {
        Long expected = next.put(range.place(), range.to() + 1);
        if (expected == null) {
            if (range.from() > 0) {
                told.note(
                        "%s is accounted for from offset %d on"
                                .formatted(range.place(), range.from()));
            }
        } else if (range.from() > expected) {
            told.wrong(
                    "nothing accounts for %s from offset %d to %d"
                            .formatted(range.place(), expected, range.from() - 1));
        } else if (range.from() < expected) {
            told.wrong(
                    "%s is accounted for from offset %d on, which was so to %d before"
                            .formatted(range.place(), range.from(), expected - 1));
        }
        long nothing = 0;
        for (Hole hole : range.holes()) {
            nothing += hole.to() - hole.from() + 1;
            String words =
                    "%s held nothing from offset %d to %d"
                            .formatted(range.place(), hole.from(), hole.to());
            if (isCompacted(range.topic())) {
                told.note(words + ": compacted");
            } else {
                told.wrong(
                        words
                                + " when it was read: deleted, expired or skipped (a transaction's marker would look the same; no service uses transactions)");
            }
        }
        if (range.number() + nothing < range.to() - range.from() + 1) {
            told.wrong(
                    "%s, offsets %d to %d: says that %d records were read, and of the others nothing"
                            .formatted(range.place(), range.from(), range.to(), range.number()));
        }
    }

    private static boolean isCompacted(String topic) {
        try {
            return Topic.of(topic).isCompacted();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
