package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ContentKeysTest {
    private static final String OLD = Base64.getEncoder().encodeToString(new byte[32]);
    private static final String NEW = Base64.getEncoder().encodeToString(filled());
    private static final UUID OWNER = new UUID(1, 2);
    private static final byte[] CONTENT = "who left".getBytes(StandardCharsets.UTF_8);
    private static final byte[] LEAF = "evidence-leaf/v1".getBytes(StandardCharsets.UTF_8);

    @Test
    void whatIsEncryptedIsReadWithTheSameKeyLeafAndOwnerOnly() {
        ContentKeys keys = new ContentKeys(List.of(OLD));
        ContentKeys.Wrapped key = keys.fresh(OWNER);
        byte[] encrypted = keys.encrypt(keys.unwrap(key), CONTENT, LEAF);
        assertThat(keys.decrypt(key, encrypted, LEAF)).isEqualTo(CONTENT);
        assertThat(keys.encrypt(keys.unwrap(key), CONTENT, LEAF)).isNotEqualTo(encrypted);

        assertThatThrownBy(() -> keys.decrypt(keys.fresh(OWNER), encrypted, LEAF))
                .hasMessageContaining("changed");
        assertThatThrownBy(() -> keys.decrypt(key, encrypted, CONTENT))
                .hasMessageContaining("changed");
        assertThatThrownBy(() ->
                        keys.decrypt(
                                new ContentKeys.Wrapped(new UUID(1, 3), key.key(), key.by()),
                                encrypted,
                                LEAF))
                .hasMessageContaining("changed");
        encrypted[encrypted.length - 1] ^= 1;
        assertThatThrownBy(() -> keys.decrypt(key, encrypted, LEAF))
                .hasMessageContaining("changed");
    }

    @Test
    void anOlderKeyEncryptionKeyStillUnwrapsBesideTheNewOne() {
        ContentKeys before = new ContentKeys(List.of(OLD));
        ContentKeys.Wrapped key = before.fresh(OWNER);
        byte[] encrypted = before.encrypt(before.unwrap(key), CONTENT, LEAF);
        ContentKeys after = new ContentKeys(List.of("# the new one wraps", NEW, OLD));
        assertThat(after.decrypt(key, encrypted, LEAF)).isEqualTo(CONTENT);
        assertThat(after.fresh(OWNER).by()).isNotEqualTo(key.by());
        assertThatThrownBy(() -> new ContentKeys(List.of(NEW)).decrypt(key, encrypted, LEAF))
                .hasMessageContaining("remit.ledger.content-key: does not hold key " + key.by());
    }

    @Test
    void noTextShowsAKey() {
        ContentKeys keys = new ContentKeys(List.of(NEW));
        assertThat(keys.toString()).doesNotContain(NEW);
        String wrong = NEW.substring(4);
        assertThatThrownBy(() -> new ContentKeys(List.of(wrong)))
                .hasMessageContaining("remit.ledger.content-key")
                .hasMessageNotContaining(wrong);
    }

    private static byte[] filled() {
        byte[] bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) 7);
        return bytes;
    }
}
