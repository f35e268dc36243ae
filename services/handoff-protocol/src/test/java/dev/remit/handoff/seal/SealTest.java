package dev.remit.handoff.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Ids;
import dev.remit.handoff.Service;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.Unprocessable.Code;
import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SealTest {
    private static final SigningKey CONNECTOR =
            SigningKey.generate("connector", new SecureRandom());
    private static final SigningKey EXECUTOR = SigningKey.generate("executor", new SecureRandom());
    private static final SealVerifier VERIFIER =
            new SealVerifier(TrustedKeys.of(List.of(CONNECTOR.verifier(), EXECUTOR.verifier())));
    private static final UUID CHANGE = Ids.timeOrdered(Instant.EPOCH, new SecureRandom());

    @Test
    void everyMessageOfABatchVerifiesAndNoOther() throws Exception {
        for (int size = 1; size <= 9; size++) {
            List<Envelope> envelopes =
                    IntStream.range(0, size).mapToObj(n -> proposed(Service.CONNECTOR)).toList();
            List<Hash> leaves = envelopes.stream().map(e -> Seal.hash(e, payload(e))).toList();
            List<Seal> seals = Seal.all(CONNECTOR, leaves);
            for (int n = 0; n < size; n++) {
                assertThat(
                                VERIFIER.verify(
                                        envelopes.get(n), payload(envelopes.get(n)), seals.get(n)))
                        .isEqualTo(leaves.get(n));
                if (size > 1) {
                    int other = (n + 1) % size;
                    assertRefused(
                            Code.BAD_SEAL,
                            envelopes.get(n),
                            payload(envelopes.get(n)),
                            seals.get(other));
                }
            }
        }
    }

    @Test
    void everyChangedByteOfThePayloadBreaksTheSeal() {
        Envelope envelope = proposed(Service.CONNECTOR);
        Seal seal = sealed(CONNECTOR, envelope);
        for (int n = 0; n < payload(envelope).length; n++) {
            byte[] changed = payload(envelope);
            changed[n] ^= 1;
            assertRefused(Code.BAD_SEAL, envelope, changed, seal);
        }
    }

    @Test
    void everyChangedEnvelopeFieldBreaksTheSeal() throws Exception {
        Envelope e = proposed(Service.CONNECTOR);
        Seal seal = sealed(CONNECTOR, e);
        String change = CHANGE.toString();
        for (Map<String, String> other :
                List.of(
                        Map.of("ce_id", change),
                        Map.of("ce_type", Handoff.CHANGE_WITHDRAWN.type()),
                        Map.of("ce_subject", "other"),
                        Map.of("ce_time", e.time().plusNanos(1).toString()),
                        Map.of("ce_dataschema", "urn:other"),
                        Map.of("ce_correlationid", e.id().toString()),
                        Map.of("ce_causationid", change),
                        Map.of(
                                "ce_sequence",
                                "0000000002",
                                "ce_prev",
                                Hash.sha256(new byte[0]).toString()))) {
            Map<String, String> headers = new HashMap<>(e.headers());
            headers.putAll(other);
            Envelope changed = read(e, headers, other.getOrDefault("ce_subject", e.subject()));
            assertThat(changed).as(other.toString()).isNotEqualTo(e);
            assertRefused(Code.BAD_SEAL, changed, payload(e), seal);
        }
    }

    @Test
    void aServiceCannotSendWhatIsNotItsToSend() {
        Envelope envelope = proposed(Service.EXECUTOR);
        assertRefused(Code.WRONG_PRODUCER, envelope, payload(envelope), sealed(EXECUTOR, envelope));
    }

    @Test
    void aServiceCannotSealInTheNameOfAnother() {
        Envelope envelope = proposed(Service.CONNECTOR);
        assertRefused(Code.WRONG_PRODUCER, envelope, payload(envelope), sealed(EXECUTOR, envelope));
    }

    @Test
    void aKeyThatNobodyTrustsSealsNothing() {
        Envelope envelope = proposed(Service.CONNECTOR);
        SigningKey stranger = SigningKey.generate("connector", new SecureRandom());
        assertRefused(Code.UNKNOWN_KEY, envelope, payload(envelope), sealed(stranger, envelope));
    }

    @Test
    void envelopesAndSealsReadBackFromTheirHeaders() throws Exception {
        Envelope envelope = proposed(Service.CONNECTOR);
        assertThat(read(envelope, new HashMap<>(envelope.headers()))).isEqualTo(envelope);
        Seal seal = sealed(CONNECTOR, envelope);
        assertThat(Seal.parse(seal.key(), seal.text())).isEqualTo(seal);
    }

    @Test
    void aSealReadsInOneFormOnly() {
        List<Envelope> two = List.of(proposed(Service.CONNECTOR), proposed(Service.CONNECTOR));
        Seal seal =
                Seal.all(CONNECTOR, two.stream().map(e -> Seal.hash(e, payload(e))).toList())
                        .getLast();
        String[] words = seal.text().split(" ", -1);
        assertThat(words).hasSize(4);
        assertThat(Seal.parse(seal.key(), seal.text())).isEqualTo(seal);
        for (int word = 0; word < words.length; word++) {
            for (String other :
                    List.of(
                            "0" + words[word],
                            "+" + words[word],
                            words[word] + " ",
                            words[word].replace("=", ""),
                            words[word].replaceFirst("A?==$", "B=="),
                            words[word].replaceFirst("[A-Za-z0-9+/]=$", "B="))) {
                if (!other.equals(words[word])) {
                    String[] broken = words.clone();
                    broken[word] = other;
                    assertThatThrownBy(() -> Seal.parse(seal.key(), String.join(" ", broken)))
                            .as(other)
                            .isInstanceOf(IllegalArgumentException.class);
                }
            }
        }
    }

    @Test
    void headersMayHoldLettersOfAnyScriptAndNoControlCharacters() throws Exception {
        Envelope envelope = proposed(Service.CONNECTOR);
        Map<String, String> headers = new HashMap<>(envelope.headers());
        for (String subject : List.of("Zoë", "名前", "~")) {
            headers.put("ce_subject", subject);
            assertThat(read(envelope, headers, subject).subject()).isEqualTo(subject);
        }
        for (String subject : List.of("", "a\nb", "a\u007fb", "a\u0085b")) {
            headers.put("ce_subject", subject);
            assertThatThrownBy(() -> read(envelope, headers, subject))
                    .hasMessageContaining("ce_subject");
        }
    }

    @Test
    void timesReadAsTheyAreWhateverCameBefore() throws Exception {
        Envelope envelope = proposed(Service.CONNECTOR);
        for (String time :
                List.of(
                        "2026-01-02T03:04:05Z",
                        "2026-01-02T03:04:05.006Z",
                        "2026-01-02T03:04:05.006Z",
                        "2026-01-02T03:04:05.0060Z",
                        "2026-01-02T03:04:05.006Z")) {
            Map<String, String> headers = new HashMap<>(envelope.headers());
            headers.put("ce_time", time);
            Envelope read = read(envelope, headers);
            assertThat(read.time()).isEqualTo(Instant.parse(time));
            assertThat(read.headers().get("ce_time")).isEqualTo(Instant.parse(time).toString());
        }
    }

    @Test
    void aMissingOrBrokenHeaderIsNamed() {
        Envelope envelope = proposed(Service.CONNECTOR);
        for (String name :
                List.of(
                        "ce_id",
                        "ce_source",
                        "ce_type",
                        "ce_subject",
                        "ce_time",
                        "ce_dataschema",
                        "ce_specversion")) {
            Map<String, String> headers = new HashMap<>(envelope.headers());
            headers.remove(name);
            assertThatThrownBy(() -> read(envelope, headers)).hasMessageContaining(name);
        }
        for (String name :
                List.of(
                        "ce_id",
                        "ce_source",
                        "ce_type",
                        "ce_time",
                        "ce_correlationid",
                        "ce_sequence")) {
            Map<String, String> headers = new HashMap<>(envelope.headers());
            headers.put(name, "x");
            assertThatThrownBy(() -> read(envelope, headers)).hasMessageContaining(name);
        }
    }

    @Test
    void keysReadBackFromTheirTextsAndKeepTheirSecret() {
        assertThat(VerifierKey.parse(CONNECTOR.verifier().toString()))
                .isEqualTo(CONNECTOR.verifier());
        assertThat(SigningKey.parse(CONNECTOR.secretText()).verifier())
                .isEqualTo(CONNECTOR.verifier());
        String seed = CONNECTOR.secretText().split("\\+", 5)[4];
        assertThat(CONNECTOR.toString()).doesNotContain(seed);
        assertThatThrownBy(() -> SigningKey.parse("PRIVATE+KEY+connector+00000000+" + seed))
                .hasMessageContaining("id does not fit")
                .message()
                .doesNotContain(seed);
    }

    private static Envelope read(Envelope envelope, Map<String, String> headers)
            throws Unprocessable {
        return read(envelope, headers, envelope.subject());
    }

    private static Envelope read(Envelope envelope, Map<String, String> headers, String key)
            throws Unprocessable {
        return Envelope.read(
                envelope.handoff().topic().topicName(),
                key,
                name ->
                        headers.containsKey(name)
                                ? headers.get(name).getBytes(StandardCharsets.UTF_8)
                                : null);
    }

    @Test
    void aRetiredKeySealsNothingFromThenOn() throws Exception {
        Envelope envelope = proposed(Service.CONNECTOR);
        Seal seal = sealed(CONNECTOR, envelope);
        for (String after : List.of("2026-01-02T03:04:05.007Z", "2027-01-01T00:00:00Z")) {
            for (SealVerifier each : both(" until=" + after)) {
                each.verify(envelope, payload(envelope), seal);
            }
        }
        for (String before : List.of("2026-01-02T03:04:05.006Z", "2025-01-01T00:00:00Z")) {
            for (SealVerifier each : both(" until=" + before)) {
                assertNotValid(each, envelope, seal);
            }
        }
    }

    @Test
    void aRevokedKeyIsRefusedByReceiversWhateverTimeAMessageSays() throws Exception {
        Envelope envelope = proposed(Service.CONNECTOR);
        Seal seal = sealed(CONNECTOR, envelope);
        List<SealVerifier> later = both(" revoked=2026-06-01T00:00:00Z");
        later.getFirst().verify(envelope, payload(envelope), seal);
        assertNotValid(later.getLast(), envelope, seal);
        for (SealVerifier each : both(" revoked=2026-01-02T03:04:05.006Z")) {
            assertNotValid(each, envelope, seal);
        }
    }

    @Test
    void aLineOfTrustedKeysSaysWhatIsWrongWithIt() {
        String key = CONNECTOR.verifier().toString();
        for (String wrong :
                List.of(
                        key + " until=yesterday",
                        key + " since=2026-01-01T00:00:00Z",
                        key + " until=2026-01-01T00:00:00Z until=2026-01-01T00:00:00Z",
                        key + "\n" + key + " until=2026-01-01T00:00:00Z")) {
            assertThatThrownBy(() -> TrustedKeys.parse(wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(CONNECTOR.verifier().reference());
        }
        String line = key + " until=2026-01-01T00:00:00Z revoked=2026-02-01T00:00:00Z";
        assertThat(TrustedKeys.parse(line + "\n" + line).all())
                .singleElement()
                .satisfies(each -> assertThat(each.line()).isEqualTo(line));
    }

    /** Who reads the log later, and who receives. */
    private static List<SealVerifier> both(String period) {
        TrustedKeys trusted = TrustedKeys.parse(CONNECTOR.verifier() + period);
        return List.of(new SealVerifier(trusted), SealVerifier.ofReceiver(trusted));
    }

    private static void assertNotValid(SealVerifier verifier, Envelope envelope, Seal seal) {
        Unprocessable refusal =
                catchThrowableOfType(
                        Unprocessable.class,
                        () -> verifier.verify(envelope, payload(envelope), seal));
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(Code.KEY_NOT_VALID);
    }

    private static void assertRefused(Code code, Envelope envelope, byte[] payload, Seal seal) {
        Unprocessable refusal =
                catchThrowableOfType(
                        Unprocessable.class, () -> VERIFIER.verify(envelope, payload, seal));
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(code);
    }

    private static Seal sealed(SigningKey key, Envelope envelope) {
        return Seal.all(key, List.of(Seal.hash(envelope, payload(envelope)))).getFirst();
    }

    private static Envelope proposed(Service source) {
        UUID id = Ids.timeOrdered(Instant.now(), new SecureRandom());
        return new Envelope(
                id,
                source,
                Handoff.CHANGE_PROPOSED,
                CHANGE.toString(),
                Instant.parse("2026-01-02T03:04:05.006Z"),
                Handoff.CHANGE_PROPOSED.dataschema(),
                CHANGE,
                null,
                1,
                null);
    }

    private static byte[] payload(Envelope envelope) {
        return ("payload of " + envelope.id()).getBytes(StandardCharsets.UTF_8);
    }
}
