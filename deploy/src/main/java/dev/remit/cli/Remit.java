package dev.remit.cli;

import dev.remit.stack.Home;
import dev.remit.stack.Stack;
import java.nio.file.Path;
import java.time.Duration;

/** x. */
public final class Remit {
    private Remit() {}

    /** x. */
    public static void main(String[] arguments) throws Exception {
        Stack stack =
                new Stack(
                        new Home(Path.of(".remit").toAbsolutePath(), Path.of("").toAbsolutePath()));
        long start = System.nanoTime();
        switch (arguments[0]) {
            case "up" ->
                    stack.up((name, took, adopted) ->
                            System.out.printf(
                                    "%s %d ms %s%n",
                                    name, took.toMillis(), adopted ? "adopted" : ""));
            case "down" -> stack.down();
            default -> stack.status().forEach(System.out::println);
        }
        System.out.println(Duration.ofNanos(System.nanoTime() - start));
    }
}
