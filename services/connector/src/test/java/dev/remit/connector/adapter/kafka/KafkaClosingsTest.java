package dev.remit.connector.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.wire.v1.ClosureRefused;
import dev.remit.wire.v1.MissingProof;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaClosingsTest {
    @ParameterizedTest
    @CsvSource({
        "charter, false",
        "grant.ended, false",
        "review.closed, false",
        "charter grant.ended, false",
        "read-back.matches, true",
        "charter read-back.matches, true"
    })
    void whatIsMissingForWantOfOthersIsNoMisstep(String missing, boolean misstep) {
        List<MissingProof> proofs =
                Stream.of(missing.split(" ", -1))
                        .map(name -> new MissingProof(name, "somebody", "nothing is there"))
                        .toList();
        assertThat(
                        KafkaClosings.isMisstep(
                                new ClosureRefused(new UUID(0, 1), proofs, Instant.EPOCH, null)))
                .isEqualTo(misstep);
    }
}
