package dev.remit.ledger.adapter.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {
    @TempDir Path directory;

    @Test
    void filesAreWrittenWholeAndNothingElseIsLeft() throws IOException {
        Folder folder = new Folder(directory.resolve("log"));
        folder.write(Map.of("tile/0/000", new byte[] {1}, "tile/0/001.p/3", new byte[] {2}));
        folder.write(Map.of("tile/0/000", new byte[] {3}));
        assertThat(folder.read("tile/0/000")).contains(new byte[] {3});
        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(2);
        }
    }

    @Test
    void nothingOutsideTheFolderIsRead() throws IOException {
        Files.writeString(directory.resolve("blinding.key"), "secret");
        Folder folder = new Folder(directory.resolve("log"));
        folder.write(Map.of("checkpoint", new byte[] {1}));
        assertThat(folder.read("../blinding.key")).isEmpty();
        assertThat(folder.read("tile/../../blinding.key")).isEmpty();
        assertThat(folder.read(directory.resolve("blinding.key").toString())).isEmpty();
        assertThat(folder.read("tile")).isEmpty();
    }
}
