package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.seal.SealVerifier;
import dev.remit.handoff.seal.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysTest {
    private final SigningKey key = SigningKey.generate("connector", new SecureRandom());
    private final SigningKey next = SigningKey.generate("connector", new SecureRandom());
    @TempDir Path folder;
    private Path signing;
    private Path trust;

    @BeforeEach
    void write() throws IOException {
        signing = Files.writeString(folder.resolve("connector.key"), key.secretText());
        trust = Files.writeString(folder.resolve("trust.vkeys"), key.verifier() + "\n");
    }

    @Test
    void aChangedTrustIsReadAgainAndABrokenOneChangesNothing() throws Exception {
        Keys keys = new Keys("connector", signing, trust);
        SealVerifier before = keys.verifier();

        change(key.verifier() + "\n" + next.verifier() + "\n", 1);
        SealVerifier after = keys.verifier();
        assertThat(after).isNotSameAs(before);

        change("not a key\n", 2);
        assertThat(keys.verifier()).isSameAs(after);
        change("", 3);
        assertThat(keys.verifier()).as("half written").isSameAs(after);
        change(next.verifier() + "\n", 4);
        assertThat(keys.verifier()).as("a line is missing").isSameAs(after);
        change(key.verifier() + " revoked=2026-01-01T00:00:00Z\n" + next.verifier() + "\n", 5);
        assertThat(keys.verifier()).isNotSameAs(after);
    }

    @Test
    void aServiceDoesNotStartWithARetiredOrRevokedKey() throws Exception {
        for (String period : new String[] {" until=", " revoked="}) {
            Files.writeString(trust, key.verifier() + period + "2027-01-01T00:00:00Z\n");
            assertThatThrownBy(() -> new Keys("connector", signing, trust))
                    .hasMessageContaining("remit.keys.signing")
                    .hasMessageContaining(key.verifier().reference());
        }
    }

    /** As an operator would, longer than the longest look ago. */
    private void change(String text, int minutes) throws Exception {
        Files.writeString(trust, text);
        Files.setLastModifiedTime(trust, FileTime.from(Instant.now().plusSeconds(60L * minutes)));
        Thread.sleep(1100);
    }
}
