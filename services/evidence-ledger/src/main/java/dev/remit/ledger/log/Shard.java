package dev.remit.ledger.log;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One of the trees of a log that is kept by periods: with an origin, signing keys' names and files
 * of its own, and linked with its neighbours by {@link ShardEnd} and {@link ShardStart}.
 *
 * @param period 2027, 2027-q1 or 2027-01; empty for the first, which is all there is of a log that
 *     is not kept by periods
 * @param first how many leaves the shards before it hold together: the place of its first leaf
 *     among all of the log's
 */
public record Shard(String period, long first) {
    /** The one that every log starts with. */
    public static final Shard FIRST = new Shard("", 0);

    /** How a period reads. */
    public static final Pattern PERIOD = Pattern.compile("[0-9]{4}(?:-q[1-4]|-(?:0[1-9]|1[0-2]))?");

    public Shard {
        if (period.isEmpty() ? first != 0 : first < 1 || !PERIOD.matcher(period).matches()) {
            throw new IllegalArgumentException("shard: '" + period + "' from " + first + " on");
        }
    }

    /** The origin of a log's shard of this period (C2SP tlog-checkpoint). */
    public static String origin(String log, String period) {
        return period.isEmpty() ? log : log + "/" + period;
    }

    /** The period that an origin names, if it is that of one of this log's shards. */
    public static Optional<String> period(String origin, String log) {
        if (origin.equals(log)) {
            return Optional.of("");
        }
        return origin.startsWith(log + "/")
                ? Optional.of(origin.substring(log.length() + 1))
                        .filter(rest -> PERIOD.matcher(rest).matches())
                : Optional.empty();
    }

    /** What its files' paths start with below the log's prefix. */
    public static String prefix(String period) {
        return period.isEmpty() ? "" : period + "/";
    }
}
