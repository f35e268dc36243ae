package dev.remit.bench;

import dev.remit.stack.Requests;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How large the services' batches are and how long their parts take, as their own metrics count
 * them ({@code remit.batch.size}, {@code remit.batch.stage}).
 *
 * @param sums what was summed up, by service and what it is of
 */
record Batches(Map<String, Sum> sums) {
    static final Batches NONE = new Batches(Map.of());

    private static final Pattern LINE =
            Pattern.compile(
                    "remit_batch_(size|stage_seconds)_(count|sum)\\{[^}]*?(?:of|stage)=\"([^\"]+)\"[^}]*\\} ([0-9.E+-]+)");

    /**
     * How often, and what it came to: records, or seconds.
     *
     * @param timed whether it is time
     */
    record Sum(boolean timed, double times, double sum) {
        private Sum plus(Sum other) {
            return new Sum(timed, times + other.times, sum + other.sum);
        }

        private Sum minus(Sum other) {
            return new Sum(timed, times - other.times, sum - other.sum);
        }

        /** Records a batch, or seconds a batch; 0 when there was none. */
        double mean() {
            return times == 0 ? 0 : sum / times;
        }
    }

    /**
     * Asks the services.
     *
     * @param addresses where each service's HTTP is
     */
    static Batches of(Map<String, String> addresses) throws IOException, InterruptedException {
        Map<String, Sum> sums = new TreeMap<>();
        for (Map.Entry<String, String> each : addresses.entrySet()) {
            Requests.Answer answer =
                    Requests.send(
                            "GET",
                            each.getValue() + "/q/metrics",
                            null,
                            null,
                            Map.of("Accept", "text/plain"));
            if (answer.ok()) {
                read(answer.text())
                        .forEach((what, sum) -> sums.put(each.getKey() + " " + what, sum));
            }
        }
        return new Batches(sums);
    }

    /** What a service's metrics say, in Prometheus' text format. */
    static Map<String, Sum> read(String metrics) {
        Map<String, Sum> sums = new TreeMap<>();
        Matcher matcher = LINE.matcher(metrics);
        while (matcher.find()) {
            boolean timed = matcher.group(1).startsWith("stage");
            double value = Double.parseDouble(matcher.group(4));
            sums.merge(
                    matcher.group(3),
                    matcher.group(2).equals("count")
                            ? new Sum(timed, value, 0)
                            : new Sum(timed, 0, value),
                    Sum::plus);
        }
        return sums;
    }

    Batches since(Batches before) {
        Map<String, Sum> sums = new TreeMap<>();
        this.sums.forEach((what, sum) ->
                sums.put(
                        what,
                        before.sums.containsKey(what) ? sum.minus(before.sums.get(what)) : sum));
        sums.values().removeIf(sum -> sum.times() == 0);
        return new Batches(sums);
    }
}
