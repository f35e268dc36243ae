package dev.remit.ledger.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.merkle.Merkle;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardTest {
    @ParameterizedTest
    @CsvSource({
        "NONE, '', 2027-05-01T00:00:00Z, ",
        "YEAR, '', 2027-05-01T00:00:00Z, 2027",
        "YEAR, 2027, 2027-12-31T23:59:59.999Z, ",
        "YEAR, 2027, 2028-01-01T00:00:00Z, 2028",
        "YEAR, 2028, 2027-12-31T23:59:59Z, ",
        "YEAR, 2027, 2030-01-01T00:00:00Z, 2030",
        "QUARTER, '', 2027-03-31T23:59:59Z, 2027-q1",
        "QUARTER, 2027-q1, 2027-04-01T00:00:00Z, 2027-q2",
        "QUARTER, 2027-q4, 2027-10-01T00:00:00Z, ",
        "QUARTER, 2027-q4, 2028-01-01T00:00:00Z, 2028-q1",
        "MONTH, 2027-09, 2027-10-01T00:00:00Z, 2027-10",
        "MONTH, 2027-10, 2027-09-30T23:59:59Z, ",
        // the length was changed: never a period that was, or is part of one that was
        "MONTH, 2027-q1, 2027-02-01T00:00:00Z, ",
        "MONTH, 2027-q1, 2028-01-01T00:00:00Z, 2028-01",
        "YEAR, 2027-05, 2027-06-01T00:00:00Z, ",
        "YEAR, 2027-05, 2028-01-01T00:00:00Z, 2028",
    })
    void aPeriodFollowsOnlyWhatWasBeforeIt(
            ShardPeriod length, String period, Instant time, String next) {
        assertThat(length.after(period, time)).isEqualTo(Optional.ofNullable(next));
    }

    @Test
    void anOriginNamesItsShard() {
        assertThat(Shard.period("log.example/acme", "log.example/acme")).contains("");
        assertThat(Shard.period("log.example/acme/2027-q1", "log.example/acme"))
                .contains("2027-q1");
        for (String other :
                List.of(
                        "log.example/acme/",
                        "log.example/acme/2027/",
                        "log.example/acme/2027-13",
                        "log.example/acme/beta",
                        "log.example/acme2027",
                        "log.example")) {
            assertThat(Shard.period(other, "log.example/acme")).as(other).isEmpty();
        }
        assertThatThrownBy(() -> new Shard("2027", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Shard("27", 5)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aShardsCheckpointIsVerifiedByTheLogsKeyUnderTheShardsNameAlone() {
        NoteSigner signer =
                NoteSigner.generate("log.example/acme", NoteKey.Kind.ED25519, new SecureRandom());
        String text = new Checkpoint("log.example/acme/2027", 0, Merkle.root(List.of())).text();
        TrustPolicy policy = TrustPolicy.of(List.of(signer.verifier()));
        String note =
                SignedNote.sign(text, List.of(signer.of("log.example/acme/2027")), Instant.EPOCH);
        assertThat(policy.open(SignedNote.parse(note)).checkpoint().origin())
                .isEqualTo("log.example/acme/2027");
        // neither under the log's own name, nor for what is no shard of it
        String plain = SignedNote.sign(text, List.of(signer), Instant.EPOCH);
        assertThatThrownBy(() -> policy.open(SignedNote.parse(plain)))
                .hasMessageContaining("is not signed");
        String other = text.replace("/2027\n", "/other\n");
        String foreign = SignedNote.sign(other, List.of(signer), Instant.EPOCH);
        assertThatThrownBy(() -> policy.open(SignedNote.parse(foreign)))
                .hasMessageContaining("of the log log.example/acme/other");
    }

    @Test
    void linksHaveOneForm() {
        var end = new ShardEnd("log.example/acme/2027");
        assertThat(ShardEnd.parse(end.leaf())).contains(end);
        var start = new ShardStart(new Checkpoint("log.example/acme", 7, Merkle.root(List.of())));
        assertThat(ShardStart.parse(start.leaf())).contains(start);
        assertThat(ShardEnd.parse(start.leaf())).isEmpty();
        assertThat(ShardStart.parse(end.leaf())).isEmpty();
        for (String broken :
                List.of(
                        "shard-end/v1\n",
                        "shard-end/v1\nnext a\nb\n",
                        "shard-end/v1\nnext a",
                        "shard-end/v1\nprevious a\n")) {
            assertThatThrownBy(() -> ShardEnd.parse(broken.getBytes(StandardCharsets.UTF_8)))
                    .as(broken)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        String text = new String(start.leaf(), StandardCharsets.UTF_8);
        for (String broken :
                List.of(
                        text + "\n",
                        text.replace(" 7 ", " 07 "),
                        text.replace("previous", "next"),
                        "shard-start/v1\n")) {
            assertThatThrownBy(() -> ShardStart.parse(broken.getBytes(StandardCharsets.UTF_8)))
                    .as(broken)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
