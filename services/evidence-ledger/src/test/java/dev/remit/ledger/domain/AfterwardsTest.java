package dev.remit.ledger.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.domain.Story.Decider;
import dev.remit.ledger.domain.Story.Said;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Instant ENDS = NOW.plus(Duration.ofHours(4));
    private static final UUID CHANGE = new UUID(0, 1);
    private static final List<String> PROOFS =
            List.of("approvals.complete", "separation-of-duties", "read-back.matches");
    private static final Said[] GRANTED = {
        new Story.Proposed(
                CHANGE,
                "break-glass",
                "hash",
                "hr:E1",
                "keycloak:acme",
                new Story.Actor("clerk", Optional.of("owner"))),
        new Story.Readiness(
                new UUID(0, 2), "READY", Optional.of("account"), Optional.of("plan"), "fit"),
        new Story.Requested("on-call", Optional.empty(), List.of("ann")),
        new Story.Decision(
                new UUID(0, 4), "on-call", "APPROVED", new Decider.Person("ann"), "plan"),
        new Story.Authorized(
                new UUID(0, 8),
                "account",
                "plan",
                "plan",
                List.of(new UUID(0, 4)),
                NOW,
                NOW.plusSeconds(60),
                Optional.empty(),
                Optional.of(ENDS)),
        executed("SUCCEEDED")
    };
    private static final Said OVER =
            new Story.GrantEnded(new UUID(0, 7), "executor", "plan", ENDS, ENDS.plusSeconds(1));
    private static final Said ASKED =
            new Story.Requested(
                    "review",
                    Optional.empty(),
                    List.of("ben", "ann", "clerk", "owner", "account", "executor"));

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
        Said other = new Story.GrantEnded(new UUID(0, 7), "executor", "other", ENDS, ENDS);
        assertThat(open(with(other, ASKED, ben)).holder()).isEqualTo(Closure.GRANTOR);
        Said unbound =
                new Story.Decision(
                        new UUID(0, 9), "review", "JUSTIFIED", new Decider.Person("ben"), "plan");
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
        Standing granted = standing(story(GRANTED), Optional.empty());
        assertThat(granted.isUnprovedSince(ENDS)).isTrue();
        assertThat(granted.withRefusal().isUnprovedSince(ENDS)).isFalse();
        Standing over = standing(story(with(OVER, ASKED)), Optional.of(granted.withRefusal()));
        assertThat(over.isUnprovedSince(ENDS)).isTrue();
        assertThat(over.withRefusal().isUnprovedSince(ENDS)).isFalse();
    }

    private static Standing standing(Story story, Optional<Standing> before) {
        return Standing.of(
                story, Closure.of(story, Optional.of(charter())), before, 0, new UUID(0, 99));
    }

    @Test
    void theWaitIsTheExecutorsThenTheReviewersThenTheLedgers() {
        List<Wait> waits =
                Waiting.of(
                        story(with(OVER, ASKED, review("UNJUSTIFIED", "ben"))),
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
        return new Story.Decision(
                new UUID(0, 9),
                "review",
                decision,
                new Decider.Person(person),
                plan,
                Optional.empty(),
                Optional.empty(),
                Optional.of(
                        new Story.Binding(
                                "",
                                "hash",
                                "",
                                new UUID(0, 10),
                                ENDS,
                                ENDS.plusSeconds(60),
                                Optional.empty(),
                                Optional.empty())),
                ENDS.plus(Duration.ofDays(9)));
    }

    private static Said executed(String outcome) {
        return new Story.Executed(
                new UUID(0, 6), "executor", outcome, "plan", true, "reason", NOW, false);
    }

    private static Said[] with(Said... more) {
        return Stream.concat(Arrays.stream(GRANTED), Arrays.stream(more)).toArray(Said[]::new);
    }

    private static Closure.Open open(Said... said) {
        return (Closure.Open) Closure.of(story(said), Optional.of(charter()));
    }

    private static Closure.Ended ended(Said... said) {
        return (Closure.Ended) Closure.of(story(said), Optional.of(charter()));
    }

    /** It names neither proof, and cannot leave them out. */
    private static Charter charter() {
        return new Charter(
                "break-glass",
                "1",
                "hash",
                List.of(new Charter.Stage("on-call", 1, Optional.empty())),
                PROOFS,
                List.of(),
                "",
                "",
                Optional.of(new Charter.Stage("review", 1, Optional.empty())));
    }

    private static Story story(Said... said) {
        List<Story.Step> steps = new ArrayList<>();
        Hash last = null;
        for (int n = 1; n <= said.length; n++) {
            Hash hash =
                    Hash.sha256((last + said[n - 1].toString()).getBytes(StandardCharsets.UTF_8));
            steps.add(
                    new Story.Step(
                            n,
                            new UUID(0, n),
                            "T",
                            "service",
                            NOW.plusSeconds(n),
                            hash,
                            last,
                            said[n - 1]));
            last = hash;
        }
        return Story.untold(CHANGE).with(steps);
    }
}
