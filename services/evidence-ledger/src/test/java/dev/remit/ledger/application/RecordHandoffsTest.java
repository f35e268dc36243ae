package dev.remit.ledger.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.Service;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.passkey.SoftAuthenticator;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.domain.Due;
import dev.remit.ledger.domain.Standing;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ChangeClosed;
import dev.remit.wire.v1.CharterDecided;
import dev.remit.wire.v1.CharterDecision;
import dev.remit.wire.v1.CharterDrafted;
import dev.remit.wire.v1.CharterPart;
import dev.remit.wire.v1.ClosureRefused;
import dev.remit.wire.v1.Decision;
import dev.remit.wire.v1.MissingProof;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.Proof;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordHandoffsTest {
    private final InMemoryLedger ledger = new InMemoryLedger();
    private final Leaver leaver = new Leaver(1);

    @Test
    void aProvedChangeIsClosedOnceWithEveryHandoffListed() {
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs());
        assertThat(ledger.standing(leaver.change).missing())
                .containsExactly("activity.corroborated");
        ledger.receive(List.of(leaver.activity()));
        look();

        assertThat(ledger.standing(leaver.change).outcome()).contains("COMPLETED");
        List<Received> closed = ledger.handedOn();
        assertThat(types(closed)).containsExactly("ChangeClosed");
        ledger.receive(closed);
        ledger.receive(closed);
        look();
        Standing standing = ledger.standing(leaver.change);
        assertThat(standing.last()).isEqualTo("ChangeClosed");
        assertThat(standing.sequence()).isEqualTo(7);
        assertThat(standing.closingLeaf()).contains(8L);
        assertThat(ledger.handedOn()).isEmpty();
        assertThat(ledger.meters.counter("remit.ledger.closures", "outcome", "COMPLETED").count())
                .isEqualTo(1);
    }

    @Test
    void whatAPersonTookOverIsClosedOnceTheDemotionIsLoggedAndTheProofNamesIt() {
        leaver.executor = new Actor(Leaver.EXECUTOR, ActorKind.HUMAN, null);
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        look();
        assertThat(ledger.standing(leaver.change).missing()).containsExactly("executed.in-mode");

        ledger.receive(List.of(Leaver.demoted("leavers")));
        ledger.now = Leaver.NOW.plus(Duration.ofSeconds(61));
        look();
        assertThat(ledger.standing(leaver.change).outcome()).contains("COMPLETED");
        assertThat(ledger.handedOn())
                .last()
                .extracting(Received::message)
                .isInstanceOfSatisfying(
                        ChangeClosed.class,
                        closed ->
                                assertThat(closed.getProofs())
                                        .filteredOn(
                                                each -> each.getName().equals("executed.in-mode"))
                                        .extracting(Proof::getGivenBy)
                                        .containsExactly(Leaver.DEMOTION));
    }

    @Test
    void nothingClosesUnderACharterUntilItsApprovalsAreLogged() {
        Received drafted = drafted(null);
        Received byOwner = approved(drafted, CharterPart.OWNER, "W2");
        Received bySecond = approved(drafted, CharterPart.SECOND, "W3");
        ledger.receive(
                List.of(
                        Leaver.beside(
                                Service.CONNECTOR,
                                "leavers",
                                leaver.publication()
                                        .setDraftId(drafted.envelope().id())
                                        .setApprovals(
                                                List.of(
                                                        byOwner.envelope().id(),
                                                        bySecond.envelope().id()))
                                        .build())));
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity(), drafted, byOwner));
        look();
        assertThat(ledger.standing(leaver.change).missing()).containsExactly("charter");
        ledger.receive(List.of(bySecond));
        look();
        assertThat(ledger.standing(leaver.change).outcome()).contains("COMPLETED");
        assertThat(ledger.handedOn())
                .extracting(Received::message)
                .singleElement()
                .satisfies(closed ->
                        assertThat(((ChangeClosed) closed).getMode()).isEqualTo(Mode.OWN));
    }

    @Test
    void nothingClosesUnderACharterThatNobodyApproved() {
        ledger.receive(
                List.of(Leaver.beside(Service.CONNECTOR, "leavers", leaver.publication().build())));
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        look();
        assertThat(ledger.standing(leaver.change).missing()).containsExactly("charter");
    }

    @Test
    void nothingClosesUnderACharterWhoseDraftEndedAndTheChangeSaysSo() {
        Received drafted = drafted(null);
        Received byOwner = approved(drafted, CharterPart.OWNER, "W2");
        Received bySecond = approved(drafted, CharterPart.SECOND, "W3");
        ledger.receive(List.of(drafted, byOwner, bySecond, denied(drafted)));
        ledger.receive(
                List.of(
                        Leaver.beside(
                                Service.CONNECTOR,
                                "leavers",
                                leaver.publication()
                                        .setDraftId(drafted.envelope().id())
                                        .setApprovals(
                                                List.of(
                                                        byOwner.envelope().id(),
                                                        bySecond.envelope().id()))
                                        .build())));
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        saysThatTheDraftEnded();
    }

    @Test
    void nothingClosesUnderACharterThatWasDeniedAndNeverPublished() {
        Received drafted = drafted(null);
        ledger.receive(List.of(drafted, denied(drafted)));
        ledger.receive(leaver.handoffs());
        saysThatTheDraftEnded();
    }

    private void saysThatTheDraftEnded() {
        ledger.now = Leaver.NOW.plus(Duration.ofSeconds(61));
        look();
        assertThat(ledger.standing(leaver.change).missing()).containsExactly("charter");
        assertThat(ledger.handedOn())
                .singleElement()
                .satisfies(refused ->
                        assertThat(((ClosureRefused) refused.message()).getMissing())
                                .singleElement()
                                .satisfies(each ->
                                        assertThat(each.getReason())
                                                .contains("ended DENIED, by a-denier")));
    }

    private Received denied(Received draft) {
        return Leaver.beside(
                Service.CONNECTOR,
                "charter/leavers",
                CharterDecided.newBuilder()
                        .setDecisionId(new UUID(0, 3))
                        .setDraftId(draft.envelope().id())
                        .setCharter(leaver.reference())
                        .setDecision(CharterDecision.DENIED)
                        .setPart(null)
                        .setDecidedBy(new Actor("a-denier", ActorKind.HUMAN, null))
                        .setWorker("W4")
                        .setReason("no")
                        .setDecidedAt(Leaver.NOW)
                        .build());
    }

    @Test
    void aVersionThatIsNotInOrderDoesNotEndItsCharter() {
        Leaver refused = new Leaver(77);
        refused.charter = owned(Leaver.charter("{\"name\":\"other\",\"quorum\":1}"));
        Received drafted = drafted(refused.reference().getHash());
        Received byOwner = approved(drafted, CharterPart.OWNER, "W2");
        Received bySecond = approved(drafted, CharterPart.SECOND, "W3");
        ledger.receive(
                List.of(
                        drafted,
                        byOwner,
                        bySecond,
                        Leaver.beside(Service.CONNECTOR, "leavers", refused.publication().build()),
                        Leaver.beside(
                                Service.CONNECTOR,
                                "leavers",
                                leaver.publication()
                                        .setDraftId(drafted.envelope().id())
                                        .setApprovals(
                                                List.of(
                                                        byOwner.envelope().id(),
                                                        bySecond.envelope().id()))
                                        .build())));
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        look();
        assertThat(ledger.standing(leaver.change).outcome()).contains("COMPLETED");
    }

    /** A draft of the leaver's charter, which names its owner from now on. */
    private Received drafted(@Nullable String previous) {
        leaver.charter = owned(leaver.charter);
        return Leaver.beside(
                Service.CONNECTOR,
                "charter/leavers",
                CharterDrafted.newBuilder()
                        .setDraftId(new UUID(0, 1))
                        .setCharter(leaver.reference())
                        .setDocument(ByteBuffer.wrap(leaver.charter))
                        .setPrevious(previous)
                        .setDraftedBy(new Actor("drafter", ActorKind.HUMAN, null))
                        .setWorker("W1")
                        .setOwner("owner")
                        .setNeeds(List.of(CharterPart.OWNER, CharterPart.SECOND))
                        .setBecause(List.of())
                        .setReason("first")
                        .setDraftedAt(Leaver.NOW)
                        .setExpiresAt(Leaver.NOW.plusSeconds(60))
                        .build());
    }

    private static byte[] owned(byte[] charter) {
        return CanonicalJson.of(
                new String(charter, StandardCharsets.UTF_8)
                        .replaceFirst("[{]", "{\"metadata\":{\"owner\":\"owner\"},"));
    }

    private Received approved(Received draft, CharterPart part, String worker) {
        return Leaver.beside(
                Service.CONNECTOR,
                "charter/leavers",
                CharterDecided.newBuilder()
                        .setDecisionId(new UUID(0, 2))
                        .setDraftId(draft.envelope().id())
                        .setCharter(leaver.reference())
                        .setDecision(CharterDecision.APPROVED)
                        .setPart(part)
                        .setDecidedBy(
                                new Actor(
                                        part == CharterPart.OWNER
                                                ? "owner"
                                                : "account of " + worker,
                                        ActorKind.HUMAN,
                                        null))
                        .setWorker(worker)
                        .setReason("")
                        .setDecidedAt(Leaver.NOW)
                        .build());
    }

    @Test
    void everyOrderOfArrivalClosesTheChangeOnce() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int run = 0; run < 300; run++) {
            InMemoryLedger shuffled = new InMemoryLedger();
            Leaver change = new Leaver(run);
            List<Received> messages = new ArrayList<>(change.handoffs());
            messages.add(change.activity());
            messages.add(change.published());
            Collections.shuffle(messages, random);
            List<Received> closed = new ArrayList<>();
            for (int from = 0; from < messages.size(); ) {
                assertThat(closed).as("seed " + seed).isEmpty();
                int to = from + 1 + random.nextInt(messages.size() - from);
                shuffled.receive(messages.subList(from, to));
                if (random.nextInt(3) == 0) {
                    shuffled.restart();
                }
                if (random.nextBoolean()) {
                    shuffled.lookAgain.look(shuffled.now).await().indefinitely();
                }
                closed.addAll(shuffled.handedOn());
                from = to;
            }
            shuffled.lookAgain.look(shuffled.now).await().indefinitely();
            closed.addAll(shuffled.handedOn());
            assertThat(types(closed)).as("seed " + seed).containsExactly("ChangeClosed");
            assertThat(shuffled.standing(change.change).outcome())
                    .as("seed " + seed)
                    .contains("COMPLETED");
            InMemoryLedger inOrder = new InMemoryLedger();
            inOrder.receive(List.of(change.published()));
            inOrder.receive(change.handoffs());
            inOrder.receive(List.of(change.activity()));
            inOrder.lookAgain.look(inOrder.now).await().indefinitely();
            assertThat(shuffled.waits(change.change))
                    .as("seed " + seed)
                    .isNotEmpty()
                    .isEqualTo(inOrder.waits(change.change));
        }
    }

    @Test
    void aBatchCostsTheSameCallsForOneChangeAndForFiveHundred() {
        List<String> ofMany = callsOf(500);
        assertThat(Collections.frequency(ofMany, "store"))
                .as("500 changes are four pieces seven times, and one when they have ended")
                .isEqualTo(4 * 7 + 1);
        ofMany = once(ofMany);
        assertThat(callsOf(1)).isEqualTo(ofMany);
        assertThat(ofMany)
                .containsExactly(
                        "append",
                        "load",
                        "charters",
                        "store",
                        "waits", // proposed
                        "append",
                        "load",
                        "store",
                        "waits", // judged
                        "append",
                        "load",
                        "store",
                        "waits", // requested
                        "append",
                        "load",
                        "store",
                        "waits", // decided
                        "append",
                        "load",
                        "store",
                        "waits", // authorized
                        "append",
                        "load",
                        "observations",
                        "store",
                        "waits", // executed
                        "append",
                        "stir", // activities
                        "hold",
                        "load",
                        "observations",
                        "store",
                        "waits",
                        "settled", // looked at again
                        "append",
                        "load",
                        "store"); // closed
    }

    @Test
    void aRestartCostsOneLoadOfMessages() {
        List<Leaver> leavers = leavers(500);
        ledger.receiveFresh(List.of(leavers.getFirst().published()));
        ledger.receiveFresh(leavers.stream().map(each -> each.handoffs().get(0)).toList());
        ledger.restart();
        ledger.calls.clear();
        ledger.receiveFresh(leavers.stream().map(each -> each.handoffs().get(1)).toList());
        assertThat(once(ledger.calls))
                .containsExactly("append", "load", "handoffs", "charters", "store", "waits");
    }

    @Test
    void aStoryOfATransactionThatWasRolledBackIsNotUsed() {
        ledger.receive(List.of(leaver.published()));
        List<Received> handoffs = leaver.handoffs();
        ledger.receive(handoffs.subList(0, 1));
        ledger.beforeCommit =
                () -> {
                    throw new IllegalStateException("the database went away");
                };
        assertThatThrownBy(() -> ledger.receive(handoffs.subList(1, 2)));
        ledger.beforeCommit = null;

        // the verdict never came, so whatever follows leaves a gap
        ledger.receive(handoffs.subList(2, 6));
        ledger.receive(List.of(leaver.activity()));
        look();
        assertThat(ledger.standing(leaver.change).missing()).containsExactly("chain");
        assertThat(ledger.handedOn()).isEmpty();
        ledger.receive(handoffs.subList(1, 2));
        assertThat(ledger.standing(leaver.change).outcome()).contains("COMPLETED");
    }

    @Test
    void anActivityOnTheSameAccountOfAnotherSystemProvesNothing() {
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity("keycloak:other")));
        look();
        assertThat(ledger.standing(leaver.change).outcome()).isEmpty();
    }

    @Test
    void aDeniedChangeEndsRefusedAndAnExpiredOneExpired() {
        leaver.decision = Decision.DENIED;
        Leaver late = new Leaver(2);
        late.decision = Decision.EXPIRED;
        late.approver = null;
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs());
        ledger.receive(late.handoffs());
        assertThat(ledger.standing(leaver.change).outcome()).contains("REFUSED");
        assertThat(ledger.standing(late.change).outcome()).contains("EXPIRED");
    }

    @Test
    void anUnprovedChangeIsRefusedClosureOnceAsAHandoffOfIt() {
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs());
        look();
        assertThat(ledger.handedOn()).isEmpty();
        ledger.now = Leaver.NOW.plus(Duration.ofSeconds(61));
        look();
        List<Received> refused = ledger.handedOn();
        assertThat(types(refused)).containsExactly("ClosureRefused");
        assertThat(refused.getFirst().envelope().sequence()).isEqualTo(7);
        ledger.receive(refused);
        ledger.now = Leaver.NOW.plus(Duration.ofHours(1));
        look();
        assertThat(ledger.handedOn()).isEmpty();
        assertThat(
                        ledger.meters
                                .counter(
                                        "remit.ledger.closure.refusals",
                                        "proof",
                                        "activity.corroborated")
                                .count())
                .isEqualTo(1);

        ledger.receive(List.of(leaver.activity()));
        look();
        assertThat(ledger.standing(leaver.change).outcome()).contains("COMPLETED");
        assertThat(ledger.handedOn().getFirst().envelope().sequence()).isEqualTo(8);
    }

    @Test
    void eachOverdueHandoffIsSaidOnceBesideTheChainAcrossRestarts() {
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs().subList(0, 3));
        lookForOverdue(Duration.ofSeconds(119));
        assertThat(ledger.handedOn()).isEmpty();

        lookForOverdue(Duration.ofSeconds(121));
        assertThat(overdue(ledger.handedOn())).containsExactly("approvers of stage manager");
        ledger.restart();
        lookForOverdue(Duration.ofHours(2));
        assertThat(ledger.handedOn()).isEmpty();

        ledger.receive(leaver.handoffs().subList(3, 4));
        lookForOverdue(Duration.ofHours(3));
        assertThat(overdue(ledger.handedOn()))
                .as("another handoff, that no message gives a time for")
                .containsExactly("approval-routing");

        ledger.receive(leaver.handoffs().subList(4, 6));
        ledger.receive(List.of(leaver.activity()));
        look();
        assertThat(types(ledger.handedOn())).containsExactly("ChangeClosed");
        lookForOverdue(Duration.ofDays(3));
        assertThat(ledger.handedOn()).isEmpty();
    }

    @Test
    void whatComesLateButComesIsNotOverdue() {
        ledger.receive(List.of(leaver.published()));
        ledger.now = Leaver.NOW.plus(Duration.ofHours(2));
        for (Received each : leaver.handoffs().subList(0, 5)) {
            ledger.receive(List.of(each));
        }
        assertThat(ledger.handedOn()).isEmpty();
        assertThat(ledger.meters.counter("remit.ledger.handoffs.overdue").count()).isZero();
    }

    private void lookForOverdue(Duration later) {
        ledger.now = Leaver.NOW.plus(later);
        ledger.lookAgain.lookForOverdue(ledger.now).await().indefinitely();
        look();
    }

    private static List<String> overdue(List<Received> messages) {
        assertThat(messages).allSatisfy(each -> assertThat(each.envelope().sequence()).isZero());
        return messages.stream()
                .flatMap(each -> ((ClosureRefused) each.message()).getMissing().stream())
                .filter(each -> each.getName().equals(Due.NAME))
                .map(MissingProof::getOwedBy)
                .toList();
    }

    @Test
    void aGapIsRefusedBesideTheChainThatAnotherServiceMayBeWriting() {
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs().subList(1, 3));
        assertThat(ledger.standing(leaver.change).missing()).containsExactly("chain");
        ledger.now = Leaver.NOW.plus(Duration.ofSeconds(61));
        look();
        List<Received> refused = ledger.handedOn();
        assertThat(types(refused)).containsExactly("ClosureRefused");
        assertThat(refused.getFirst().envelope().sequence()).isZero();
        ledger.receive(refused);
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        look();
        assertThat(ledger.standing(leaver.change).outcome()).contains("COMPLETED");
    }

    @Test
    void aChangeWaitsForItsCharter() {
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        look();
        assertThat(ledger.standing(leaver.change).missing()).containsExactly("charter");
        ledger.receive(List.of(leaver.published()));
        look();
        assertThat(ledger.standing(leaver.change).outcome()).contains("COMPLETED");
    }

    @Test
    void aSignatureWaitsForItsPasskeysRegistrationHoweverLate() {
        leaver.authenticator = SoftAuthenticator.es256();
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        ledger.now = Leaver.NOW.plus(Duration.ofSeconds(61));
        look();
        assertThat(types(ledger.handedOn())).containsExactly("ClosureRefused");
        assertThat(ledger.standing(leaver.change).missing()).contains("approvals.complete");

        ledger.receive(List.of(leaver.registered()));
        look();
        assertThat(ledger.standing(leaver.change).outcome()).contains("COMPLETED");
    }

    @Test
    void nothingClosesUnderACharterThatDoesNotRead() {
        leaver.charter = Leaver.charter("{\"name\":\"manager\",\"quorum\":0}");
        ledger.receive(List.of(leaver.published()));
        ledger.receive(leaver.handoffs());
        ledger.receive(List.of(leaver.activity()));
        look();
        assertThat(ledger.standing(leaver.change).missing()).containsExactly("charter");
    }

    @Test
    void twoHandoffsWithTheSamePlaceKeepAChangeOpen() {
        ledger.receive(List.of(leaver.published()));
        List<Received> handoffs = leaver.handoffs();
        ledger.receive(handoffs);
        Leaver fork = new Leaver(1);
        fork.approver =
                new dev.remit.wire.v1.Actor(Leaver.OWNER, dev.remit.wire.v1.ActorKind.HUMAN, null);
        ledger.receive(fork.handoffs().subList(3, 4));
        ledger.receive(List.of(leaver.activity()));
        look();
        assertThat(ledger.standing(leaver.change).missing()).containsExactly("chain");
        assertThat(ledger.standing(leaver.change).outcome()).isEqualTo(Optional.empty());
    }

    /** Pieces of a batch as if it were one. */
    private static List<String> once(List<String> calls) {
        List<String> once = new ArrayList<>();
        Set<String> piece = new HashSet<>();
        for (String each : calls) {
            if (!each.equals("store") && !each.equals("waits")) {
                piece.clear();
                once.add(each);
            } else if (piece.add(each)) {
                once.add(each);
            }
        }
        return once;
    }

    private List<String> callsOf(int number) {
        InMemoryLedger counted = new InMemoryLedger();
        List<Leaver> leavers = leavers(number);
        counted.receiveFresh(List.of(leavers.getFirst().published()));
        counted.calls.clear();
        List<List<Received>> told = leavers.stream().map(Leaver::handoffs).toList();
        for (int n = 0; n < 6; n++) {
            int step = n;
            counted.receiveFresh(told.stream().map(each -> each.get(step)).toList());
        }
        counted.receiveFresh(leavers.stream().map(Leaver::activity).toList());
        counted.lookAgain.look(counted.now).await().indefinitely();
        List<Received> closed = counted.handedOn();
        assertThat(closed).hasSize(number);
        counted.receiveFresh(closed);
        return counted.calls;
    }

    private static List<Leaver> leavers(int number) {
        List<Leaver> leavers = new ArrayList<>();
        for (int n = 0; n < number; n++) {
            leavers.add(new Leaver(n));
        }
        return leavers;
    }

    private void look() {
        ledger.lookAgain.look(ledger.now).await().indefinitely();
    }

    private static List<String> types(List<Received> messages) {
        return messages.stream().map(each -> each.envelope().handoff().recordName()).toList();
    }
}
