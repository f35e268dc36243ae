package dev.remit.ledger.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.seal.Seal;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.log.EvidenceLeaf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KeptContentTest {
    private final byte[] salt = new byte[EvidenceLeaf.SALT_BYTES];

    KeptContentTest() {
        Arrays.fill(salt, (byte) 'D');
    }

    @Test
    void whatIsKeptReadsAsItWasSealed() throws Exception {
        for (Received message : new Leaver(1).handoffs()) {
            byte[] sealed = Seal.sealedBytes(message.envelope(), message.payload());
            isTheMessage(read(KeptContent.bytes(salt, sealed), message), message);
        }
        Received outside = new Leaver(2).activity();
        isTheMessage(
                read(
                        KeptContent.bytes(
                                salt, Seal.sealedBytes(outside.envelope(), outside.payload())),
                        outside),
                outside);
    }

    @Test
    void anOlderRowWithItsHeadersAsJsonReadsToo() throws Exception {
        Received message = new Leaver(1).handoffs().getLast();
        byte[] headers =
                new ObjectMapper()
                        .writeValueAsString(message.envelope().headers())
                        .getBytes(StandardCharsets.UTF_8);
        byte[] older =
                ByteBuffer.allocate(
                                salt.length
                                        + Integer.BYTES
                                        + headers.length
                                        + message.payload().length)
                        .put(salt)
                        .putInt(headers.length)
                        .put(headers)
                        .put(message.payload())
                        .array();
        isTheMessage(read(older, message), message);
    }

    private static KeptContent read(byte[] bytes, Received message) throws Exception {
        return KeptContent.read(bytes, message.topic(), message.envelope().subject());
    }

    private void isTheMessage(KeptContent kept, Received message) {
        assertThat(kept.salt()).isEqualTo(salt);
        assertThat(kept.envelope()).isEqualTo(message.envelope());
        assertThat(kept.payload()).isEqualTo(message.payload());
        assertThat(kept.sealed())
                .isEqualTo(Seal.sealedBytes(message.envelope(), message.payload()));
    }
}
