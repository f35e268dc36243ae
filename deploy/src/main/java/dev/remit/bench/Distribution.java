package dev.remit.bench;

import java.util.Arrays;

/**
 * Exact percentiles (nearest rank) in milliseconds. What never arrived counts as slower than
 * everything that did: a percentile that falls on it is infinite.
 *
 * @param count how many were expected
 * @param missing how many of them never arrived
 */
public record Distribution(int count, int missing, double p50, double p90, double p99, double max) {

    /**
     * @param nanoseconds what arrived, in any order
     * @param missing how many never arrived
     * @throws IllegalArgumentException if there is nothing at all
     */
    public static Distribution of(long[] nanoseconds, int missing) {
        if (nanoseconds.length + missing == 0) {
            throw new IllegalArgumentException("no value, no percentile");
        }
        long[] sorted = nanoseconds.clone();
        Arrays.sort(sorted);
        int count = sorted.length + missing;
        return new Distribution(
                count,
                missing,
                rank(sorted, count, 0.50),
                rank(sorted, count, 0.90),
                rank(sorted, count, 0.99),
                rank(sorted, count, 1.0));
    }

    private static double rank(long[] sorted, int count, double quantile) {
        int rank = Math.max(1, (int) Math.ceil(quantile * count - 1e-9));
        return rank > sorted.length ? Double.POSITIVE_INFINITY : sorted[rank - 1] / 1e6;
    }
}
