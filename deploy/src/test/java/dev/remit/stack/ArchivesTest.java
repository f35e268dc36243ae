package dev.remit.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchivesTest {
    @TempDir private Path folder;

    @Test
    void whatIsDoneIsNotDoneAgainAndWhatFailedIs() throws Exception {
        Path mark = folder.resolve("parts/program");
        var times = new AtomicInteger();

        assertThatThrownBy(() ->
                        Archives.once(
                                mark,
                                () -> {
                                    times.incrementAndGet();
                                    throw new IOException("no space left");
                                }))
                .hasMessage("no space left");
        for (int n = 0; n < 2; n++) {
            Archives.once(
                    mark,
                    () -> {
                        times.incrementAndGet();
                        Files.createFile(mark);
                    });
        }

        assertThat(times).hasValue(2);
    }

    /** Another process has its turn: this one waits, and finds it done. */
    @Test
    void anotherProcessThatIsAboutItIsWaitedFor() throws Exception {
        Path mark = folder.resolve("program");
        Path lock = Files.createFile(folder.resolve("program.lock"));
        Process other =
                new ProcessBuilder(
                                Java.binary(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Holder.class.getName(),
                                lock.toString(),
                                mark.toString())
                        .redirectErrorStream(true)
                        .start();
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("held");
            Archives.once(
                    mark,
                    () -> {
                        throw new IOException("done twice at a time");
                    });
            assertThat(mark).exists();
        } finally {
            other.destroy();
            assertThat(other.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aSparePortIsNotGivenAwayTwiceInTurn() throws IOException {
        assertThat(Home.anyFree()).isNotEqualTo(Home.anyFree());
    }

    /** Holds the lock for a moment, then leaves the mark. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws Exception {
            try (var file = new java.io.RandomAccessFile(args[0], "rw");
                    var held = file.getChannel().lock()) {
                System.out.println(held.isValid() ? "held" : "not held");
                Thread.sleep(300);
                Files.createFile(Path.of(args[1]));
            }
        }
    }
}
