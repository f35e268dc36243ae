package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.domain.Account;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Event;
import dev.remit.connector.domain.Occurrence;
import dev.remit.connector.domain.Schedule;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.BrakeApplied;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.ProposalRefused;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenChangesTest {
    private static final String TARGET = "scim:hr";

    private final Memory memory = new Memory();
    private final Charters charters = new Charters();
    private final OpenChanges open = memory.open(charters);
    private final FindOccurrences find = memory.find(charters);

    @BeforeEach
    void anExposedCredentialOpensAChange() {
        inForce(
                Charter.Limits.none(),
                Charter.Trigger.of(Event.CREDENTIAL_EXPOSED, "offboard", TARGET));
        read("a1", "E1");
    }

    @Test
    void whatAFeedTellsOpensAChangeOnceHoweverOftenItIsTold() {
        tell(exposed("1", "E1"));
        tell(exposed("1", "E1"), exposed("1", "E1"));
        assertThat(memory.messages(IdentityObserved.class)).hasSize(1);
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(proposed -> {
                    assertThat(proposed.getChange().getSubject().getId()).isEqualTo("E1");
                    assertThat(proposed.getChange().getProposer().getPrincipal())
                            .isEqualTo("owner");
                    assertThat(proposed.getChange().getReason())
                            .isEqualTo("CREDENTIAL_EXPOSED: it was found");
                    assertThat(proposed.getTriggeredBy())
                            .isEqualTo(exposed("1", "E1").observation());
                });
        assertThat(memory.asides()).isEmpty();
    }

    @Test
    void theSameIdWithOtherContentIsSetAsideAndTheFirstStands() {
        tell(exposed("1", "E1"));
        tell(exposed("1", "E2"));
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
        assertThat(memory.asides())
                .extracting(Memory.Aside::code)
                .containsExactly("EVENT_CONTRADICTED");
    }

    @Test
    void whatNoCharterNamesIsObservedAndOpensNothing() {
        tell(
                new Occurrence(
                        "events:a",
                        "1",
                        Event.CERTIFICATION_REVOKED,
                        "hr",
                        "E1",
                        true,
                        Optional.empty(),
                        "it is to go",
                        memory.now,
                        Optional.empty(),
                        Optional.empty()));
        assertThat(memory.messages(IdentityObserved.class)).hasSize(1);
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(waiting()).isZero();
    }

    @Test
    void whomNobodyKnowsIsRefusedWithARecordAndTheEventWaitsUntilTheyAreKnown() {
        tell(exposed("1", "E7"));
        again();
        assertThat(memory.messages(ProposalRefused.class))
                .extracting(ProposalRefused::getCode)
                .containsExactly("SUBJECT_UNKNOWN");
        assertThat(waiting()).isEqualTo(1);
        read("a7", "E7");
        again();
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
        assertThat(waiting()).isZero();
    }

    @Test
    void whatWaitsIsDismissedByAPersonWithARecordAndOpensNothingWhenToldAgain() {
        tell(exposed("1", "E7"));
        UUID observation = exposed("1", "E7").observation();
        open.dismiss(observation, "ann", "a drill").await().indefinitely();
        assertThat(memory.messages(ProposalRefused.class).getLast())
                .satisfies(record -> {
                    assertThat(record.getCode()).isEqualTo("EVENT_DISMISSED");
                    assertThat(record.getProposer().getId()).isEqualTo("ann");
                    assertThat(record.getProposer().getKind()).isEqualTo(ActorKind.HUMAN);
                    assertThat(record.getDetail()).contains("events:a", "a drill");
                });
        assertThat(waiting()).isZero();
        read("a7", "E7");
        tell(exposed("1", "E7"));
        again();
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThatThrownBy(() -> open.dismiss(observation, "ann", "again").await().indefinitely())
                .hasMessageContaining("waits");
    }

    @Test
    void whatIsDismissedIsNotRecordedUnderACharterThatItOpenedItsChangeUnder() {
        charters.replace(
                List.of(
                        CharterFixture.opened(
                                Charter.Limits.none(),
                                Optional.empty(),
                                Charter.Trigger.of(Event.CREDENTIAL_EXPOSED, "offboard", TARGET)),
                        CharterFixture.alike(
                                "quarantines",
                                Charter.Trigger.of(
                                        Event.CREDENTIAL_EXPOSED, "quarantine", TARGET))));
        tell(exposed("1", "E1"));
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
        assertThat(waiting()).isEqualTo(1);
        String opened =
                memory.messages(ChangeProposed.class).getFirst().getChange().getCharter().getName();
        open.dismiss(exposed("1", "E1").observation(), "ann", "enough").await().indefinitely();
        assertThat(memory.messages(ProposalRefused.class))
                .filteredOn(each -> each.getCode().equals("EVENT_DISMISSED"))
                .singleElement()
                .satisfies(record -> assertThat(record.getCharter()).isNotEqualTo(opened));
        assertThat(waiting()).isZero();
    }

    @Test
    void untilTheChartersAreReadNothingThatWaitsIsLookedAtOrDismissed() {
        tell(exposed("1", "E7"));
        UUID observation = exposed("1", "E7").observation();
        OpenChanges early = memory.open(new Charters());
        assertThatThrownBy(() -> early.lookAt(observation)).hasMessageContaining("charters");
        assertThatThrownBy(() -> early.dismiss(observation, "ann", "a drill"))
                .hasMessageContaining("charters");
        assertThat(waiting()).isEqualTo(1);
    }

    @Test
    void whatWaitsIsLookedAtAtOnceWhenAPersonSaysSo() {
        tell(exposed("1", "E7"));
        UUID observation = exposed("1", "E7").observation();
        assertThat(open.lookAt(observation).await().indefinitely()).isTrue();
        read("a7", "E7");
        assertThat(open.lookAt(observation).await().indefinitely()).isFalse();
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
    }

    @Test
    void whoHasTwoAccountsIsRefusedAndTheEventWaits() {
        read("a2", "E1");
        tell(exposed("1", "E1"));
        assertThat(memory.messages(ProposalRefused.class))
                .extracting(ProposalRefused::getCode)
                .containsExactly("SUBJECT_AMBIGUOUS");
        assertThat(waiting()).isEqualTo(1);
    }

    @Test
    void whereAChangeIsOpenAlreadyTheSecondWaitsUntilItHasEnded() {
        tell(exposed("1", "E1"), exposed("2", "E1"));
        again();
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
        assertThat(memory.messages(ProposalRefused.class))
                .extracting(ProposalRefused::getCode)
                .containsExactly("DUPLICATE_CHANGE");
        assertThat(waiting()).isEqualTo(1);
        memory.ends(
                memory.messages(ChangeProposed.class).getFirst().getChange().getChangeId(),
                "COMPLETED",
                memory.now);
        again();
        assertThat(memory.messages(ChangeProposed.class)).hasSize(2);
        assertThat(waiting()).isZero();
    }

    @Test
    void whatDoesTheSameUnderAnotherCharterWaitsTooUntilTheFirstHasEnded() {
        charters.replace(
                List.of(
                        CharterFixture.opened(
                                Charter.Limits.none(),
                                Optional.empty(),
                                Charter.Trigger.of(Event.CREDENTIAL_EXPOSED, "offboard", TARGET)),
                        CharterFixture.alike(
                                "quarantines",
                                Charter.Trigger.of(
                                        Event.CERTIFICATION_REVOKED, "quarantine", TARGET))));
        tell(exposed("1", "E1"));
        tell(revoked("2", "E1"));
        again();
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
        UUID first = memory.messages(ChangeProposed.class).getFirst().getChange().getChangeId();
        assertThat(memory.messages(ProposalRefused.class))
                .singleElement()
                .satisfies(waits -> {
                    assertThat(waits.getCode()).isEqualTo("DUPLICATE_CHANGE");
                    assertThat(waits.getCharter()).isEqualTo("quarantines");
                    assertThat(waits.getDetail()).contains(first.toString());
                });
        memory.ends(first, "COMPLETED", memory.now);
        again();
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(each -> each.getChange().getAction())
                .containsExactly("offboard", "quarantine");
    }

    @Test
    void aRevokedEntitlementOpensAChangeOfTheCharterThatTakesItAndWaitsWhereNoneDoes() {
        charters.replace(List.of(taking("dormant", "/dormant-tools")));
        tell(revoked("1", "E1", "/finance"));
        again();
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(memory.messages(ProposalRefused.class))
                .singleElement()
                .satisfies(record -> {
                    assertThat(record.getCode()).isEqualTo("RESOURCE_OUTSIDE_CHARTER");
                    assertThat(record.getCharter()).isEqualTo("dormant");
                    assertThat(record.getDetail()).contains("/finance", "/dormant-tools");
                });
        assertThat(waiting()).isEqualTo(1);

        charters.replace(
                List.of(taking("dormant", "/dormant-tools"), taking("finance", "/finance")));
        again();
        assertThat(waiting()).isZero();
        tell(revoked("2", "E1", "g-/dormant-tools"));
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(each -> each.getChange().getCharter().getName())
                .containsExactly("finance", "dormant");
        assertThat(memory.messages(ProposalRefused.class)).hasSize(1);
    }

    @Test
    void aRevocationThatNamesNoEntitlementTakesNone() {
        charters.replace(List.of(taking("dormant", "/dormant-tools")));
        tell(revoked("1", "E1"));
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(waiting()).isEqualTo(1);
    }

    /** A charter that takes this group, whose id is g- and its path. */
    private static Charter taking(String name, String path) {
        return CharterFixture.taking(
                name,
                new Charter.Trigger(
                        Event.CERTIFICATION_REVOKED,
                        "remove-" + name,
                        TARGET,
                        Optional.empty(),
                        Optional.empty(),
                        Set.of(path, "g-" + path)));
    }

    private Occurrence revoked(String id, String worker, String resource) {
        return new Occurrence(
                "events:a",
                id,
                Event.CERTIFICATION_REVOKED,
                "hr",
                worker,
                true,
                Optional.of(resource),
                "it is to go",
                Instant.parse("2026-01-31T09:00:00Z"),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void whoseResourceItIsIsAskedAtEachLookAndARepetitionContradictsNothing() {
        tell(about("1", "", "acme/api"));
        assertThat(waiting()).isEqualTo(1);
        again();
        assertThat(memory.meters.get("remit.occurrences.held").gauge().value()).isEqualTo(1);
        memory.owners.put("acme/api", "E1");
        tell(about("1", "", "acme/api"));
        again();
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(proposed -> {
                    assertThat(proposed.getChange().getSubject().getId()).isEqualTo("E1");
                    assertThat(proposed.getChange().getReason())
                            .isEqualTo("CREDENTIAL_EXPOSED: it was found (acme/api)");
                });
        assertThat(memory.asides()).isEmpty();
        assertThat(memory.meters.get("remit.occurrences.held").gauge().value()).isZero();
    }

    @Test
    void whoIsNamedByWhatIdentifiesNobodyIsNotReplacedByTheOwner() {
        memory.owners.put("acme/api", "E1");
        tell(about("1", "somebody@acme.example", "acme/api"));
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(waiting()).isEqualTo(1);
    }

    @Test
    void tooMuchAtOnceIsHeldByABrakeThatNamesTheFeed() {
        inForce(
                new Charter.Limits(
                        Optional.empty(), Optional.empty(), Optional.of(2L), Optional.empty()),
                Charter.Trigger.of(Event.CREDENTIAL_EXPOSED, "offboard", TARGET));
        IntStream.range(10, 14).forEach(n -> read("a" + n, "E" + n));
        tell(
                IntStream.range(10, 14)
                        .mapToObj(n -> exposed("" + n, "E" + n))
                        .toArray(Occurrence[]::new));
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(memory.messages(BrakeApplied.class))
                .singleElement()
                .satisfies(brake -> {
                    assertThat(brake.getSource()).isEqualTo("events:a");
                    assertThat(brake.getTrigger()).isEqualTo("CREDENTIAL_EXPOSED");
                    assertThat(brake.getHeld()).isEqualTo(4);
                });
    }

    @Test
    void anAccountThatIsFoundOpensAChangeIfTheCharterMeansIt() {
        inForce(
                Charter.Limits.none(),
                Optional.of("'/service-accounts' in subject.groups"),
                Charter.Trigger.of(Event.OWNER_LEFT, "offboard", TARGET));
        read("a3", "E3");
        found("a1", "E1", "/sales");
        found("a3", "E3", "/service-accounts");
        look();
        look();
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(each -> each.getChange().getSubject().getId())
                .containsExactly("E3");
    }

    @Test
    void anOrphanThatNobodyIsBehindOpensAChangeWhereTheCharterAsksForNoWorker() {
        charters.replace(
                List.of(
                        CharterFixture.ofAccounts(
                                CharterFixture.opened(
                                        Charter.Limits.none(),
                                        Optional.empty(),
                                        Charter.Trigger.of(
                                                Event.ORPHAN_FOUND, "offboard", TARGET)))));
        memory.nobodys(TARGET, "a9");
        found("a9", null, "/sales");
        look();
        look();
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(proposed -> {
                    assertThat(proposed.getChange().getSubject().getSystem()).isEqualTo(TARGET);
                    assertThat(proposed.getChange().getSubject().getId()).isEqualTo("a9");
                    assertThat(proposed.getTriggeredBy()).isNotNull();
                });
        assertThat(memory.messages(ProposalRefused.class)).isEmpty();
        assertThat(waiting()).isZero();
    }

    @Test
    void anEventAboutAnAccountThatNobodyIsBehindWaitsForACharterThatCoversIt() {
        memory.nobodys(TARGET, "a9");
        tell(
                new Occurrence(
                        "events:a",
                        "1",
                        Event.CREDENTIAL_EXPOSED,
                        TARGET,
                        "a9",
                        true,
                        Optional.empty(),
                        "it was found",
                        memory.now,
                        Optional.empty(),
                        Optional.empty()));
        assertThat(memory.messages(ProposalRefused.class))
                .extracting(ProposalRefused::getCode)
                .containsExactly("SUBJECT_UNKNOWN");
        assertThat(waiting()).isEqualTo(1);

        charters.replace(charters.all().stream().map(CharterFixture::ofAccounts).toList());
        again();
        assertThat(memory.messages(ChangeProposed.class))
                .extracting(each -> each.getChange().getSubject().getId())
                .containsExactly("a9");
        assertThat(waiting()).isZero();
    }

    @Test
    void whatIsFoundOfNobodyIsRecordedOnceAndFoundAnewWhileItLasts() {
        inForce(Charter.Limits.none(), Charter.Trigger.of(Event.ORPHAN_FOUND, "offboard", TARGET));
        found("a9", null, "/sales");
        look();
        again();
        look();
        assertThat(memory.messages(ProposalRefused.class))
                .extracting(ProposalRefused::getCode)
                .containsExactly("SUBJECT_UNKNOWN");
        memory.found.clear();
        read("a9", "E9");
        again();
        look();
        assertThat(memory.messages(ChangeProposed.class))
                .as("it belongs to somebody now")
                .isEmpty();
        assertThat(waiting()).isZero();
    }

    @Test
    void aLookIsBoundedAndTheNextGoesOnAfterIt() {
        inForce(
                Charter.Limits.none(),
                Optional.of("'/service-accounts' in subject.groups"),
                Charter.Trigger.of(Event.OWNER_LEFT, "offboard", TARGET));
        IntStream.range(1000, 2200).forEach(n -> found("b" + n, "E" + n, "/sales"));
        read("z1", "E3");
        found("z1", "E3", "/service-accounts");
        look();
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        look();
        assertThat(memory.messages(ChangeProposed.class)).hasSize(1);
    }

    @Test
    void aScheduleRunsOnceAndMakesUpForWhatWasMissedOnce() {
        inForce(
                Charter.Limits.none(),
                new Charter.Trigger(
                        Event.SCHEDULE,
                        "offboard",
                        TARGET,
                        Optional.empty(),
                        Optional.of(
                                new Schedule(
                                        Duration.ofDays(1),
                                        Instant.parse("2026-01-01T12:00:00Z"),
                                        List.of(new Schedule.Subject("hr", "E1"))))));
        look();
        assertThat(memory.messages(ChangeProposed.class))
                .as("what was due before it was in force is not made up for")
                .isEmpty();
        memory.now = memory.now.plus(Duration.ofDays(3));
        look();
        look();
        assertThat(memory.messages(ChangeProposed.class))
                .singleElement()
                .satisfies(proposed ->
                        assertThat(proposed.getChange().getReason())
                                .isEqualTo(
                                        "SCHEDULE: due on 2026-02-02T12:00Z; 2 runs before it were missed"));
    }

    private void inForce(Charter.Limits limits, Charter.Trigger... triggers) {
        inForce(limits, Optional.empty(), triggers);
    }

    private void inForce(
            Charter.Limits limits, Optional<String> bound, Charter.Trigger... triggers) {
        charters.replace(List.of(CharterFixture.opened(limits, bound, triggers)));
    }

    private void read(String account, String worker) {
        memory.belongs(TARGET, account, worker);
    }

    private void found(String account, String worker, String group) {
        memory.found.add(
                new ObservedAccounts.Found(
                        "found|" + account,
                        "it was found",
                        new Account(
                                account,
                                true,
                                worker,
                                null,
                                List.of(new Account.Group("", group)),
                                List.of(),
                                "")));
    }

    /** As the forms read it: what does not identify is no subject, but somebody was named. */
    private Occurrence about(String id, String named, String resource) {
        return new Occurrence(
                "events:a",
                id,
                Event.CREDENTIAL_EXPOSED,
                "hr",
                "",
                !named.isEmpty(),
                Optional.of(resource),
                "it was found",
                Instant.parse("2026-01-31T09:00:00Z"),
                Optional.empty(),
                Optional.empty());
    }

    private Occurrence exposed(String id, String worker) {
        return about(id, Event.CREDENTIAL_EXPOSED, worker);
    }

    private Occurrence revoked(String id, String worker) {
        return about(id, Event.CERTIFICATION_REVOKED, worker);
    }

    private Occurrence about(String id, Event event, String worker) {
        return new Occurrence(
                "events:a",
                id,
                event,
                "hr",
                worker,
                true,
                Optional.empty(),
                "it was found",
                Instant.parse("2026-01-31T09:00:00Z"),
                Optional.empty(),
                Optional.empty());
    }

    private void tell(Occurrence... occurrences) {
        open.told(List.of(occurrences)).await().indefinitely();
    }

    private void again() {
        open.lookAgain().await().indefinitely();
    }

    private void look() {
        find.look().await().indefinitely();
    }

    private int waiting() {
        return open.waiting(10).await().indefinitely().size();
    }
}
