package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.ledger.domain.Story.Fact;
import dev.remit.ledger.domain.Story.Said;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The facts that a charter needs held, from where they may come, when they were judged. */
class FitnessTest {
    private static final Instant NOW = Told.NOW;
    private static final String CORRECTION = "correction";
    private static final Fact ACCOUNT =
            fact("account.correlated", "PRESENT", Told.TARGET, NOW.minusSeconds(9_000));
    private static final Fact MANAGER =
            fact("manager.active", "PRESENT", Told.TARGET, NOW.minusSeconds(90_000));
    private static final Fact FRESH =
            fact("source.fresh", "PRESENT", Told.TARGET, NOW.minusSeconds(100));

    @Test
    void everyFactThatTheCharterNeedsHolds() {
        assertThat(flaw("READY", ACCOUNT, MANAGER, FRESH)).isEmpty();
        assertThat(flaw("READY", ACCOUNT, FRESH)).contains("manager.active was not judged");
        assertThat(flaw("READY")).contains("was not judged");
        for (String state : List.of("MISSING", "STALE", "CONTRADICTED", "UNKNOWN")) {
            assertThat(
                            flaw(
                                    "READY",
                                    ACCOUNT,
                                    fact("manager.active", state, Told.TARGET, NOW),
                                    FRESH))
                    .contains("manager.active is " + state);
        }
        assertThat(
                        flaw(
                                "READY",
                                ACCOUNT,
                                MANAGER,
                                FRESH,
                                fact("domain.inside", "MISSING", Told.TARGET, NOW)))
                .as("whether the charter names it or not")
                .contains("domain.inside is MISSING");
    }

    @Test
    void noFactIsOlderThanItMayBeWhenItIsJudgedOrFromTheFuture() {
        assertThat(flaw("READY", ACCOUNT, MANAGER, fresh(NOW.minusSeconds(125)))).isEmpty();
        assertThat(flaw("READY", ACCOUNT, MANAGER, fresh(NOW.minusSeconds(126))))
                .contains(
                        "source.fresh was observed 126 s before it was judged, allowed are 120 s");
        assertThat(flaw("READY", ACCOUNT, MANAGER, fresh(NOW.plusSeconds(5)))).isEmpty();
        assertThat(flaw("READY", ACCOUNT, MANAGER, fresh(NOW.plusSeconds(6))))
                .contains("observed after it was judged");
        assertThat(flaw("READY", ACCOUNT, MANAGER, fresh(null))).contains("never observed");
    }

    @Test
    void aCompleteReadingOfTheTargetSeesWhatIsAsItWasAgain() {
        Charter.Required hourly = needed("manager.active", Duration.ofHours(1));
        assertThat(flaw(List.of(hourly), "READY", ACCOUNT, MANAGER, FRESH)).isEmpty();
        Charter.Required minutely = needed("manager.active", Duration.ofMinutes(1));
        assertThat(flaw(List.of(minutely), "READY", ACCOUNT, MANAGER, FRESH))
                .contains("manager.active was observed 100 s before");
        Fact lately = fact("account.correlated", "PRESENT", Told.TARGET, NOW.minusSeconds(10));
        assertThat(flaw(List.of(minutely), "READY", lately, MANAGER, FRESH))
                .as("the account was seen after that")
                .isEmpty();
    }

    @Test
    void anotherSystemFillsAGapOnlyWhereTheCharterNamesItAndAsFreshAsTheTarget() {
        Fact payroll = fact("manager.active", "PRESENT", "scim:payroll", NOW.minusSeconds(60));
        Charter.Required enriched =
                new Charter.Required(
                        "manager.active", Optional.empty(), Set.of("scim:payroll"), false);
        assertThat(flaw(List.of(enriched), "ENRICHED", ACCOUNT, payroll, FRESH)).isEmpty();
        assertThat(flaw(List.of(enriched), "READY", ACCOUNT, payroll, FRESH))
                .contains("the verdict is READY");
        assertThat(flaw("ENRICHED", ACCOUNT, payroll, FRESH)).contains("does not name");
        Fact old = fact("manager.active", "PRESENT", "scim:payroll", NOW.minusSeconds(126));
        assertThat(flaw(List.of(enriched), "ENRICHED", ACCOUNT, old, FRESH))
                .contains("allowed are 120 s");
    }

    @Test
    void whatAPersonSuppliedWasAskedForWhileTheChangeWasHeld() {
        Fact supplied = fact("manager.active", "PRESENT", CORRECTION, NOW.minusSeconds(90_000));
        Fact missing = fact("manager.active", "MISSING", Told.TARGET, NOW);
        Said held = Told.judged("HELD", ACCOUNT, missing, FRESH);
        Said answered = Told.judged("ENRICHED", ACCOUNT, supplied, FRESH);
        assertThat(flaw(List.of(), held, answered)).isEmpty();
        assertThat(flaw(List.of(), answered)).contains("not held for it");
        assertThat(flaw(List.of(), Told.judged("HELD", ACCOUNT, MANAGER, FRESH), answered))
                .as("held for something else")
                .contains("not held for it");
        assertThat(
                        flaw(
                                List.of(
                                        new Charter.Required(
                                                "manager.active",
                                                Optional.empty(),
                                                Set.of(),
                                                true)),
                                held,
                                answered))
                .as("the charter asks nobody for it")
                .contains("not held for it");
        Fact read = fact("source.fresh", "PRESENT", CORRECTION, NOW);
        assertThat(
                        flaw(
                                List.of(),
                                Told.judged(
                                        "HELD",
                                        ACCOUNT,
                                        MANAGER,
                                        fact("source.fresh", "STALE", Told.TARGET, NOW)),
                                Told.judged("ENRICHED", ACCOUNT, MANAGER, read)))
                .as("nobody can say that a source was read")
                .contains("source.fresh was supplied");
    }

    private static String flaw(String verdict, Fact... facts) {
        return flaw(List.of(), verdict, facts);
    }

    private static String flaw(List<Charter.Required> instead, String verdict, Fact... facts) {
        return flaw(instead, Told.judged(verdict, facts));
    }

    /**
     * Why readiness.fit is missing; empty if it is not.
     *
     * @param instead what the charter needs otherwise than as a rule
     */
    private static String flaw(List<Charter.Required> instead, Said... verdicts) {
        List<Charter.Required> needs =
                new ArrayList<>(
                        List.of(
                                needed("account.correlated", null),
                                needed("source.fresh", Duration.ofMinutes(2))));
        needs.addAll(instead.isEmpty() ? List.of(needed("manager.active", null)) : instead);
        List<Said> said = new ArrayList<>(List.of(Told.proposed()));
        said.addAll(List.of(verdicts));
        said.addAll(
                List.of(
                        Told.asked("boss"),
                        Told.decided(it -> it.id = verdicts.length + 3),
                        Told.authorized(it ->
                                it.approvals = List.of(new java.util.UUID(0, verdicts.length + 3))),
                        Told.executed()));
        Charter charter = Told.charter(it -> it.needs = needs);
        assertThat(Told.missing(charter, said.toArray(Said[]::new)))
                .isSubsetOf(List.of("readiness.fit"));
        return Told.words(charter, said.toArray(Said[]::new));
    }

    private static Charter.Required needed(String name, @Nullable Duration maxAge) {
        return new Charter.Required(name, Optional.ofNullable(maxAge), Set.of(), false);
    }

    private static Fact fresh(@Nullable Instant at) {
        return fact("source.fresh", "PRESENT", Told.TARGET, at);
    }

    private static Fact fact(String name, String state, String source, @Nullable Instant at) {
        return new Fact(name, state, source, Optional.ofNullable(at));
    }
}
