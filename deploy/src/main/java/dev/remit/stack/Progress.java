package dev.remit.stack;

/** Told what goes on in something that takes long. */
@FunctionalInterface
public interface Progress {
    /** A line about it. */
    void say(String words);

    /** Prints each line with the seconds since now. */
    static Progress printed() {
        long start = System.nanoTime();
        return words ->
                System.out.printf(
                        "[%4d s] %s%n", (System.nanoTime() - start) / 1_000_000_000, words);
    }
}
