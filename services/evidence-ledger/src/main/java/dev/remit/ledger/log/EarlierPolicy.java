package dev.remit.ledger.log;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A trust policy that held for a log until a state of it, and holds for nothing after that: so what
 * was cosigned by an earlier quorum still verifies, and what is new cannot pass for it. The bound
 * is a size and no time, since whoever signs can say any time.
 *
 * @param origin of the shard with the last state that it holds for
 * @param size of that state
 */
public record EarlierPolicy(TrustPolicy policy, String origin, long size) {
    private static final String UNTIL = "until";

    /**
     * Reads a policy (C2SP tlog-policy) with one more line, {@code until ORIGIN SIZE}.
     *
     * @throws IllegalArgumentException naming what is wrong with it
     */
    public static EarlierPolicy parse(String text) {
        List<String[]> until =
                text.lines()
                        .map(line -> line.strip().split("[ \t]+", -1))
                        .filter(words -> words[0].equals(UNTIL))
                        .toList();
        if (until.size() != 1 || until.getFirst().length != 3) {
            throw new IllegalArgumentException(
                    "earlier policy: has not one line 'until ORIGIN SIZE'");
        }
        return new EarlierPolicy(
                TrustPolicy.parse(
                        String.join(
                                "\n",
                                text.lines()
                                        .filter(line ->
                                                !line.strip().split("[ \t]+", -1)[0].equals(UNTIL))
                                        .toList())),
                until.getFirst()[1],
                Checkpoint.number("the size", until.getFirst()[2]));
    }

    /**
     * The one policy that a state of a log must meet: the earliest that held until it or later, or
     * the one that holds now.
     *
     * @param log its first origin
     */
    public static TrustPolicy of(
            Checkpoint state, String log, List<EarlierPolicy> earlier, TrustPolicy now) {
        return earlier.stream()
                .filter(each -> each.compareTo(state, log) >= 0)
                .min(
                        Comparator.comparing((EarlierPolicy each) ->
                                        Shard.period(each.origin, log).orElse(""))
                                .thenComparingLong(EarlierPolicy::size))
                .map(EarlierPolicy::policy)
                .orElse(now);
    }

    /** Whether its last state is before a state, after it, or it; before it if of another log. */
    private int compareTo(Checkpoint state, String log) {
        Optional<String> own = Shard.period(origin, log);
        Optional<String> other = Shard.period(state.origin(), log);
        if (own.isEmpty() || other.isEmpty()) {
            return -1;
        }
        int periods = own.get().compareTo(other.get());
        return periods != 0 ? periods : Long.compare(size, state.size());
    }
}
