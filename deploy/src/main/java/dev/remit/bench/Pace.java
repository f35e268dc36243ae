package dev.remit.bench;

/**
 * When each change of a run is due. An open loop: what is due does not depend on what was answered,
 * and latency is counted from when a change was due, so that a stall is not left out (coordinated
 * omission).
 *
 * @param perSecond changes per second; infinite when all are due at once
 */
record Pace(double perSecond) {
    /** All at once. */
    static final Pace SATURATION = new Pace(Double.POSITIVE_INFINITY);

    Pace {
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("a pace is above zero, not " + perSecond);
        }
    }

    /** When change {@code index} (from 0) is due, in nanoseconds from the start. */
    long due(int index) {
        return Double.isInfinite(perSecond) ? 0 : (long) (index * 1e9 / perSecond);
    }

    /** How many of {@code all} changes are due when {@code elapsed} nanoseconds have gone by. */
    int dueBy(long elapsed, int all) {
        if (Double.isInfinite(perSecond)) {
            return all;
        }
        int some = (int) Math.min(all, Math.floor(elapsed * perSecond / 1e9) + 1);
        while (some > 0 && due(some - 1) > elapsed) {
            some--;
        }
        return some;
    }

    /** How many changes of this pace fill the seconds, at most {@code most}. */
    int changes(double seconds, int most) {
        return (int) Math.max(1, Math.min(most, perSecond * seconds));
    }
}
