package dev.remit.ledger.adapter.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.seal.Seal;
import dev.remit.ledger.log.EvidenceLeaf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is kept of a message beside its leaf, before it is encrypted: the salt, then the very bytes
 * that the seal covers. Older rows have the salt, the length of the headers in four bytes, the
 * headers as JSON, and the payload.
 *
 * @param sealed see {@link Seal#sealedBytes}
 */
record KeptContent(byte[] salt, Envelope envelope, byte[] payload, byte[] sealed) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<TreeMap<String, String>> HEADERS = new TypeReference<>() {};

    /** DSSE's pre-authentication encoding starts with a D, an older row's length with a zero. */
    private static final byte DSSE = 'D';

    static byte[] bytes(byte[] salt, byte[] sealed) {
        return ByteBuffer.allocate(salt.length + sealed.length).put(salt).put(sealed).array();
    }

    /**
     * Reads what was kept.
     *
     * @param topic that it was read from
     * @param subject the record key
     * @throws Unprocessable if its envelope does not read
     * @throws IllegalStateException if it is of neither form
     */
    static KeptContent read(byte[] bytes, String topic, String subject) throws Unprocessable {
        byte[] salt = Arrays.copyOf(bytes, EvidenceLeaf.SALT_BYTES);
        byte[] rest = Arrays.copyOfRange(bytes, EvidenceLeaf.SALT_BYTES, bytes.length);
        if (rest[0] == DSSE) {
            return read(salt, rest, topic, subject);
        }
        ByteBuffer older = ByteBuffer.wrap(rest);
        byte[] headers = new byte[older.getInt()];
        older.get(headers);
        byte[] payload = new byte[older.remaining()];
        older.get(payload);
        return read(salt, new String(headers, StandardCharsets.UTF_8), payload, topic, subject);
    }

    /** Reads what was kept with the headers as JSON. */
    static KeptContent read(
            byte[] salt, String headers, byte[] payload, String topic, String subject)
            throws Unprocessable {
        Envelope envelope;
        try {
            envelope = envelope(JSON.readValue(headers, HEADERS), topic, subject);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("kept headers do not read", e);
        }
        return new KeptContent(salt, envelope, payload, Seal.sealedBytes(envelope, payload));
    }

    private static KeptContent read(byte[] salt, byte[] sealed, String topic, String subject)
            throws Unprocessable {
        // DSSEv1, length and type, length and body: lines, an empty line, the payload
        int body = 0;
        for (int words = 0; words < 4; body++) {
            if (sealed[body] == ' ') {
                words++;
            }
        }
        Map<String, String> headers = new TreeMap<>();
        int line = body;
        for (int at = body; ; at++) {
            if (sealed[at] == '\n') {
                if (at == line) {
                    byte[] payload = Arrays.copyOfRange(sealed, at + 1, sealed.length);
                    return new KeptContent(
                            salt, envelope(headers, topic, subject), payload, sealed);
                }
                String text = new String(sealed, line, at - line, StandardCharsets.UTF_8);
                int colon = text.indexOf(": ");
                headers.put(text.substring(0, colon), text.substring(colon + 2));
                line = at + 1;
            }
        }
    }

    private static Envelope envelope(Map<String, String> headers, String topic, String subject)
            throws Unprocessable {
        return Envelope.read(
                topic,
                subject,
                name -> {
                    String value = headers.get(name);
                    return value == null ? null : value.getBytes(StandardCharsets.UTF_8);
                });
    }
}
