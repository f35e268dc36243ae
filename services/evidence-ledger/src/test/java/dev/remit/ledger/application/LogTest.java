package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.log.NoteSigner;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What leaves say of the keys that were trusted when they were logged. */
class LogTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @Test
    void leavesNameTheTrustedKeysAsTheyAreAlsoWhenTheyChangeMeanwhile() {
        var trusted = new AtomicReference<>(Leaver.trusted());
        var signer = NoteSigner.parse(SigningKey.generate("log", RANDOM).secretText());
        var log = new Log(List.of(signer), Optional.empty(), trusted::get, new byte[] {1});
        String before = policy(log);
        assertThat(policy(log)).isEqualTo(before);

        SigningKey next = SigningKey.generate("connector", RANDOM);
        trusted.set(
                TrustedKeys.of(
                        Stream.concat(
                                        trusted.get().all().stream().map(TrustedKeys.Trusted::key),
                                        Stream.of(next.verifier()))
                                .toList()));

        assertThat(policy(log)).isNotEqualTo(before);
    }

    private static String policy(Log log) {
        return log.entries(List.of(new Leaver(1).published())).getFirst().policy();
    }
}
