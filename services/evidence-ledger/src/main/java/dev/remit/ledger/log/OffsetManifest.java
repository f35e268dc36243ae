package dev.remit.ledger.log;

import dev.remit.handoff.merkle.Hash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which offsets of which Kafka partitions the ledger has read, as a leaf of the log: text, LF
 * lines. So that a message which was deleted, expired or skipped before it was read shows, and
 * whoever can read the topics can compare.
 *
 * @param ranges of different partitions
 */
public record OffsetManifest(List<Range> ranges) {
    /** Offsets at which nothing was read, both ends included. */
    public record Hole(long from, long to) {}

    /**
     * A partition's offsets since its last manifest, both ends included.
     *
     * @param number of records that were read
     * @param chain over all records of the partition that were ever read, see {@link #next}
     * @param holes the other offsets
     */
    public record Range(
            String topic,
            int partition,
            long from,
            long to,
            long number,
            Hash chain,
            List<Hole> holes) {
        public Range {
            holes = List.copyOf(holes);
        }

        /** The partition as Kafka's tools write it. */
        public String place() {
            return topic + "-" + partition;
        }
    }

    /** The type of the rows that hold one. */
    public static final String TYPE = "OffsetManifest";

    private static final String HEAD = "offset-manifest/v1";

    public OffsetManifest {
        ranges = List.copyOf(ranges);
    }

    /** The chain before a partition's first record. */
    public static Hash start(String topic, int partition) {
        return Hash.sha256(
                ("offset-chain/v1\0" + topic + "\0" + partition).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The chain after a further record: SHA-256 of the chain before it, its offset in eight bytes,
     * big-endian, and its hash.
     *
     * @param record see {@link dev.remit.handoff.loop.Polled#hash}
     */
    public static Hash next(Hash chain, long offset, Hash record) {
        return Hash.sha256(
                ByteBuffer.allocate(2 * Hash.BYTES + Long.BYTES)
                        .put(chain.bytes())
                        .putLong(offset)
                        .put(record.bytes())
                        .array());
    }

    /** The leaf. */
    public byte[] leaf() {
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        for (Range each : ranges) {
            text.append("read ")
                    .append(each.topic())
                    .append(' ')
                    .append(each.partition())
                    .append(' ')
                    .append(each.from())
                    .append(' ')
                    .append(each.to())
                    .append(' ')
                    .append(each.number())
                    .append(' ')
                    .append(each.chain())
                    .append('\n');
            for (Hole hole : each.holes()) {
                text.append("nothing ")
                        .append(hole.from())
                        .append(' ')
                        .append(hole.to())
                        .append('\n');
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads a leaf; empty if it is one of another kind.
     *
     * @throws IllegalArgumentException if it is a manifest and does not read
     */
    public static Optional<OffsetManifest> parse(byte[] leaf) {
        String text = new String(leaf, StandardCharsets.UTF_8);
        if (!text.startsWith(HEAD + "\n")) {
            return Optional.empty();
        }
        List<Range> ranges = new ArrayList<>();
        for (String line : text.substring(HEAD.length() + 1).lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("read") && words.length == 7) {
                ranges.add(
                        new Range(
                                words[1],
                                (int) number(words[2]),
                                number(words[3]),
                                number(words[4]),
                                number(words[5]),
                                Hash.parse(words[6]),
                                List.of()));
            } else if (words[0].equals("nothing") && words.length == 3 && !ranges.isEmpty()) {
                Range last = ranges.removeLast();
                List<Hole> holes = new ArrayList<>(last.holes());
                holes.add(new Hole(number(words[1]), number(words[2])));
                ranges.add(
                        new Range(
                                last.topic(),
                                last.partition(),
                                last.from(),
                                last.to(),
                                last.number(),
                                last.chain(),
                                holes));
            } else {
                throw new IllegalArgumentException("manifest: '" + line + "' does not read");
            }
        }
        return Optional.of(new OffsetManifest(ranges));
    }

    private static long number(String text) {
        return Checkpoint.number("manifest", text);
    }
}
