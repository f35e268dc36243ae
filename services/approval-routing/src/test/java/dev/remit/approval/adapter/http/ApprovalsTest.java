package dev.remit.approval.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.approval.adapter.http.Approvals.Sent;
import dev.remit.approval.adapter.http.Approvals.SentMany;
import dev.remit.approval.adapter.http.Approvals.SentOf;
import dev.remit.approval.application.RouteViews;
import dev.remit.approval.domain.Inbox;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a request must say. Nothing of it reaches a decision before it does. */
class ApprovalsTest {
    private static final String CHANGE = "00000000-0000-4000-8000-000000000001";
    private static final String PLAN = "a".repeat(64);

    private final Approvals approvals =
            new Approvals(null, null, null, null, null, new NoViews(), null, new Somebody());

    @Test
    void aDecisionMustBeWhole() {
        refused(400, "BODY_MISSING", () -> approvals.decide(CHANGE, null, null));
        refused(404, "CHANGE_UNKNOWN", () -> one("first", "APPROVED", "", PLAN));
        refused(422, "DECISION_UNKNOWN", () -> one(CHANGE, null, "", PLAN));
        refused(422, "DECISION_UNKNOWN", () -> one(CHANGE, "EXPIRED", "", PLAN));
        refused(422, "FIELD_MISSING", () -> one(CHANGE, "DENIED", " ", PLAN));
        refused(422, "FIELD_MISSING", () -> one(CHANGE, "APPROVED", "", null));
        refused(422, "FIELD_MISSING", () -> one(CHANGE, "APPROVED", "", "A".repeat(64)));
        refused(422, "FIELD_MISFORMED", () -> one(CHANGE, "APPROVED", "x".repeat(2001), PLAN));
        refused(422, "FIELD_MISFORMED", () -> one(CHANGE, "APPROVED", "a\0b", PLAN));
        refused(422, "FIELD_MISSING", () -> one(CHANGE, "QUESTIONED", "", PLAN));
        refused(
                422,
                "FIELD_MISFORMED",
                () ->
                        approvals.decide(
                                CHANGE,
                                new Sent(
                                        "APPROVED", "", PLAN, null, null, "once", null, null, null),
                                null));
        refused(400, "BODY_MISSING", () -> approvals.answer(CHANGE, null, null));
        refused(
                422,
                "FIELD_MISSING",
                () -> approvals.withdraw(CHANGE, new Approvals.Said(" ", null), null));
    }

    @Test
    void whatMayComeToStandInARecordIsOneShortLine() {
        for (String name : List.of("x".repeat(201), "a\nb", "a\0b")) {
            Map<String, ThrowingCallable> requests =
                    Map.of(
                            "onBehalfOf", () -> approvals.decide(CHANGE, sent(null, name), null),
                            "onBehalfOf: asked",
                                    () -> approvals.challenge(CHANGE, sent(null, name)),
                            "stage", () -> approvals.decide(CHANGE, sent(name, null), null),
                            "stage: answered",
                                    () ->
                                            approvals.answer(
                                                    CHANGE, new Approvals.Said("so", name), null));
            requests.forEach((field, request) -> {
                refused(422, "FIELD_MISFORMED", request);
                assertThatThrownBy(request).hasMessageStartingWith(field.replaceFirst(":.*", ""));
            });
            var many =
                    approvals.decideMany(
                            new SentMany(
                                    List.of(
                                            new SentOf(
                                                    CHANGE,
                                                    "APPROVED",
                                                    "",
                                                    PLAN,
                                                    null,
                                                    name,
                                                    null))),
                            null);
            assertThat(many.await().indefinitely().results())
                    .extracting(Approvals.Answered::code)
                    .containsExactly("FIELD_MISFORMED");
        }
    }

    private static Sent sent(String stage, String onBehalfOf) {
        return new Sent("APPROVED", "", PLAN, stage, onBehalfOf, null, null, null, null);
    }

    @Test
    void anIdempotencyKeyMustBeShortAndThere() {
        Sent sent = new Sent("APPROVED", "", PLAN, null, null, null, null, null, null);
        refused(422, "FIELD_MISFORMED", () -> approvals.decide(CHANGE, sent, " "));
        refused(422, "FIELD_MISFORMED", () -> approvals.decide(CHANGE, sent, "k".repeat(201)));
    }

    @Test
    void manyDecisionsAreFromOneToTwoHundred() {
        refused(400, "BODY_MISSING", () -> approvals.decideMany(null, null));
        refused(422, "FIELD_MISFORMED", () -> many(null));
        refused(422, "FIELD_MISFORMED", () -> many(List.of()));
        refused(
                422,
                "FIELD_MISFORMED",
                () ->
                        many(
                                Collections.nCopies(
                                        201,
                                        new SentOf(
                                                CHANGE, "APPROVED", "", PLAN, null, null, null))));
    }

    @Test
    void aMisformedItemIsAnsweredOnItsOwn() {
        List<SentOf> items = new ArrayList<>();
        items.add(null);
        items.add(new SentOf(null, "APPROVED", "", PLAN, null, null, null));
        items.add(new SentOf("first", "APPROVED", "", PLAN, null, null, null));
        items.add(new SentOf(CHANGE, "MAYBE", "", PLAN, null, null, null));
        items.add(new SentOf(CHANGE, "APPROVED", "", "short", null, null, null));

        var results =
                approvals.decideMany(new SentMany(items), null).await().indefinitely().results();

        assertThat(results)
                .extracting(each -> each.status() + " " + each.code())
                .containsExactly(
                        "422 FIELD_MISSING",
                        "422 FIELD_MISSING",
                        "404 CHANGE_UNKNOWN",
                        "422 DECISION_UNKNOWN",
                        "422 FIELD_MISSING");
        assertThat(results.get(3).changeId()).isEqualTo(CHANGE);
    }

    @Test
    void aListIsAskedForWithKnownWords() {
        refused(422, "FIELD_MISFORMED", () -> approvals.changes("you", null, 10, null, null));
        refused(422, "FIELD_MISFORMED", () -> approvals.changes("me", null, 0, null, null));
        refused(422, "FIELD_MISFORMED", () -> approvals.changes(null, null, 1001, null, null));
        refused(422, "FIELD_MISFORMED", () -> approvals.changes("me", "later", 10, null, null));
        refused(
                422,
                "FIELD_MISFORMED",
                () -> approvals.changes("me", "~" + CHANGE, 10, null, null));
        assertThat(Places.of("2026-01-31T12:00:00.5Z~" + CHANGE))
                .extracting(Places::text)
                .isEqualTo("2026-01-31T12:00:00.500Z~" + CHANGE);
    }

    @Test
    void aChangeThatWasNeverRoutedIsNotFound() {
        refused(404, "CHANGE_UNKNOWN", () -> approvals.change(CHANGE, null).await().indefinitely());
        refused(404, "CHANGE_UNKNOWN", () -> approvals.change("first", null));
    }

    private void one(String change, String decision, String reason, String planHash) {
        approvals.decide(
                change,
                new Sent(decision, reason, planHash, null, null, null, null, null, null),
                null);
    }

    private void many(List<SentOf> items) {
        approvals.decideMany(new SentMany(items), null);
    }

    private static void refused(int status, String code, ThrowingCallable request) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.status()).isEqualTo(status);
                            assertThat(problem.code()).isEqualTo(code);
                        });
    }

    private static final class Somebody extends Caller {
        @Override
        public String id() {
            return "somebody";
        }

        @Override
        public boolean isPerson() {
            return true;
        }

        @Override
        public Set<String> roles() {
            return Set.of("approver");
        }

        @Override
        public String issuer() {
            return "issuer";
        }

        @Override
        public Optional<String> tokenId() {
            return Optional.empty();
        }

        @Override
        public Optional<String> acr() {
            return Optional.empty();
        }

        @Override
        public List<String> amr() {
            return List.of();
        }

        @Override
        public Optional<Instant> authenticatedAt() {
            return Optional.empty();
        }
    }

    private static final class NoViews implements RouteViews {
        @Override
        public Uni<List<View>> open(Place after, int limit) {
            return Uni.createFrom().item(List.of());
        }

        @Override
        public Uni<List<View>> waitingFor(String person, Place after, int limit) {
            return Uni.createFrom().item(List.of());
        }

        @Override
        public Uni<Map<String, Inbox>> inboxes(Collection<String> people, int most) {
            return Uni.createFrom().item(Map.of());
        }

        @Override
        public Uni<Duration> lag(Instant now) {
            return Uni.createFrom().item(Duration.ZERO);
        }

        @Override
        public Uni<Optional<View>> of(UUID change) {
            return Uni.createFrom().item(Optional.empty());
        }
    }
}
