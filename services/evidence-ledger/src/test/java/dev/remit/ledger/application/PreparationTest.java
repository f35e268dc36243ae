package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.loop.Received;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.adapter.loop.AvroReadings;
import dev.remit.ledger.application.Preparation.Prepared;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.log.Entry;
import dev.remit.ledger.log.NoteSigner;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What was made of messages before their batch. */
class PreparationTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final AtomicReference<TrustedKeys> trusted = new AtomicReference<>(Leaver.trusted());
    private final Log log =
            new Log(
                    List.of(NoteSigner.parse(SigningKey.generate("log", RANDOM).secretText())),
                    Optional.empty(),
                    trusted::get,
                    new byte[] {1});
    private final Counting readings = new Counting();
    private final Preparation preparation = new Preparation(log, readings);
    private final List<Received> batch = new Leaver(1).handoffs();

    @Test
    void isNotMadeOnceMore() {
        preparation.expect(batch);
        assertThat(readings.made).isEqualTo(batch.size());

        assertThat(preparation.of(batch)).extracting(Prepared::received).isEqualTo(batch);
        assertThat(readings.made).as("all of them were there").isEqualTo(batch.size());

        preparation.of(batch);
        assertThat(readings.made)
                .as("what is tried again is made again")
                .isEqualTo(2 * batch.size());
    }

    @Test
    void comesInTheOrderOfTheBatchWhateverWasExpected() {
        preparation.expect(batch.subList(3, 5).reversed());
        preparation.expect(new Leaver(2).handoffs());

        List<Prepared> prepared = preparation.of(batch);
        assertThat(prepared).extracting(Prepared::received).isEqualTo(batch);
        assertThat(prepared)
                .extracting(each -> each.entry().envelope().id())
                .isEqualTo(batch.stream().map(each -> each.envelope().id()).toList());
    }

    @Test
    void isNotThatOfAnotherMessageWithItsId() {
        preparation.expect(batch);
        Received first = batch.getFirst();
        Received forged =
                new Received(
                        first.envelope(),
                        first.message(),
                        new byte[] {7},
                        first.seal(),
                        first.hash(),
                        first.topic(),
                        first.partition(),
                        first.offset());

        Prepared prepared = preparation.of(List.of(forged)).getFirst();
        assertThat(prepared.received()).isSameAs(forged);
        assertThat(prepared.entry().payload()).isEqualTo(new byte[] {7});
    }

    @Test
    void isMadeAnewUnderOtherTrustedKeys() {
        preparation.expect(batch);
        SigningKey next = SigningKey.generate("connector", RANDOM);
        trusted.set(
                TrustedKeys.of(
                        Stream.concat(
                                        trusted.get().all().stream().map(TrustedKeys.Trusted::key),
                                        Stream.of(next.verifier()))
                                .toList()));

        String now = log.entries(batch).getFirst().policy();
        assertThat(preparation.of(batch)).allMatch(each -> each.entry().policy().equals(now));
    }

    @Test
    void whatNeverComesIsForgotten() {
        preparation.expect(batch);
        IntStream.range(2, 802).forEach(n -> preparation.expect(new Leaver(n).handoffs()));
        int made = readings.made;

        preparation.of(batch);
        assertThat(readings.made).isEqualTo(made + batch.size());
    }

    @Test
    void largeMessagesAreForgottenSooner() {
        preparation.expect(batch);
        Received first = batch.getFirst();
        for (int n = 0; n < 17; n++) {
            preparation.expect(List.of(large(new Leaver(n + 2).handoffs().getFirst())));
        }
        int made = readings.made;

        preparation.of(List.of(first));
        assertThat(readings.made).as("17 of a megabyte came after it").isEqualTo(made + 1);
    }

    private static Received large(Received received) {
        return new Received(
                received.envelope(),
                received.message(),
                new byte[1024 * 1024],
                received.seal(),
                received.hash(),
                received.topic(),
                received.partition(),
                received.offset());
    }

    private static final class Counting implements Readings {
        private final Readings real = new AvroReadings();
        private int made;

        @Override
        public Reading of(Received received) {
            made++;
            return real.of(received);
        }

        @Override
        public Reading of(Entry entry) {
            throw new UnsupportedOperationException("nothing is read back here");
        }

        @Override
        public String words(Entry entry) {
            throw new UnsupportedOperationException("nothing is told here");
        }
    }
}
