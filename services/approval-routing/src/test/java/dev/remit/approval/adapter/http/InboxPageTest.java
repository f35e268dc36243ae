package dev.remit.approval.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the page reads an inbox that has more pages than one; run by node, and skipped without. */
class InboxPageTest {
    private static final Path PAGE = Path.of("src/main/resources/META-INF/resources");

    /** An inbox of so many items, in pages of 50; a page that ends with the list has no next. */
    private static final String INBOX =
            """
            import { pages } from "./session.mjs";
            const [most, count] = process.argv.slice(2).map(Number);
            const asked = [];
            const read = async after => {
              asked.push(after);
              const from = Number(after ?? 0);
              const items = Array.from({ length: Math.min(50, count - from) }, (_, n) => ({ changeId: `c${from + n}` }));
              return { items, next: items.length < 50 ? null : String(from + 50) };
            };
            const { items, more } = await pages(read, most);
            console.log(items.length, new Set(items.map(each => each.changeId)).size, more, asked.length);
            """;

    @TempDir Path folder;

    @BeforeEach
    void thePagesModule() throws IOException {
        Files.copy(PAGE.resolve("session.js"), folder.resolve("session.mjs"));
        Files.writeString(folder.resolve("inbox.mjs"), INBOX);
    }

    @Test
    void everythingThatWaitsIsReadHoweverManyPagesItTakes() throws Exception {
        assertThat(read(20, 0)).isEqualTo("0 0 false 1");
        assertThat(read(20, 49)).isEqualTo("49 49 false 1");
        assertThat(read(20, 51)).isEqualTo("51 51 false 2");
        assertThat(read(20, 130)).isEqualTo("130 130 false 3");
    }

    @Test
    void ofMoreThanThePageReadsItSaysThatThereAreMore() throws Exception {
        assertThat(read(3, 151)).isEqualTo("150 150 true 3");
    }

    @Test
    void thePageReadsItsInboxLikeThatAndCountsAll() throws IOException {
        assertThat(Files.readString(PAGE.resolve("inbox.js")))
                .contains("({ items, more } = await pages(after => ask(\"GET\", `inbox?limit=200")
                .contains("`(${items.length}${more ? \"+\" : \"\"})`");
    }

    private String read(int most, int count) throws Exception {
        Process process;
        try {
            process =
                    new ProcessBuilder(
                                    "node",
                                    "inbox.mjs",
                                    String.valueOf(most),
                                    String.valueOf(count))
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            assumeTrue(false, "no node here: " + e.getMessage());
            throw e;
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said.strip();
    }
}
