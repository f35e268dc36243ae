package dev.remit.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EndingTest {
    @Test
    void whatWasStoppedIsNotStoppedAgain() throws Exception {
        AtomicInteger stopped = new AtomicInteger();
        Ending ending = Ending.with(stopped::incrementAndGet);
        ending.now();
        ending.now();
        assertThat(stopped).hasValue(1);
    }

    @Test
    void whatRunsWhenTheJvmEndsIsStoppedByThen() throws Exception {
        assertThat(words("early")).isEqualTo("stopped");
        assertThat(words("in time")).isEqualTo("stopped");
    }

    private static String words(String when) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Program.class.getName(),
                                when)
                        .redirectErrorStream(true)
                        .start();
        String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return words;
    }

    /** Starts something, and ends before it is stopped or afterwards. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            Ending ending = Ending.with(() -> System.out.print("stopped"));
            if (arguments[0].equals("in time")) {
                ending.now();
            }
        }
    }
}
