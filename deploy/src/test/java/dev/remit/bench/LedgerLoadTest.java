package dev.remit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Service;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SealVerifier;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class LedgerLoadTest {
    private static final Map<Service, SigningKey> KEYS = new EnumMap<>(Service.class);

    static {
        for (Service service : Service.values()) {
            KEYS.put(service, SigningKey.generate(service.id(), new SecureRandom()));
        }
    }

    @Test
    void eachHandoffIsSealedByItsSenderAndNamesTheOneBefore() throws Exception {
        SealVerifier verifier =
                SealVerifier.ofReceiver(
                        TrustedKeys.of(KEYS.values().stream().map(SigningKey::verifier).toList()));
        List<SealedChanges.Sealed> changes = new SealedChanges(KEYS, Map.of()).next(150);
        assertThat(changes).hasSize(150);
        for (SealedChanges.Sealed change : changes) {
            assertThat(change.handoffs()).hasSize(SealedChanges.HANDOFFS);
            Hash before = null;
            for (int n = 0; n < SealedChanges.HANDOFFS; n++) {
                ProducerRecord<String, byte[]> record = change.handoffs().get(n).record();
                Envelope envelope =
                        Envelope.read(
                                record.topic(),
                                record.key(),
                                name ->
                                        record.headers().lastHeader(name) == null
                                                ? null
                                                : record.headers().lastHeader(name).value());
                assertThat(envelope.correlation()).isEqualTo(change.change());
                assertThat(envelope.sequence()).isEqualTo(n + 1);
                assertThat(envelope.prev()).isEqualTo(before);
                before =
                        verifier.verify(
                                envelope,
                                record.value(),
                                Seal.parse(
                                        text(record, Seal.KEY_HEADER),
                                        text(record, Seal.SEAL_HEADER)));
            }
        }
    }

    private static String text(ProducerRecord<String, byte[]> record, String header) {
        return new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
    }

    @Test
    void unusableNumbersAreRefusedByName() {
        assertThatThrownBy(() -> new LedgerLoad.Options(10_000, 500, 140, 8_000, 5, false))
                .hasMessageContaining("--step");
        assertThatThrownBy(() -> new LedgerLoad.Options(1_000, 2_000, 140, 8_000, 5, false))
                .hasMessageContaining("--entries");
        assertThatThrownBy(() -> new LedgerLoad.Options(2_000, 1_000, 6, 8_000, 5, false))
                .hasMessageContaining("--rate");
        assertThatThrownBy(() -> new LedgerLoad.Options(2_000, 1_000, 140, 100, 5, false))
                .hasMessageContaining("--sustained");
        assertThatThrownBy(() -> new LedgerLoad.Options(2_000, 1_000, 140, 8_000, 1, false))
                .hasMessageContaining("--seconds");
    }

    @Test
    void statementsAreTheDearestFirstWithHowManyEachDatabaseHad() {
        String table =
                Statements.table(
                        List.of(
                                new Statements.Spent("executor", 2, 1, "COMMIT"),
                                new Statements.Spent(
                                        "evidence_ledger", 1, 3, "insert into t\n  values ($1)")));
        assertThat(table)
                .contains("4 ms in 3 statements")
                .containsPattern("executor +2 times +1 ms")
                .containsPattern(
                        "75.0 % +1 times +3.00 ms each +evidence_ledger +insert into t values \\(\\$1\\)\n +25.0 %");
    }

    @Test
    void thePictureShowsEachStepAndWhatWasNotRun() throws Exception {
        String picture =
                LedgerPicture.of(
                        new ObjectMapper()
                                .readTree(
                                        """
                                        {"at":"2026-01-01T00:00:00Z","steps":[
                                          {"logSize":13,"perSecond":2500,"bytesPerEntry":{"database":3000,"log":300},
                                           "cpuMillisecondsPerEntryByProcess":{"evidence-ledger":0.25,"postgres":0.1,"keycloak":0.0001}}],
                                         "inclusionProof":{"count":10,"p50Ms":3.0,"p90Ms":4.0,"p99Ms":9.0,"maxMs":10.0}}\
                                        """));
        assertThat(picture)
                .startsWith("<svg ")
                .contains("from 13 entries", "2,500", "350", "3 / 9", "not run")
                .doesNotContain("keycloak");
    }
}
