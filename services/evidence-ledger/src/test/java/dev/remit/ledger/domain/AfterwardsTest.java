package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Said;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was granted for a time ends, and somebody looks at it, before a change is COMPLETED. */
class AfterwardsTest {
    private static final Instant ENDS = Told.NOW.plus(Duration.ofHours(4));
    private static final List<String> PROOFS =
            List.of("approvals.complete", "separation-of-duties", "read-back.matches");
    private static final Said[] GRANTED = {
        Told.proposed(),
        Told.judged("READY"),
        Told.requested("on-call", List.of("ann")),
        Told.decided(it -> {
            it.stage = "on-call";
            it.by = new Decider.Person("ann");
        }),
        Told.authorized(it -> it.ends = ENDS),
        executed("SUCCEEDED")
    };
    private static final Said OVER = Told.ended("plan", ENDS, ENDS.plusSeconds(1));
    private static final Said ASKED =
            Told.requested(
                    "review", List.of("ben", "ann", "clerk", "owner", "account", "executor"));

    @Test
    void aGrantGoesOnUntilItIsTakenAwayAndReviewed() {
        Closure.Open granted = open(GRANTED);
        assertThat(granted.holder()).isEqualTo(Closure.GRANTOR);
        assertThat(granted.missing())
                .extracting(Closure.Missing::name, Closure.Missing::owedBy)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("grant.ended", "executor"),
                        org.assertj.core.groups.Tuple.tuple("review.closed", "reviewers"));
        assertThat(granted.words()).contains(ENDS.toString());

        Closure.Open over = open(with(OVER, ASKED));
        assertThat(over.holder()).isEqualTo(Closure.REVIEWERS);
        assertThat(over.missing())
                .extracting(Closure.Missing::name)
                .containsExactly("review.closed");

        Closure.Ended ended = ended(with(OVER, ASKED, review("JUSTIFIED", "ben")));
        assertThat(ended.outcome()).isEqualTo(Closure.Outcome.COMPLETED);
        assertThat(ended.proofs())
                .extracting(Closure.Proof::name)
                .contains("grant.ended", "review.closed");
        assertThat(ended.words()).doesNotContain("not justified");
        assertThat(ended(with(OVER, ASKED, review("UNJUSTIFIED", "ben"))).words())
                .contains("not justified");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann", "clerk", "owner", "account", "executor", "nobody"})
    void whoHadAPartInItOrWasNotAskedClosesNoReview(String person) {
        assertThat(open(with(OVER, ASKED, review("JUSTIFIED", person))).missing())
                .extracting(Closure.Missing::name)
                .containsExactly("review.closed");
        assertThat(
                        ended(
                                        with(
                                                OVER,
                                                ASKED,
                                                review("JUSTIFIED", person),
                                                review("JUSTIFIED", "ben")))
                                .outcome())
                .isEqualTo(Closure.Outcome.COMPLETED);
    }

    @Test
    void aReviewBeforeTheEndAnotherDecisionAndAnotherPlansEndCountNothing() {
        Said ben = review("JUSTIFIED", "ben");
        assertThat(open(with(ASKED, ben, OVER)).holder()).isEqualTo(Closure.REVIEWERS);
        assertThat(open(with(OVER, ASKED, review("APPROVED", "ben"))).holder())
                .isEqualTo(Closure.REVIEWERS);
        assertThat(open(with(OVER, ASKED, review("JUSTIFIED", "ben", "other"))).holder())
                .isEqualTo(Closure.REVIEWERS);
        for (Said other :
                List.of(
                        Told.ended("other", ENDS, ENDS),
                        new Story.GrantEnded(
                                new UUID(0, 7),
                                new UUID(0, 1),
                                "executor",
                                "plan",
                                /* done= */ true,
                                ENDS,
                                ENDS),
                        new Story.GrantEnded(
                                new UUID(0, 7),
                                Told.AUTHORIZATION,
                                "executor",
                                "plan",
                                /* done= */ false,
                                ENDS,
                                ENDS))) {
            assertThat(open(with(other, ASKED, ben)).holder()).isEqualTo(Closure.GRANTOR);
        }
        Said unbound =
                Told.decided(it -> {
                    it.id = 9;
                    it.stage = "review";
                    it.decision = "JUSTIFIED";
                    it.by = new Decider.Person("ben");
                    it.at = ENDS;
                    it.binds = false;
                });
        assertThat(open(with(OVER, ASKED, unbound)).holder()).isEqualTo(Closure.REVIEWERS);
    }

    @Test
    void whatFailedIsTakenAwayAndReviewedTooAndWhatWasRefusedIsNot() {
        Said[] failed = GRANTED.clone();
        failed[5] = executed("FAILED");
        assertThat(open(failed).holder()).isEqualTo(Closure.GRANTOR);
        Said[] reviewed =
                Stream.concat(
                                Arrays.stream(failed),
                                Stream.of(OVER, ASKED, review("JUSTIFIED", "ben")))
                        .toArray(Said[]::new);
        assertThat(ended(reviewed).outcome()).isEqualTo(Closure.Outcome.FAILED);
        Said[] refused = GRANTED.clone();
        refused[5] = executed("REFUSED");
        assertThat(ended(refused).outcome()).isEqualTo(Closure.Outcome.REFUSED);
    }

    @Test
    void closureIsRefusedMeanwhileOnceForEachThingThatIsMissing() {
        Standing granted = standing(Told.story(GRANTED), Optional.empty());
        assertThat(granted.isUnprovedSince(ENDS)).isTrue();
        assertThat(granted.withRefusal().isUnprovedSince(ENDS)).isFalse();
        Standing over = standing(Told.story(with(OVER, ASKED)), Optional.of(granted.withRefusal()));
        assertThat(over.isUnprovedSince(ENDS)).isTrue();
        assertThat(over.withRefusal().isUnprovedSince(ENDS)).isFalse();
    }

    private static Standing standing(Story story, Optional<Standing> before) {
        return Standing.of(
                story,
                Closure.of(story, Optional.of(charter())),
                before,
                0,
                new UUID(0, 99),
                Optional.empty());
    }

    @Test
    void theWaitIsTheExecutorsThenTheReviewersThenTheLedgers() {
        List<Wait> waits =
                Waiting.of(
                        Told.story(with(OVER, ASKED, review("UNJUSTIFIED", "ben"))),
                        Optional.empty(),
                        Optional.empty());
        assertThat(waits.getLast().unit()).isEqualTo(Closure.LEDGER);
        assertThat(waits)
                .filteredOn(each -> each.party() == Wait.Party.APPROVERS)
                .extracting(Wait::unit)
                .containsExactly("stage on-call", "stage review");
        assertThat(waits)
                .filteredOn(each -> each.unit().equals("executor"))
                .as("to execute, and while the grant goes on")
                .hasSize(2);
        assertThat(waits)
                .filteredOn(each -> each.party() == Wait.Party.PERSON)
                .flatExtracting(Wait::people)
                .contains("ben");
    }

    private static Said review(String decision, String person) {
        return review(decision, person, "plan");
    }

    /** Late: long after the stage's time was over. */
    private static Said review(String decision, String person, String plan) {
        return Told.decided(it -> {
            it.id = 9;
            it.stage = "review";
            it.decision = decision;
            it.by = new Decider.Person(person);
            it.plan = plan;
            it.notBefore = ENDS;
            it.expiresAt = ENDS.plusSeconds(60);
            it.at = ENDS.plus(Duration.ofDays(9));
        });
    }

    private static Said executed(String outcome) {
        return Told.executed(it -> it.outcome = outcome);
    }

    private static Said[] with(Said... more) {
        return Stream.concat(Arrays.stream(GRANTED), Arrays.stream(more)).toArray(Said[]::new);
    }

    private static Closure.Open open(Said... said) {
        return (Closure.Open) Closure.of(Told.story(said), Optional.of(charter()));
    }

    private static Closure.Ended ended(Said... said) {
        return (Closure.Ended) Closure.of(Told.story(said), Optional.of(charter()));
    }

    /** It names neither proof, and cannot leave them out. */
    private static Charter charter() {
        return Told.charter(it -> {
            it.stages = List.of(Told.stage("on-call"));
            it.proofs = PROOFS;
            it.review = Told.stage("review");
        });
    }
}
