package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {
    @Test
    void benchmarksDoNotRunSideBySide(@TempDir Path data) throws Exception {
        Path results = data.resolve("bench");
        try (FileChannel first = Bench.reserve(results)) {
            assertThat(first.isOpen()).isTrue();
            assertThatThrownBy(() -> Bench.reserve(results))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another ./remit bench is running in " + results);
        }
        Bench.reserve(results).close();
    }
}
