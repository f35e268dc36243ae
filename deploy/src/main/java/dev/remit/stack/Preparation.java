package dev.remit.stack;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One thing that the services find when they start: topics, schemas, keys, a realm. It is made
 * where it is missing and left alone where it is there, so that it may be done again at any time.
 */
public interface Preparation {
    /** What is made, in one word. */
    String what();

    /** Where, for example {@code at 127.0.0.1:9092}. */
    String where();

    /** Why the other side does not answer; empty when it does. Asks once, for a few seconds. */
    Optional<String> trouble() throws InterruptedException;

    /** What to do when the other side does not answer. */
    String advice();

    /**
     * Makes what is missing.
     *
     * @return what was made and what was there, in words
     * @throws IOException saying what is wrong and what to do
     */
    String make() throws IOException, InterruptedException;

    /** Told about progress. */
    interface Progress {
        /** One thing is there now. */
        void done(Preparation preparation, String words);
    }

    /**
     * Makes all of it in this order, each as soon as its other side answers.
     *
     * @param patience how long each may take to answer
     * @throws IOException naming what does not answer, or what is wrong, and what to do
     */
    static void run(List<Preparation> all, Duration patience, Progress progress)
            throws IOException, InterruptedException {
        for (Preparation each : all) {
            long deadline = System.nanoTime() + patience.toNanos();
            for (Optional<String> trouble = each.trouble();
                    trouble.isPresent();
                    trouble = each.trouble()) {
                if (System.nanoTime() > deadline) {
                    throw new IOException(
                            "%s: nothing answers %s after %d s (%s). %s"
                                    .formatted(
                                            each.what(),
                                            each.where(),
                                            patience.toSeconds(),
                                            trouble.get(),
                                            each.advice()));
                }
                Thread.sleep(500);
            }
            progress.done(each, each.make());
        }
    }
}
