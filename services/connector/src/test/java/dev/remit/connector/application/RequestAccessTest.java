package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.application.Answers.Request;
import dev.remit.connector.application.EvaluateAccess.Decision;
import dev.remit.connector.application.RequestAccess.State;
import dev.remit.connector.application.RequestAccess.Wanted;
import dev.remit.connector.domain.AccessApproval;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Rule;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.http.Problem;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.ChangeWithdrawn;
import dev.remit.wire.v1.ProposalRefused;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A denial, the request that answers it, and what the approval is good for. */
class RequestAccessTest {
    private static final Proposer ANN = Proposer.person("ann");
    private static final String TOKEN = "Bearer x";

    private final Memory memory = new Memory();
    private final Charters charters = new Charters();
    private final RequestAccess access = memory.access(charters);
    private final EvaluateAccess evaluate = memory.evaluate(charters);

    @BeforeEach
    void someAccountsWereRead() {
        charters.replace(List.of(CharterFixture.leavers("1", "h1")));
        for (String worker : List.of("E1", "E2", "E3", "E4")) {
            memory.belongs("scim:hr", "account-" + worker, worker);
        }
    }

    @Test
    void whatCanBeRequestedIsDeniedWithTheHintThatItCan() {
        Decision decision = evaluate("E1", Optional.empty());
        assertThat(decision.allowed()).isFalse();
        assertThat(decision.reason()).isEqualTo("approval_required");
        assertThat(decision.requestable())
                .hasValueSatisfying(each ->
                        assertThat(each.until())
                                .isEqualTo(memory.now.plus(Duration.ofMinutes(10))));
        Decision other = evaluate("E9", Optional.empty());
        assertThat(other.reason()).isEqualTo("subject_unknown");
        assertThat(other.requestable()).isEmpty();
        assertThat(memory.messages(ProposalRefused.class)).as("a look is no proposal").isEmpty();
    }

    @Test
    void whoIsDeniedTheSameAgainAndAgainHasOneDenial() {
        UUID first = denied("E1");
        memory.now = memory.now.plus(Duration.ofMinutes(5));
        assertThat(denied("E1")).isEqualTo(first);
        assertThat(denied("E2")).isNotEqualTo(first);
        memory.now = memory.now.plus(Duration.ofMinutes(9));
        assertThat(request(new Wanted(wish("E1", ANN), asked("E1"), first, Optional.empty())))
                .isNotNull();
    }

    @Test
    void aRequestAnswersADenialOfTheSameRequesterAboutTheSame() {
        UUID denied = denied("E1");
        assertProblem(
                400,
                "INVALID_DENIAL_BINDING",
                () ->
                        request(
                                new Wanted(
                                        wish("E1", ANN),
                                        asked("E1"),
                                        UUID.randomUUID(),
                                        Optional.empty())));
        assertProblem(
                400,
                "INVALID_DENIAL_BINDING",
                () -> request(new Wanted(wish("E2", ANN), asked("E2"), denied, Optional.empty())));
        assertProblem(
                400,
                "INVALID_DENIAL_BINDING",
                () ->
                        request(
                                new Wanted(
                                        wish("E1", Proposer.person("bob")),
                                        asked("E1"),
                                        denied,
                                        Optional.empty())));
        assertThat(memory.messages(ChangeProposed.class)).isEmpty();
        assertThat(request(wanted("E1", denied)).task().items()).hasSize(1);
    }

    @Test
    void aDenialIsOverAfterAWhileButARepetitionOfItsRequestIsNot() {
        UUID denied = denied("E1");
        UUID late = denied("E2");
        Optional<Request> key = Optional.of(new Request("ann", "k", "r"));
        State first =
                access.request(List.of(wanted("E1", denied)), false, key).await().indefinitely();
        memory.now = memory.now.plus(Duration.ofMinutes(10));
        assertProblem(410, "EXPIRED_DENIAL", () -> request(wanted("E2", late)));
        assertThat(
                        access.request(List.of(wanted("E1", denied)), false, key)
                                .await()
                                .indefinitely()
                                .task())
                .isEqualTo(first.task());
    }

    @Test
    void aRequestOfSomeoneWhoMayProposeNothingIsRefusedForThatAndRecorded() {
        Proposer barred = ANN.barred(Rule.ROLE_MISSING.refuses(null, "no role"));
        assertProblem(
                403,
                "ROLE_MISSING",
                () ->
                        request(
                                new Wanted(
                                        wish("E1", barred),
                                        asked("E1"),
                                        new UUID(0, 0),
                                        Optional.empty())));
        assertThat(memory.messages(ProposalRefused.class)).hasSize(1);
    }

    @Test
    void aBulkRequestIsOneTaskOfSeveralChanges() {
        Optional<Request> key = Optional.of(new Request("ann", "k", "r"));
        List<Wanted> wanted = List.of(wanted("E1", denied("E1")), wanted("E9", denied("E2", "E9")));
        State state = access.request(wanted, true, key).await().indefinitely();
        assertThat(state.changes()).hasSize(1);
        assertThat(state.task().items().get(1).code()).isEqualTo("SUBJECT_UNKNOWN");
        State again = access.request(wanted, true, key).await().indefinitely();
        assertThat(again.task()).isEqualTo(state.task());
        access.cancel(state.task().id(), ANN, false, "no more", TOKEN).await().indefinitely();
        assertThat(memory.messages(ChangeWithdrawn.class)).hasSize(1);
        assertProblem(404, "CHANGE_UNKNOWN", () -> find(state.task().id(), Proposer.person("bob")));
    }

    @Test
    void aTaskIsOverAfterItsTime() {
        UUID id = request(wanted("E1", denied("E1"))).task().id();
        memory.now = memory.now.plus(AccessTasks.LIFETIME);
        assertProblem(410, "TASK_EXPIRED", () -> find(id, ANN));
    }

    @Test
    void whileItIsPendingTheStageIsToldIfItIsKnown() {
        UUID change = request(wanted("E1", denied("E1"))).task().id();
        assertThat(find(change, ANN).route()).isEmpty();
        memory.routes.put(change, new Courses.Route("manager", 1, Optional.empty()));
        assertThat(find(change, ANN).route().map(Courses.Route::stage)).contains("manager");
        assertThat(reason("E1", change)).isEqualTo("grant_pending");
    }

    @Test
    void whatIsCompletedIsAllowedToWhomItWasApprovedAndForNothingElse() {
        UUID change = completed(Optional.empty());
        AccessApproval approval = find(change, ANN).approvals().get(change);
        assertThat(approval.at()).isEqualTo(memory.now.minusSeconds(60));
        assertThat(approval.until()).isEqualTo(memory.now.plus(AccessTasks.LIFETIME));
        Decision decision = evaluate("E1", Optional.of(change.toString()));
        assertThat(decision.allowed()).isTrue();
        assertThat(decision.approval()).contains(approval);

        assertThat(reason("E2", change)).isEqualTo("out_of_scope");
        assertThat(reason("E1", UUID.randomUUID())).isEqualTo("approval_unverifiable");
        assertThat(evaluate("E1", Optional.of("apr")).reason()).isEqualTo("approval_unverifiable");
        Decision bobs =
                evaluate.evaluate(
                                wish("E1", Proposer.person("bob")),
                                asked("E1"),
                                Optional.of(change.toString()),
                                TOKEN)
                        .await()
                        .indefinitely();
        assertThat(bobs.reason()).isEqualTo("approval_unverifiable");
        memory.now = approval.until();
        assertThat(reason("E1", change)).isEqualTo("approval_expired");
    }

    @Test
    void theRequesterMayWantItForAShorterTime() {
        Instant wanted = memory.now.plus(Duration.ofDays(1));
        UUID change = completed(Optional.of(wanted));
        assertThat(find(change, ANN).approvals().get(change).until()).isEqualTo(wanted);
        memory.now = wanted;
        assertThat(reason("E1", change)).isEqualTo("approval_expired");
    }

    @Test
    void noApprovalIsToldOfThatNobodyConfirms() {
        UUID change = completed(Optional.empty());
        memory.stories.clear();
        assertProblem(502, "PART_UNANSWERED", () -> find(change, ANN));
        assertThat(reason("E1", change)).isEqualTo("approval_unverifiable");
    }

    @Test
    void whatIsHaltedOrUnderNoCharterInForceIsNotAllowed() {
        UUID change = completed(Optional.empty());
        var halt = memory.halting().mesh("boss", "wait").await().indefinitely();
        assertThat(reason("E1", change)).isEqualTo("policy_denied");
        memory.halting().resume(halt.id(), "boss", "checked").await().indefinitely();
        assertThat(evaluate("E1", Optional.of(change.toString())).allowed()).isTrue();
        charters.replace(
                List.of(
                        CharterFixture.leavers(
                                "1",
                                "h1",
                                new Charter.Limits(
                                        Optional.empty(),
                                        Optional.of(memory.now),
                                        Optional.empty(),
                                        Optional.empty()))));
        assertThat(reason("E1", change)).isEqualTo("policy_denied");
    }

    @Test
    void whatWasRefusedIsNotAllowed() {
        UUID change = request(wanted("E1", denied("E1"))).task().id();
        memory.ends(change, "REFUSED", memory.now);
        assertThat(reason("E1", change)).isEqualTo("policy_denied");
    }

    @Test
    void whatIsGrantedForATimeIsApprovedWhileItIsThere() {
        UUID change = request(wanted("E1", denied("E1"))).task().id();
        Optional<Duration> lasts = Optional.of(Duration.ofHours(4));
        memory.routes.put(change, new Courses.Route("on-call", 1, lasts));
        story(change, Set.of("ExecutionAuthorized"), Set.of("executed.as-authorized"));
        assertThat(find(change, ANN).approvals()).isEmpty();
        assertThat(reason("E1", change)).isEqualTo("grant_pending");

        story(change, Set.of("ChangeExecuted"), Set.of("grant.ended", "review.closed"));
        AccessApproval approval = find(change, ANN).approvals().get(change);
        assertThat(approval.until()).isEqualTo(approval.at().plus(Duration.ofHours(4)));
        assertThat(evaluate("E1", Optional.of(change.toString())).allowed()).isTrue();

        story(change, Set.of("ChangeExecuted", "GrantEnded"), Set.of("review.closed"));
        assertThat(reason("E1", change)).isEqualTo("approval_expired");
        assertThat(find(change, ANN).approvals()).as("it was approved").containsKey(change);
    }

    private UUID completed(Optional<Instant> until) {
        UUID change =
                request(new Wanted(wish("E1", ANN), asked("E1"), denied("E1"), until)).task().id();
        memory.routes.put(change, new Courses.Route("manager", 1, Optional.empty()));
        story(change, Set.of("ChangeExecuted", "ChangeClosed"), Set.of());
        memory.ends(change, "COMPLETED", memory.now);
        return change;
    }

    private void story(UUID change, Set<String> handoffs, Set<String> missing) {
        memory.stories.put(
                change,
                new Courses.Story(Optional.of(memory.now.minusSeconds(60)), handoffs, missing));
    }

    private String reason(String worker, UUID approval) {
        Decision decision = evaluate(worker, Optional.of(approval.toString()));
        assertThat(decision.allowed()).isFalse();
        return decision.reason();
    }

    private UUID denied(String worker) {
        return denied(worker, worker);
    }

    /** A denial about one of which it is said to be about another. */
    private UUID denied(String worker, String said) {
        return evaluate.evaluate(wish(worker, ANN), asked(said), Optional.empty(), TOKEN)
                .await()
                .indefinitely()
                .requestable()
                .orElseThrow()
                .id();
    }

    private Decision evaluate(String worker, Optional<String> approval) {
        return evaluate.evaluate(wish(worker, ANN), asked(worker), approval, TOKEN)
                .await()
                .indefinitely();
    }

    private State request(Wanted wanted) {
        return access.request(List.of(wanted), false, Optional.empty()).await().indefinitely();
    }

    private State find(UUID task, Proposer by) {
        return access.find(task, by, false, TOKEN).await().indefinitely();
    }

    private static Wanted wanted(String worker, UUID denied) {
        return new Wanted(wish(worker, ANN), asked(worker), denied, Optional.empty());
    }

    private static String asked(String worker) {
        return "{\"subject\":\"" + worker + "\"}";
    }

    private static Wish wish(String worker, Proposer by) {
        return new Wish("leavers", "hr", worker, "scim:hr", "offboard", "left", by);
    }

    private static void assertProblem(int status, String code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.status()).isEqualTo(status);
                            assertThat(problem.code()).isEqualTo(code);
                        });
    }
}
