package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.log.KeyTrust;
import dev.remit.ledger.log.NoteSigner;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Each key, and its end, is in the log once. */
class RecordKeysTest {
    private static final Instant LATER = Instant.parse("2026-02-01T00:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final InMemoryLedger ledger = new InMemoryLedger();
    private final AtomicReference<TrustedKeys> trusted =
            new AtomicReference<>(keys("old", "other"));

    @Test
    void aKeyIsLoggedWhenItIsPublishedRetiredAndRevokedAndOnlyOnce() {
        RecordKeys record = record();
        record.record().await().indefinitely();
        assertThat(logged()).extracting(KeyTrust::what).containsOnly(KeyTrust.What.PUBLISHED);
        assertThat(logged()).hasSize(2);

        String old = trusted.get().all().getFirst().line();
        trusted.set(
                TrustedKeys.parse(
                        String.join(
                                "\n",
                                old + " until=" + LATER + " revoked=" + LATER.plusSeconds(1),
                                trusted.get().all().getLast().line(),
                                keys("new").all().getFirst().line())));
        record.record().await().indefinitely();
        record.record().await().indefinitely();
        record().record().await().indefinitely();

        assertThat(logged())
                .containsExactlyInAnyOrderElementsOf(KeyTrust.of(trusted.get()))
                .hasSize(5);
    }

    @Test
    void aLeafReadsAsItWasWrittenAndInNoOtherForm() {
        TrustedKeys.Trusted key = keys("executor").all().getFirst();
        var retired = new KeyTrust(KeyTrust.What.RETIRED, key.key(), Optional.of(LATER));
        assertThat(KeyTrust.parse(retired.leaf())).contains(retired);
        assertThat(new String(retired.leaf(), StandardCharsets.UTF_8))
                .isEqualTo("key-trust/v1\nretired " + key.key() + " " + LATER + "\n");

        assertThat(KeyTrust.parse("other/v1\n".getBytes(StandardCharsets.UTF_8))).isEmpty();
        for (String broken :
                List.of(
                        "retired " + key.key() + "\n",
                        "published " + key.key() + " " + LATER + "\n",
                        "published " + key.key(),
                        "lost " + key.key() + "\n",
                        "retired " + key.key() + " tomorrow\n",
                        "\n")) {
            assertThatThrownBy(() ->
                            KeyTrust.parse(
                                    ("key-trust/v1\n" + broken).getBytes(StandardCharsets.UTF_8)))
                    .as(broken)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private RecordKeys record() {
        var signer = NoteSigner.parse(SigningKey.generate("log", RANDOM).secretText());
        return new RecordKeys(
                new Log(List.of(signer), Optional.empty(), trusted::get, new byte[] {1}),
                ledger,
                ledger,
                ledger);
    }

    private List<KeyTrust> logged() {
        return ledger
                .leaves(0, ledger.size().await().indefinitely())
                .await()
                .indefinitely()
                .stream()
                .map(KeyTrust::parse)
                .flatMap(Optional::stream)
                .toList();
    }

    private static TrustedKeys keys(String... names) {
        return TrustedKeys.of(
                List.of(names).stream()
                        .map(name -> SigningKey.generate(name, RANDOM).verifier())
                        .toList());
    }
}
