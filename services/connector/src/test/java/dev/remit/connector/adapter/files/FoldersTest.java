package dev.remit.connector.adapter.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a file that was read. */
class FoldersTest {
    @TempDir Path folder;

    @Test
    void aFileThatWasReadIsPutBesideOthersOfItsName() throws Exception {
        for (String content : new String[] {"first", "second"}) {
            Path file = Files.writeString(folder.resolve("feed.csv"), content);
            Folders.done(file, Folders.state(file));
            assertThat(file).doesNotExist();
        }
        assertThat(folder.resolve("done/feed.csv")).hasContent("first");
        assertThat(folder.resolve("done/feed.csv.1")).hasContent("second");
    }

    @Test
    void whatCameInItsPlaceMeanwhileStays() throws Exception {
        Path file = Files.writeString(folder.resolve("feed.csv"), "first");
        String read = Folders.state(file);
        Files.delete(file);
        Files.writeString(folder.resolve("feed.csv"), "other");
        Folders.done(file, read);
        assertThat(file).hasContent("other");

        read = Folders.state(file);
        Files.writeString(file, "other and more");
        Folders.done(file, read);
        assertThat(file).exists();
    }
}
