package dev.remit.connector.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.loop.Received;
import dev.remit.wire.v1.ChangeClosed;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.ClosureRefused;
import dev.remit.wire.v1.MissingProof;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.Outcome;
import dev.remit.wire.v1.Proof;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaClosingsTest {
    @ParameterizedTest
    @CsvSource({
        "charter, false",
        "grant.ended, false",
        "review.closed, false",
        "charter grant.ended, false",
        "chain, false",
        "handoff.due, false",
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

    @Test
    void onlyWhatWasExecutedAndIsNotInForceIsUnproved() {
        for (Mode mode : new Mode[] {null, Mode.OWN, Mode.ASSIST}) {
            assertThat(unproved(mode, "activity.corroborated"))
                    .isEqualTo(Optional.ofNullable(mode).map(_ -> new UUID(0, 1)));
            assertThat(unproved(mode, "review.closed"))
                    .as("its grant is over")
                    .isEqualTo(Optional.ofNullable(mode).map(_ -> new UUID(0, 1)));
            assertThat(unproved(mode, "review.closed", "grant.ended")).isEmpty();
        }
    }

    private static Optional<UUID> unproved(@Nullable Mode mode, String... missing) {
        return new KafkaClosings()
                .unproved(
                        new Received(
                                null,
                                new ClosureRefused(
                                        new UUID(0, 1),
                                        Stream.of(missing)
                                                .map(name ->
                                                        new MissingProof(
                                                                name, "somebody", "nothing"))
                                                .toList(),
                                        Instant.EPOCH,
                                        mode),
                                new byte[0],
                                null,
                                null,
                                "",
                                0,
                                0));
    }

    /** Every end, with the proofs that it can have; - is none. */
    @ParameterizedTest
    @CsvSource({
        "COMPLETED, read-back.matches, -",
        "FAILED, execution.reported, FAILURES",
        "COMPENSATED, execution.reported, COMPENSATIONS",
        "WITHDRAWN, withdrawn, OVERRIDES",
        "REFUSED, approval.denied, OVERRIDES",
        "REFUSED, readiness.fit approval.denied, OVERRIDES",
        "REFUSED, execution.reported, -",
        "HALTED, readiness.halted, -",
        "EXPIRED, approval.expired, -",
        "UNKNOWN, -, -"
    })
    void howAChangeEndedIsTheMisstepThatItIs(Outcome outcome, String proofs, String kind) {
        for (Mode mode : List.of(Mode.OWN, Mode.ASSIST)) {
            var seen =
                    new KafkaClosings()
                            .misstep(
                                    new Received(
                                            null,
                                            closed(outcome, proofs, mode),
                                            new byte[0],
                                            null,
                                            null,
                                            "",
                                            0,
                                            0));
            assertThat(seen.map(each -> each.kind().name()).orElse("-")).isEqualTo(kind);
            seen.ifPresent(each -> {
                assertThat(each.byPerson()).isEqualTo(mode == Mode.ASSIST);
                assertThat(each.at()).isEqualTo(Instant.EPOCH);
                assertThat(each.change()).isEqualTo(new UUID(0, 1));
            });
        }
    }

    @Test
    void everyEndIsInTheTable() throws Exception {
        List<String> told =
                Stream.of(
                                KafkaClosingsTest.class
                                        .getDeclaredMethod(
                                                "howAChangeEndedIsTheMisstepThatItIs",
                                                Outcome.class,
                                                String.class,
                                                String.class)
                                        .getAnnotation(CsvSource.class)
                                        .value())
                        .map(line -> line.substring(0, line.indexOf(',')))
                        .distinct()
                        .toList();
        assertThat(told)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(Outcome.values()).map(Outcome::name).toList());
    }

    private static ChangeClosed closed(Outcome outcome, String proofs, Mode mode) {
        return ChangeClosed.newBuilder()
                .setChangeId(new UUID(0, 1))
                .setCharter(new CharterRef("leavers", "1", "h"))
                .setOutcome(outcome)
                .setProofs(
                        Stream.of(proofs.split(" ", -1))
                                .map(name -> new Proof(name, new UUID(0, 2), "so it was"))
                                .toList())
                .setHandoffs(List.of())
                .setSummary("over")
                .setClosedAt(Instant.EPOCH)
                .setMode(mode)
                .build();
    }
}
