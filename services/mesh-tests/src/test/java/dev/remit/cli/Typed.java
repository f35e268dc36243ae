package dev.remit.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * A command as a person types it, run in this process.
 *
 * @param said what it printed, what it complained of included
 */
public record Typed(int exit, String said) {
    /** Runs it. */
    public static Typed of(String... words) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream all = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            System.setOut(all);
            System.setErr(all);
            int exit = Remit.execute(words);
            return new Typed(exit, said.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
