package dev.remit.approval.domain;

import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What waits for one person, the oldest first.
 *
 * @param tag the same for the same items, SHA-256, its first 32 hexadecimal digits
 */
public record Inbox(List<Item> items, String tag) {
    /**
     * A change that waits.
     *
     * @param stage the name of its first open stage
     * @param revision other than before when anything of its open stages is
     */
    public record Item(
            UUID change,
            String stage,
            Instant since,
            Instant until,
            String planHash,
            String revision) {}

    /** What became different. */
    public sealed interface Difference {
        Item item();

        /** It waits now. */
        record Added(Item item) implements Difference {}

        /** It still waits, under other circumstances. */
        record Changed(Item item) implements Difference {}

        /** It does not wait any more: decided, moved to others, or ended. */
        record Removed(Item item) implements Difference {}
    }

    public static Inbox of(List<Item> items) {
        StringBuilder text = new StringBuilder();
        items.forEach(each ->
                text.append(each.change()).append(' ').append(each.revision()).append('\n'));
        return new Inbox(
                List.copyOf(items),
                Hash.sha256(text.toString().getBytes(StandardCharsets.UTF_8))
                        .hex()
                        .substring(0, 32));
    }

    /** What makes this one of that one: first what went, then what came, then what changed. */
    public List<Difference> since(Inbox before) {
        Map<UUID, Item> old = new LinkedHashMap<>();
        before.items().forEach(each -> old.put(each.change(), each));
        List<Difference> came = new ArrayList<>();
        List<Difference> other = new ArrayList<>();
        for (Item each : items) {
            Item was = old.remove(each.change());
            if (was == null) {
                came.add(new Difference.Added(each));
            } else if (!was.equals(each)) {
                other.add(new Difference.Changed(each));
            }
        }
        List<Difference> all = new ArrayList<>();
        old.values().forEach(each -> all.add(new Difference.Removed(each)));
        all.addAll(came);
        all.addAll(other);
        return List.copyOf(all);
    }
}
