package dev.remit.connector.application;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A source's list, read page by page. Each page begins with the last entry of the page before it:
 * if it does not, or if an entry comes twice, the list moved meanwhile and an entry may be missing,
 * so the whole is not taken for complete.
 */
public final class Listing<T> {
    /** The list as read is not the list as it is; read it again. */
    public static final class Incomplete extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Incomplete(String reason) {
            super(reason, null, false, false);
        }
    }

    private final Function<T, String> id;
    private final Map<String, T> entries = new LinkedHashMap<>();
    private @Nullable String last;

    /**
     * @param id the immutable id of an entry
     */
    public Listing(Function<T, String> id) {
        this.id = id;
    }

    /** Where the next page begins, counted from 0. */
    public int next() {
        return Math.max(0, entries.size() - 1);
    }

    public int size() {
        return entries.size();
    }

    /** The entries in the source's order. */
    public List<T> entries() {
        return List.copyOf(entries.values());
    }

    /**
     * Adds the page that begins at {@link #next}; false if it brought nothing new.
     *
     * @throws Incomplete if it does not continue what was read
     */
    public boolean add(List<T> page) {
        boolean first = last == null;
        if (!first && (page.isEmpty() || !id.apply(page.getFirst()).equals(last))) {
            throw new Incomplete("the list changed while it was read");
        }
        List<T> fresh = first ? page : page.subList(1, page.size());
        for (T entry : fresh) {
            if (entries.putIfAbsent(id.apply(entry), entry) != null) {
                throw new Incomplete("the list changed while it was read: an entry came twice");
            }
            last = id.apply(entry);
        }
        return !fresh.isEmpty();
    }
}
