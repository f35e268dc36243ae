package dev.remit.ledger.log;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A tile's place (C2SP tlog-tiles): 256 hashes, fewer when partial.
 *
 * @param level 0 for leaf hashes; a hash at level l is the root of a full tile one level below. -1
 *     for entries
 * @param index the tile's number in its level
 * @param width the number of hashes, 1 to 256
 */
public record Tile(int level, long index, int width) {
    private static final Pattern PATH =
            Pattern.compile(
                    "tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\\.p/([0-9]{1,3}))?");

    /** Hashes in a full tile. */
    public static final int FULL = 256;

    /** Level of the entry bundles. */
    public static final int ENTRIES = -1;

    public Tile {
        if (level < ENTRIES || level > 63 || index < 0 || width < 1 || width > FULL) {
            throw new IllegalArgumentException(
                    "no such tile: level " + level + ", index " + index + ", width " + width);
        }
    }

    /** The tile's path below the log's prefix, for example {@code tile/0/x001/x234/067.p/112}. */
    public String path() {
        var number = new StringBuilder("%03d".formatted(index % 1000));
        for (long rest = index / 1000; rest > 0; rest /= 1000) {
            number.insert(0, "x%03d/".formatted(rest % 1000));
        }
        String name = level == ENTRIES ? "entries" : String.valueOf(level);
        return "tile/" + name + "/" + number + (width == FULL ? "" : ".p/" + width);
    }

    /**
     * Reads what {@link #path()} writes, and nothing else.
     *
     * @throws IllegalArgumentException naming the path
     */
    public static Tile parse(String path) {
        Matcher parts = PATH.matcher(path);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + path + "' is no tile's path");
        }
        try {
            Tile tile =
                    new Tile(
                            parts.group(1).equals("entries")
                                    ? ENTRIES
                                    : Integer.parseInt(parts.group(1)),
                            Long.parseLong(parts.group(2).replaceAll("[x/]", "")),
                            parts.group(3) == null ? FULL : Integer.parseInt(parts.group(3)));
            if (tile.path().equals(path)) {
                return tile;
            }
        } catch (IllegalArgumentException e) {
            // a number out of its range: said below
        }
        throw new IllegalArgumentException("'" + path + "' is no tile's path");
    }
}
