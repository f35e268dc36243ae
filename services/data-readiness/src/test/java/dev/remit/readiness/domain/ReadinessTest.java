package dev.remit.readiness.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.directory.Account;
import dev.remit.readiness.domain.Event.Corrected;
import dev.remit.readiness.domain.Event.News;
import dev.remit.readiness.domain.Event.Overdue;
import dev.remit.readiness.domain.Event.Proposed;
import dev.remit.readiness.domain.Judgement.Verdict;
import dev.remit.readiness.domain.Outcome.AlreadyDone;
import dev.remit.readiness.domain.Outcome.Happened;
import dev.remit.readiness.domain.Outcome.Happening;
import dev.remit.readiness.domain.Outcome.Refusal;
import dev.remit.readiness.domain.Outcome.Refused;
import dev.remit.readiness.domain.Readiness.Held;
import dev.remit.readiness.domain.Readiness.Judged;
import dev.remit.readiness.domain.Readiness.New;
import dev.remit.readiness.domain.Readiness.TakenBack;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Every cell of {@link Readiness#decide}. The target is not the system where people sign in. */
class ReadinessTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final UUID CHANGE = UUID.fromString("018f0000-0000-7000-8000-000000000001");
    private static final UUID PROPOSED = UUID.fromString("018f0000-0000-7000-8000-000000000002");
    private static final UUID OBSERVED = UUID.fromString("018f0000-0000-7000-8000-000000000003");
    private static final Request REQUEST =
            new Request(CHANGE, "leavers", "h", "hr", "E2", "scim:crm", "offboard");
    private static final Proposal PROPOSAL = new Proposal(REQUEST, PROPOSED, new byte[] {1});
    private static final Withdrawal WITHDRAWAL =
            new Withdrawal(CHANGE, OBSERVED, "ann", "HUMAN", Optional.empty(), "hired again");
    private static final Account LEAVER = account("scim:crm", "leaver", "E2", "E1");
    private static final Account ORPHAN = account("scim:crm", "leaver", "E2", null);
    private static final Account MANAGER = account("keycloak:acme", "boss", "E1", null);
    private static final Account OWN = account("keycloak:acme", "me", "E2", null);
    private static final Charter CHARTER =
            new Charter(
                    "leavers",
                    "1",
                    "h",
                    Set.of("scim:crm"),
                    Map.of("offboard", List.of("disable-account")),
                    List.of(
                            new Charter.Required(Judgement.ACCOUNT, Optional.empty()),
                            new Charter.Required(Judgement.MANAGER, Optional.empty()),
                            new Charter.Required(
                                    Judgement.FRESH, Optional.of(Duration.ofMinutes(2)))),
                    Duration.ofHours(1));

    // New

    @Test
    void aProposedChangeWhoseFactsHoldIsJudged() {
        Happened happened = happened(new New(), new Proposed(PROPOSAL, fit(NOW)));
        assertThat(happened.readiness())
                .isInstanceOfSatisfying(
                        Judged.class,
                        judged -> {
                            assertThat(judged.verdict()).isEqualTo(Verdict.READY);
                            assertThat(judged.plan()).isPresent();
                        });
        assertThat(happened.happenings())
                .singleElement()
                .isInstanceOfSatisfying(
                        Happening.Judged.class,
                        judged -> {
                            assertThat(judged.cause()).isEqualTo(PROPOSED);
                            assertThat(judged.judgement().manager()).contains(MANAGER);
                        });
    }

    @Test
    void aProposedChangeThatLacksAManagerIsHeldAndPeopleAreAsked() {
        Happened happened = happened(new New(), new Proposed(PROPOSAL, orphan(NOW)));
        Held held = (Held) happened.readiness();
        assertThat(held.reasons()).isEqualTo("manager.active=MISSING");
        assertThat(held.asked()).containsExactly(Judgement.MANAGER);
        assertThat(held.until()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(held.lookAt()).isEqualTo(NOW.plusSeconds(5));
        assertThat(held.waitsFor()).containsExactly(new Concern.OfWorker("scim:crm", "E2"));
        assertThat(happened.happenings())
                .extracting(Object::getClass)
                .containsExactly(Happening.Judged.class, Happening.Asked.class);
        Correction asked = ((Happening.Asked) happened.happenings().getLast()).correction();
        assertThat(asked.id()).isEqualTo(Correction.id(CHANGE, Judgement.MANAGER));
        assertThat(asked.dueAt()).isEqualTo(held.until());
        assertThat(asked.question())
                .isEqualTo(
                        "Who is the manager of worker E2? Give the manager's worker id. (the account names no manager)");
    }

    @Test
    void aProposedChangeWhoseCharterIsNotKnownWaitsForTheCharterTwoDays() {
        Known unknown = new Known(Optional.empty(), fit(NOW).observed());
        Held held = (Held) happened(new New(), new Proposed(PROPOSAL, unknown)).readiness();
        assertThat(held.waitsFor()).containsExactly(new Concern.OfCharter("h"));
        assertThat(held.until()).isEqualTo(NOW.plus(Duration.ofDays(2)));
        assertThat(held.reasons()).isEqualTo("charter leavers with this hash is not known here");
        assertThat(Judgement.reasons(held.reasons())).containsExactly("charter.unknown");
    }

    @Test
    void underAHaltAChangeWaitsForItsEndWhateverItsFacts() {
        Known halted =
                new Known(
                        Optional.of(CHARTER),
                        orphan(NOW).observed(),
                        Optional.of("mesh is halted"));
        Happened happened = happened(new New(), new Proposed(PROPOSAL, halted));
        Held held = (Held) happened.readiness();
        assertThat(held.waitsFor()).containsExactly(new Concern.OfHalts());
        assertThat(held.reasons()).isEqualTo("halted: mesh is halted");
        assertThat(Judgement.reasons(held.reasons())).containsExactly("halted");
        assertThat(held.asked()).as("nobody is asked for facts").isEmpty();

        assertThat(((Held) happened(held, new News(Optional.of(OBSERVED), halted)).readiness()))
                .extracting(Held::since)
                .isEqualTo(held.since());
        assertThat(
                        ((Judged)
                                        happened(held, new News(Optional.of(OBSERVED), fit(NOW)))
                                                .readiness())
                                .verdict())
                .as("once it is lifted")
                .isEqualTo(Verdict.READY);
    }

    @Test
    void aProposedChangeThatIsHaltedAsksNobody() {
        Observed twins =
                new Observed(
                        List.of(ORPHAN, account("scim:crm", "twin", "E2", null)),
                        List.of(),
                        Optional.of(NOW),
                        Map.of(),
                        "keycloak:acme",
                        NOW);
        Happened happened =
                happened(new New(), new Proposed(PROPOSAL, new Known(Optional.of(CHARTER), twins)));
        assertThat(((Judged) happened.readiness()).verdict()).isEqualTo(Verdict.HALTED);
        assertThat(happened.happenings()).hasSize(1);
    }

    @Test
    void newsAndDeadlinesOfAChangeThatWasNeverProposedDoNothing() {
        assertThat(Readiness.decide(new New(), new News(Optional.of(OBSERVED), fit(NOW))))
                .isInstanceOf(AlreadyDone.class);
        assertThat(Readiness.decide(new New(), new Overdue(NOW))).isInstanceOf(AlreadyDone.class);
    }

    @Test
    void aCorrectionOfAChangeThatWasNeverProposedIsRefused() {
        assertRefused(new New(), corrected("E1", "clerk", NOW), Refusal.CORRECTION_UNKNOWN);
    }

    // Held

    @Test
    void aHeldOrJudgedChangeThatIsProposedAgainIsDone() {
        Proposal same = new Proposal(REQUEST, OBSERVED, new byte[] {1});
        assertThat(Readiness.decide(held(), new Proposed(same, fit(NOW))))
                .isInstanceOf(AlreadyDone.class);
        assertThat(Readiness.decide(judged(), new Proposed(same, fit(NOW))))
                .isInstanceOf(AlreadyDone.class);
    }

    @Test
    void anotherChangeWithTheSameIdIsRefused() {
        Proposal other = new Proposal(REQUEST, OBSERVED, new byte[] {2});
        assertRefused(held(), new Proposed(other, fit(NOW)), Refusal.CHANGE_CONTRADICTED);
        assertRefused(judged(), new Proposed(other, fit(NOW)), Refusal.CHANGE_CONTRADICTED);
    }

    @Test
    void newsThatChangeNothingAreNotTold() {
        Instant later = NOW.plusSeconds(60);
        Happened happened = happened(held(), new News(Optional.of(OBSERVED), orphan(later)));
        assertThat(happened.happenings()).isEmpty();
        Held held = (Held) happened.readiness();
        assertThat(held.since()).isEqualTo(NOW);
        assertThat(held.until()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(held.lookAt()).isEqualTo(later.plusSeconds(60));
    }

    @Test
    void aChangeIsLookedAtAtLeastEveryTenMinutesAndWhenItsTimeIsOver() {
        Instant late = NOW.plus(Duration.ofMinutes(40));
        assertThat(((Held) happened(held(), look(orphan(late))).readiness()).lookAt())
                .isEqualTo(late.plus(Duration.ofMinutes(10)));
        Instant last = NOW.plus(Duration.ofMinutes(55));
        assertThat(((Held) happened(held(), look(orphan(last))).readiness()).lookAt())
                .isEqualTo(NOW.plus(Duration.ofHours(1)));
    }

    @Test
    void newsThatLeaveOtherReasonsAreToldAndNobodyIsAskedTwice() {
        Known stale = orphan(NOW, NOW.minusSeconds(300));
        Happened happened = happened(held(), new News(Optional.of(OBSERVED), stale));
        assertThat(happened.happenings()).hasSize(1);
        Held held = (Held) happened.readiness();
        assertThat(held.reasons()).isEqualTo("manager.active=MISSING,source.fresh=STALE");
        assertThat(Judgement.reasons(held.reasons()))
                .containsExactly("manager.active=MISSING", "source.fresh=STALE");
        assertThat(held.waitsFor())
                .containsExactly(
                        new Concern.OfWorker("scim:crm", "E2"), new Concern.OfSource("scim:crm"));
    }

    @Test
    void aChangeWaitsForItsManagerWherePeopleSignIn() {
        Known absent = known(List.of(LEAVER), List.of(), Map.of(), NOW, NOW);
        Held held = (Held) happened(held(), look(absent)).readiness();
        assertThat(held.waitsFor())
                .containsExactly(
                        new Concern.OfWorker("scim:crm", "E2"),
                        new Concern.OfWorker("keycloak:acme", "E1"));
    }

    @Test
    void newsThatCompleteTheFactsReleaseTheChange() {
        Happened happened = happened(held(), new News(Optional.of(OBSERVED), fit(NOW)));
        assertThat(((Judged) happened.readiness()).verdict()).isEqualTo(Verdict.READY);
        assertThat(happened.happenings())
                .singleElement()
                .isInstanceOfSatisfying(
                        Happening.Judged.class,
                        judged -> assertThat(judged.cause()).isEqualTo(OBSERVED));
    }

    @Test
    void aLookWithoutNewsHasNoCause() {
        assertThat(happened(held(), look(fit(NOW))).happenings())
                .singleElement()
                .isInstanceOfSatisfying(
                        Happening.Judged.class, judged -> assertThat(judged.cause()).isNull());
    }

    @Test
    void aCorrectionThatHoldsIsToldAndEnrichesTheChange() {
        Happened happened = happened(held(), corrected("E1", "clerk", NOW));
        UUID correction = Correction.id(CHANGE, Judgement.MANAGER);
        assertThat(((Judged) happened.readiness()).verdict()).isEqualTo(Verdict.ENRICHED);
        assertThat(happened.readiness().corrections()).containsEntry(Judgement.MANAGER, "E1");
        assertThat(happened.happenings().getFirst())
                .isEqualTo(new Happening.Answered(correction, Judgement.MANAGER, "E1", "clerk"));
        assertThat(happened.happenings().getLast())
                .isInstanceOfSatisfying(
                        Happening.Judged.class,
                        judged ->
                                assertThat(judged.cause())
                                        .isEqualTo(Correction.provided(correction)));
    }

    @Test
    void aCorrectionThatDoesNotHoldIsRefusedByName() {
        assertRefused(held(), corrected("E2", "clerk", NOW), Refusal.MANAGER_IS_SUBJECT);
        assertRefused(held(), corrected("E1", "me", NOW), Refusal.SOD_SUBJECT);
        Corrected unknown =
                new Corrected(
                        Judgement.MANAGER,
                        "E9",
                        "clerk",
                        Set.of("operator"),
                        List.of(OWN),
                        List.of(),
                        orphan(NOW));
        assertRefused(held(), unknown, Refusal.MANAGER_NOT_ACTIVE);
        assertThat(((Refused) Readiness.decide(held(), unknown)).reason())
                .isEqualTo("worker 'E9' has 0 enabled accounts in keycloak:acme, expected one");
    }

    @Test
    void nobodyNamesThemselvesAsTheManagerWhoIsGoingToApprove() {
        assertRefused(
                held(),
                corrected("E1", "admin-boss", account("keycloak:acme", "admin-boss", "E1", null)),
                Refusal.MANAGER_IS_CORRECTOR);
        assertRefused(held(), corrected("E1", "boss"), Refusal.MANAGER_IS_CORRECTOR);
        assertThat(
                        happened(
                                        held(),
                                        corrected(
                                                "E1",
                                                "clerk",
                                                account("keycloak:acme", "clerk", "E5", null)))
                                .readiness())
                .isInstanceOf(Judged.class);
    }

    @Test
    void whoProposedAChangeOrIsResponsibleForWhoDidSuppliesNoneOfItsFacts() {
        Request request =
                new Request(
                        CHANGE,
                        "leavers",
                        "h",
                        "hr",
                        "E2",
                        "scim:crm",
                        "offboard",
                        Set.of(),
                        Set.of("copilot", "ann"));
        Held held =
                (Held)
                        happened(
                                        new New(),
                                        new Proposed(
                                                new Proposal(request, PROPOSED, new byte[] {1}),
                                                orphan(NOW)))
                                .readiness();
        Account ann = account("keycloak:acme", "ann", "E5", null);
        assertRefused(held, corrected("E1", "ann"), Refusal.SOD_PROPOSER);
        assertRefused(
                held,
                corrected(
                        "E1", "ann-admin", ann, account("keycloak:acme", "ann-admin", "E5", null)),
                Refusal.SOD_PROPOSER);
        assertThat(happened(held, corrected("E1", "clerk", ann)).readiness())
                .isInstanceOf(Judged.class);
    }

    @Test
    void onlyTheRolesThatTheCharterAsksForAFactSupplyIt() {
        Known known = asking("hr-clerk");
        Corrected operator =
                new Corrected(
                        Judgement.MANAGER,
                        "E1",
                        "clerk",
                        Set.of("operator", "admin"),
                        List.of(OWN),
                        List.of(),
                        known);
        assertRefused(held(), operator, Refusal.NOT_ASKED);
        assertThat(((Refused) Readiness.decide(held(), operator)).reason())
                .isEqualTo("the charter asks hr-clerk for this");
        assertThat(
                        happened(
                                        held(),
                                        new Corrected(
                                                Judgement.MANAGER,
                                                "E1",
                                                "clerk",
                                                Set.of("hr-clerk"),
                                                List.of(OWN),
                                                List.of(),
                                                known))
                                .readiness())
                .isInstanceOf(Judged.class);
        Happened happened = happened(new New(), new Proposed(PROPOSAL, asking("hr-clerk", ORPHAN)));
        Correction asked = ((Happening.Asked) happened.happenings().getLast()).correction();
        assertThat(asked.ask()).containsExactly("hr-clerk");
        assertThat(asked.dueAt()).isEqualTo(NOW.plus(Duration.ofMinutes(10)));
        assertThat(((Held) happened.readiness()).until()).isEqualTo(asked.dueAt());
    }

    @Test
    void theWaitForAFactBeginsWhenItOpensAndNotWithAHaltBeforeIt() {
        Known asking = asking("hr-clerk", ORPHAN);
        Held halted =
                (Held)
                        happened(
                                        new New(),
                                        new Proposed(
                                                PROPOSAL,
                                                new Known(
                                                        asking.charter(),
                                                        asking.observed(),
                                                        Optional.of("mesh is halted"))))
                                .readiness();
        assertThat(halted.until()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        Instant lifted = NOW.plus(Duration.ofMinutes(30));
        Held open = (Held) happened(halted, look(at(asking, lifted))).readiness();
        assertThat(open.until()).isEqualTo(lifted.plus(Duration.ofMinutes(10)));
        Instant later = lifted.plus(Duration.ofMinutes(5));
        Held still = (Held) happened(open, look(at(asking, later))).readiness();
        assertThat(still.until()).as("it was open before").isEqualTo(open.until());

        Instant late = NOW.plus(Duration.ofMinutes(55));
        assertThat(((Held) happened(halted, look(at(asking, late))).readiness()).until())
                .as("in all no longer than the charter's longest wait")
                .isEqualTo(NOW.plus(Duration.ofHours(1)));
    }

    private static Known at(Known known, Instant now) {
        Observed observed = known.observed();
        return new Known(
                known.charter(),
                new Observed(
                        observed.accounts(),
                        observed.managers(),
                        Optional.of(now),
                        Map.of(),
                        "keycloak:acme",
                        now));
    }

    private static Known asking(String role, Account... lacking) {
        Charter charter =
                new Charter(
                        "leavers",
                        "1",
                        "h",
                        Set.of("scim:crm"),
                        CHARTER.steps(),
                        List.of(
                                new Charter.Required(
                                        Judgement.MANAGER,
                                        Optional.empty(),
                                        OptionalDouble.empty(),
                                        List.of(),
                                        new Charter.Gap(
                                                List.of(),
                                                Set.of(role),
                                                Optional.of(Duration.ofMinutes(10)),
                                                false))),
                        Duration.ofHours(1));
        return new Known(
                Optional.of(charter),
                new Observed(
                        List.of(ORPHAN),
                        List.of(MANAGER),
                        Optional.of(NOW),
                        lacking.length > 0 ? Map.of() : Map.of(Judgement.MANAGER, "E1"),
                        "keycloak:acme",
                        NOW));
    }

    @Test
    void anAccountIsSuppliedByItsIdUnlessItIsAnothersOrOnesOwn() {
        Account free =
                new Account(
                        "scim:crm",
                        "a-9",
                        true,
                        Optional.empty(),
                        Optional.of("E1"),
                        List.of(),
                        List.of(),
                        "a-9",
                        NOW);
        Held held =
                (Held)
                        happened(
                                        new New(),
                                        new Proposed(
                                                PROPOSAL,
                                                known(List.of(), List.of(), Map.of(), NOW, NOW)))
                                .readiness();
        assertThat(held.asked()).contains(Judgement.ACCOUNT);
        assertRefused(held, supplied("a-8", "clerk"), Refusal.ACCOUNT_UNKNOWN);
        assertRefused(
                held,
                supplied("a-7", "clerk", account("scim:crm", "a-7", "E7", null)),
                Refusal.ACCOUNT_OF_ANOTHER);
        assertRefused(held, supplied("a-9", "a-9", free), Refusal.SOD_SUBJECT);
        assertRefused(
                held,
                supplied("a-9", "clerk", free, account("scim:crm", "b-1", "E2", "E1")),
                Refusal.CORRECTION_ANSWERED);
        Happened happened = happened(held, supplied("a-9", "clerk", free));
        Judged judged = (Judged) happened.readiness();
        assertThat(judged.verdict()).isEqualTo(Verdict.ENRICHED);
        assertThat(judged.plan().orElseThrow().json()).contains("\"account\":\"a-9\"");
        assertThat(judged.facts().getFirst().source()).isEqualTo("correction");
    }

    @Test
    void whoseAccountWasSuppliedIsTheSubject() {
        Held before = held();
        Held supplied =
                new Held(
                        PROPOSAL,
                        before.facts(),
                        before.reasons(),
                        before.waitsFor(),
                        before.asked(),
                        Map.of(Judgement.ACCOUNT, "a-9"),
                        before.since(),
                        before.until(),
                        before.lookAt());
        assertRefused(supplied, corrected("E1", "a-9"), Refusal.SOD_SUBJECT);
    }

    private static Corrected supplied(String account, String by, Account... found) {
        return new Corrected(
                Judgement.ACCOUNT,
                account,
                by,
                Set.of("operator"),
                List.of(OWN),
                List.of(),
                known(
                        List.of(found),
                        List.of(MANAGER),
                        Map.of(Judgement.ACCOUNT, account),
                        NOW,
                        NOW));
    }

    @Test
    void aFactIsSuppliedOnceAndOnlyWhenItWasAskedFor() {
        Held before = held();
        Held answered =
                new Held(
                        PROPOSAL,
                        before.facts(),
                        before.reasons(),
                        before.waitsFor(),
                        before.asked(),
                        Map.of(Judgement.MANAGER, "E7"),
                        before.since(),
                        before.until(),
                        before.lookAt());
        assertRefused(answered, corrected("E1", "clerk", NOW), Refusal.CORRECTION_ANSWERED);
        assertRefused(
                held(),
                new Corrected(
                        Judgement.FRESH,
                        "now",
                        "clerk",
                        Set.of("operator"),
                        List.of(),
                        List.of(),
                        fit(NOW)),
                Refusal.CORRECTION_ANSWERED);
    }

    @Test
    void aChangeIsHaltedWhenItsTimeIsOverAndNotBefore() {
        Instant end = NOW.plus(Duration.ofHours(1));
        assertThat(Readiness.decide(held(), new Overdue(end.minusMillis(1))))
                .isInstanceOf(AlreadyDone.class);
        Happened happened = happened(held(), new Overdue(end));
        assertThat(((Judged) happened.readiness()).reason())
                .isEqualTo("held too long: manager.active=MISSING");
        assertThat(happened.happenings())
                .containsExactly(
                        new Happening.Judged(
                                Judgement.without(
                                        Verdict.HALTED, "held too long: manager.active=MISSING"),
                                null));
    }

    // Judged

    @Test
    void aJudgedChangeStaysJudged() {
        assertThat(Readiness.decide(judged(), new News(Optional.of(OBSERVED), orphan(NOW))))
                .isInstanceOf(AlreadyDone.class);
        assertThat(Readiness.decide(judged(), new Overdue(NOW.plus(Duration.ofDays(9)))))
                .isInstanceOf(AlreadyDone.class);
    }

    @Test
    void aCorrectionOfAJudgedChangeIsRefused() {
        assertRefused(judged(), corrected("E1", "clerk", NOW), Refusal.CORRECTION_ANSWERED);
    }

    // Withdrawn

    @Test
    void aHeldChangeThatIsTakenBackEndsHere() {
        Happened happened = happened(held(), new Event.Withdrawn(WITHDRAWAL));
        assertThat(((Judged) happened.readiness()).verdict()).isEqualTo(Verdict.WITHDRAWN);
        assertThat(((Judged) happened.readiness()).reason())
                .isEqualTo("withdrawn by ann: hired again");
        assertThat(happened.happenings()).singleElement().isInstanceOf(Happening.Ended.class);
        assertThat(Readiness.decide(happened.readiness(), new Event.Withdrawn(WITHDRAWAL)))
                .isInstanceOf(AlreadyDone.class);
        assertThat(Readiness.decide(happened.readiness(), look(fit(NOW))))
                .isInstanceOf(AlreadyDone.class);
    }

    @Test
    void aChangeThatWentOnIsTakenBackByWhoeverHoldsIt() {
        Happened happened = happened(judged(), new Event.Withdrawn(WITHDRAWAL));
        assertThat(happened.readiness()).isEqualTo(judged());
        assertThat(happened.happenings()).containsExactly(new Happening.Relayed(WITHDRAWAL));
    }

    @Test
    void whatIsTakenBackBeforeItCameEndsWhenItComes() {
        assertThat(Readiness.decide(new New(), new Event.Withdrawn(WITHDRAWAL)))
                .isEqualTo(new Outcome.Remembered(new TakenBack(WITHDRAWAL)));

        Happened happened = happened(new TakenBack(WITHDRAWAL), new Proposed(PROPOSAL, fit(NOW)));
        assertThat(happened.readiness())
                .isEqualTo(
                        new Judged(
                                PROPOSAL,
                                List.of(),
                                Verdict.WITHDRAWN,
                                "withdrawn by ann: hired again",
                                Optional.empty(),
                                Map.of()));
        assertThat(happened.happenings())
                .containsExactly(new Happening.Ended(WITHDRAWAL, List.of()));
    }

    @Test
    void whatIsTakenBackBeforeItCameHearsNothingElse() {
        TakenBack early = new TakenBack(WITHDRAWAL);
        assertThat(Readiness.decide(early, new Event.Withdrawn(WITHDRAWAL)))
                .isInstanceOf(AlreadyDone.class);
        assertThat(Readiness.decide(early, look(fit(NOW)))).isInstanceOf(AlreadyDone.class);
        assertThat(Readiness.decide(early, new Overdue(NOW))).isInstanceOf(AlreadyDone.class);
        assertRefused(early, corrected("E1", "clerk", NOW), Refusal.CORRECTION_UNKNOWN);
    }

    private static Held held() {
        return (Held) happened(new New(), new Proposed(PROPOSAL, orphan(NOW))).readiness();
    }

    private static Judged judged() {
        return (Judged) happened(new New(), new Proposed(PROPOSAL, fit(NOW))).readiness();
    }

    private static Happened happened(Readiness readiness, Event event) {
        return (Happened) Readiness.decide(readiness, event);
    }

    private static void assertRefused(Readiness readiness, Event event, Refusal refusal) {
        assertThat(Readiness.decide(readiness, event))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.refusal()).isEqualTo(refusal));
    }

    private static News look(Known known) {
        return new News(Optional.empty(), known);
    }

    private static Corrected corrected(String value, String by, Instant now) {
        return corrected(value, by, List.of(), now);
    }

    private static Corrected corrected(String value, String by, Account... others) {
        return corrected(value, by, List.of(others), NOW);
    }

    private static Corrected corrected(String value, String by, List<Account> others, Instant now) {
        return new Corrected(
                Judgement.MANAGER,
                value,
                by,
                Set.of("operator"),
                List.of(OWN),
                others,
                known(
                        List.of(ORPHAN),
                        List.of(MANAGER),
                        Map.of(Judgement.MANAGER, value),
                        now,
                        now));
    }

    private static Known fit(Instant now) {
        return known(List.of(LEAVER), List.of(MANAGER), Map.of(), now, now);
    }

    private static Known orphan(Instant now) {
        return orphan(now, now);
    }

    private static Known orphan(Instant now, Instant readAt) {
        return known(List.of(ORPHAN), List.of(), Map.of(), readAt, now);
    }

    private static Known known(
            List<Account> accounts,
            List<Account> managers,
            Map<String, String> corrections,
            Instant readAt,
            Instant now) {
        return new Known(
                Optional.of(CHARTER),
                new Observed(
                        accounts,
                        managers,
                        Optional.of(readAt),
                        corrections,
                        "keycloak:acme",
                        now));
    }

    private static Account account(String system, String id, String worker, String manager) {
        return new Account(
                system,
                id,
                true,
                Optional.of(worker),
                Optional.ofNullable(manager),
                List.of(),
                List.of(),
                id,
                NOW);
    }
}
