package dev.remit.ledger.log;

import java.util.List;

/**
 * A log's shards, oldest first. Places and sizes are counted here over all of them.
 *
 * @param all the first is {@link Shard#FIRST}
 */
public record Shards(List<Shard> all) {
    public Shards {
        all = List.copyOf(all);
        if (all.isEmpty() || !all.getFirst().equals(Shard.FIRST)) {
            throw new IllegalArgumentException("shards: the first one is missing");
        }
    }

    /** The one that is written. */
    public Shard last() {
        return all.getLast();
    }

    /** The one that has this place; of what is not written yet, the last one. */
    public Shard at(long place) {
        return all.reversed().stream()
                .filter(each -> each.first() <= place)
                .findFirst()
                .orElse(Shard.FIRST);
    }

    /** Where it ends, exclusive; as far as there are numbers while it is written. */
    public long end(Shard shard) {
        int next = all.indexOf(shard) + 1;
        return next < all.size() ? all.get(next).first() : Long.MAX_VALUE;
    }

    /** The last one, and the one before where there is one, newest first. */
    public List<Shard> newest() {
        return all.reversed().subList(0, Math.min(2, all.size()));
    }
}
