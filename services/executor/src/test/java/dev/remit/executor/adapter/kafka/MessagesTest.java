package dev.remit.executor.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.executor.domain.Intent;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.BarredExecutor;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.Subject;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MessagesTest {
    private static final UUID CHANGE = new UUID(0, 1);

    @Test
    void whoHasAPartBeforeAnybodyApprovesIsKnownByTheirWorkerToo() {
        Intent.Terms terms = Messages.intent(received()).orElseThrow().terms();

        assertThat(terms.barred())
                .extracting(Intent.Barred::worker)
                .containsExactly(
                        Optional.empty(),
                        Optional.of("W-paul"),
                        Optional.of("E1"),
                        Optional.empty(),
                        Optional.of("W-ann"));
        for (String worker : List.of("W-paul", "E1", "W-ann")) {
            assertThat(terms.barred())
                    .as(worker)
                    .anyMatch(each -> each.is("second-account", Optional.of(worker)));
        }
        assertThat(terms.barred())
                .noneMatch(each -> each.is("operator", Optional.of("W-operator")));
    }

    @Test
    void anAccountThatNobodyIsBehindIsBarredByItsIdAlone() {
        Received received =
                received(Subject.newBuilder().setSystem("keycloak:acme").setId("sam").build());
        Intent.Terms terms = Messages.intent(received).orElseThrow().terms();

        assertThat(terms.barred())
                .filteredOn(each -> each.person().equals("sam"))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.worker()).isEmpty();
                    assertThat(each.is("sam", Optional.empty())).isTrue();
                    assertThat(each.is("second-account", Optional.of("sam"))).isFalse();
                });
    }

    /** Proposed through a copilot of paul's; sam is its subject, mia has approved it. */
    private static Received received() {
        return received(Subject.newBuilder().setSystem("hr").setId("E1").build());
    }

    private static Received received(Subject subject) {
        ExecutionAuthorized authorized =
                ExecutionAuthorized.newBuilder()
                        .setChange(
                                Change.newBuilder()
                                        .setChangeId(CHANGE)
                                        .setCharter(new CharterRef("leavers", "1", "c".repeat(64)))
                                        .setMode(Mode.ASSIST)
                                        .setSubject(subject)
                                        .setTarget("keycloak:acme")
                                        .setAction("offboard")
                                        .setReason("left")
                                        .setProposer(
                                                Actor.newBuilder()
                                                        .setId("client:copilot")
                                                        .setKind(ActorKind.COPILOT)
                                                        .setPrincipal("paul")
                                                        .build())
                                        .setProposedAt(Instant.EPOCH)
                                        .build())
                        .setAuthorizationId(new UUID(0, 2))
                        .setAccount("sam")
                        .setPlan(ByteBuffer.wrap(new byte[] {1}))
                        .setPlanHash("a".repeat(64))
                        .setApprovals(List.of())
                        .setApprovers(List.of("mia"))
                        .setMayNotExecute(
                                List.of(
                                        barred("client:copilot"),
                                        barred("paul"),
                                        barred("sam"),
                                        barred("mia"),
                                        new BarredExecutor(
                                                "ann", "apart@1", "had it approved", "W-ann")))
                        .setAuthorizedAt(Instant.EPOCH)
                        .setExpiresAt(Instant.EPOCH.plusSeconds(60))
                        .setPrincipalWorker("W-paul")
                        .build();
        Handoff handoff = Handoff.of(authorized);
        Hash hash = Hash.sha256(new byte[0]);
        return new Received(
                new Envelope(
                        new UUID(0, 3),
                        Service.APPROVAL_ROUTING,
                        handoff,
                        CHANGE.toString(),
                        Instant.EPOCH,
                        handoff.dataschema(),
                        CHANGE,
                        null,
                        4,
                        hash),
                authorized,
                new byte[0],
                null,
                hash,
                handoff.topic().topicName(),
                0,
                0);
    }

    private static BarredExecutor barred(String person) {
        return new BarredExecutor(person, "separation-of-duties@1", "has a part in it", null);
    }
}
