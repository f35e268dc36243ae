package dev.remit.handoff;

import dev.remit.handoff.Unprocessable.Code;
import dev.remit.handoff.merkle.Hash;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What travels beside a payload, as CloudEvents 1.0 headers in Kafka's binary mode.
 *
 * @param id the message's id ({@code ce_id}); a redelivery has the same
 * @param source the sending service ({@code ce_source}, as {@code /remit/<service>})
 * @param handoff which message it is ({@code ce_type})
 * @param subject whom or what it is about ({@code ce_subject}); also the Kafka record key
 * @param time when it was written, UTC ({@code ce_time})
 * @param dataschema the writer's schema ({@code ce_dataschema}), see {@link Handoff#dataschema()}
 * @param correlation the change it belongs to ({@code ce_correlationid}); null outside any change
 * @param causation the message that caused it ({@code ce_causationid}); null when a person or a
 *     clock did
 * @param sequence its position among the handoffs of its change, from 1 ({@code ce_sequence}); 0
 *     when it is not one of them
 * @param prev hash of the handoff before it in its change ({@code ce_prev}); null for the first,
 *     and when sequence is 0
 */
public record Envelope(
        UUID id,
        Service source,
        Handoff handoff,
        String subject,
        Instant time,
        String dataschema,
        @Nullable UUID correlation,
        @Nullable UUID causation,
        int sequence,
        @Nullable Hash prev) {

    /** The header that names the message behind it. */
    public static final String CAUSATION_HEADER = "ce_causationid";

    private static final String SOURCE_PREFIX = "/remit/";
    private static final Pattern POSITION = Pattern.compile("[0-9]{10}");

    /** A time and its text: those of a batch have the same, and both are dear to find. */
    private record Written(Instant time, String text) {
        private static volatile Written last = new Written(Instant.EPOCH, Instant.EPOCH.toString());

        static Instant time(String text) {
            Written known = last;
            return known.text.equals(text) ? known.time : keep(Instant.parse(text)).time;
        }

        static String text(Instant time) {
            Written known = last;
            return known.time.equals(time) ? known.text : keep(time).text;
        }

        private static Written keep(Instant time) {
            Written written = new Written(time, time.toString());
            last = written;
            return written;
        }
    }

    public Envelope {
        if (sequence < 0
                || (sequence <= 1) != (prev == null)
                || (sequence > 0 && correlation == null)) {
            throw new IllegalArgumentException(
                    "sequence "
                            + sequence
                            + " does not go with prev "
                            + prev
                            + " and correlation "
                            + correlation);
        }
        if (subject.isEmpty() || subject.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("subject is empty or holds a control character");
        }
    }

    /** The headers in their fixed order, name to text; absent ones are left out. */
    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("ce_specversion", "1.0");
        headers.put("ce_id", id.toString());
        headers.put("ce_source", SOURCE_PREFIX + source.id());
        headers.put("ce_type", handoff.type());
        headers.put("ce_subject", subject);
        headers.put("ce_time", Written.text(time));
        headers.put("ce_dataschema", dataschema);
        if (correlation != null) {
            headers.put("ce_correlationid", correlation.toString());
        }
        if (causation != null) {
            headers.put(CAUSATION_HEADER, causation.toString());
        }
        if (sequence > 0) {
            String digits = Integer.toString(sequence);
            headers.put("ce_sequence", "0".repeat(10 - digits.length()) + digits);
        }
        if (prev != null) {
            headers.put("ce_prev", prev.toString());
        }
        headers.put("content-type", "avro/binary");
        return headers;
    }

    /**
     * Reads the headers of a record and checks that topic and key are the envelope's own.
     *
     * @param header gives a header's bytes by name, null when absent
     * @throws Unprocessable MALFORMED_ENVELOPE naming the header, or WRONG_TOPIC
     */
    public static Envelope read(
            String topic, @Nullable String key, Function<String, byte @Nullable []> header)
            throws Unprocessable {
        Handoff handoff = required(header, "ce_type", Handoff::ofType);
        String sequence = optional(header, "ce_sequence", Function.identity());
        Envelope envelope;
        required(header, "ce_specversion", Envelope::onlyVersion);
        try {
            envelope =
                    new Envelope(
                            required(header, "ce_id", Envelope::uuid),
                            required(header, "ce_source", Envelope::service),
                            handoff,
                            required(header, "ce_subject", Function.identity()),
                            required(header, "ce_time", Written::time),
                            required(header, "ce_dataschema", Function.identity()),
                            optional(header, "ce_correlationid", Envelope::uuid),
                            optional(header, CAUSATION_HEADER, Envelope::uuid),
                            sequence == null
                                    ? 0
                                    : required(header, "ce_sequence", Envelope::position),
                            optional(header, "ce_prev", Hash::parse));
        } catch (IllegalArgumentException e) {
            throw new Unprocessable(Code.MALFORMED_ENVELOPE, String.valueOf(e.getMessage()));
        }
        if (!handoff.topic().topicName().equals(topic)) {
            throw new Unprocessable(
                    Code.WRONG_TOPIC,
                    handoff.recordName()
                            + " belongs on "
                            + handoff.topic().topicName()
                            + ", not on "
                            + topic);
        }
        if (!envelope.subject.equals(key)) {
            throw new Unprocessable(
                    Code.WRONG_TOPIC,
                    "the record key is not ce_subject '" + envelope.subject + "'");
        }
        return envelope;
    }

    private static <T> T required(
            Function<String, byte @Nullable []> header, String name, Function<String, T> read)
            throws Unprocessable {
        T value = optional(header, name, read);
        if (value == null) {
            throw new Unprocessable(Code.MALFORMED_ENVELOPE, "header " + name + " is missing");
        }
        return value;
    }

    private static <T> @Nullable T optional(
            Function<String, byte @Nullable []> header, String name, Function<String, T> read)
            throws Unprocessable {
        byte[] bytes = header.apply(name);
        if (bytes == null) {
            return null;
        }
        try {
            return read.apply(text(bytes));
        } catch (IllegalArgumentException | DateTimeException | CharacterCodingException e) {
            throw new Unprocessable(
                    Code.MALFORMED_ENVELOPE,
                    "header " + name + " does not read: " + e.getMessage());
        }
    }

    private static String text(byte[] bytes) throws CharacterCodingException {
        if (isPrintable(bytes)) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        if (text.isEmpty() || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("empty, or with a control character");
        }
        return text;
    }

    /** Whether it is some ASCII and no control character, as nearly every header is. */
    private static boolean isPrintable(byte[] bytes) {
        for (byte each : bytes) {
            if (each < ' ' || each == 0x7f) {
                return false;
            }
        }
        return bytes.length > 0;
    }

    private static UUID uuid(String text) {
        UUID uuid = UUID.fromString(text);
        if (!uuid.toString().equals(text)) {
            throw new IllegalArgumentException("not a UUID in lower case");
        }
        return uuid;
    }

    private static String onlyVersion(String version) {
        if (!version.equals("1.0")) {
            throw new IllegalArgumentException("not CloudEvents 1.0");
        }
        return version;
    }

    private static Service service(String source) {
        if (!source.startsWith(SOURCE_PREFIX)) {
            throw new IllegalArgumentException("not of the form " + SOURCE_PREFIX + "<service>");
        }
        return Service.of(source.substring(SOURCE_PREFIX.length()));
    }

    private static Integer position(String text) {
        if (!POSITION.matcher(text).matches() || text.equals("0000000000")) {
            throw new IllegalArgumentException("not ten digits from 0000000001");
        }
        return Integer.valueOf(text);
    }
}
