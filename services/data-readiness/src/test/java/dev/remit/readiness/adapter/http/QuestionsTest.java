package dev.remit.readiness.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.readiness.application.InMemory;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuestionsTest {
    private static final String ACME = InMemory.PEOPLE;

    private final InMemory readiness = new InMemory();
    private final Changes changes = new Changes(readiness.readinesses());
    private String caller = "operator";
    private Set<String> roles = Set.of("operator");
    private boolean person = true;
    private final Questions questions =
            new Questions(
                    readiness.takeCorrection(),
                    readiness.corrections(),
                    new Caller() {
                        @Override
                        public String id() {
                            return caller;
                        }

                        @Override
                        public Set<String> roles() {
                            return roles;
                        }

                        @Override
                        public boolean isPerson() {
                            return person;
                        }
                    });

    @BeforeEach
    void givenAChangeThatLacksAManager() {
        readiness.receive(
                InMemory.charter(ACME),
                InMemory.account(ACME, "boss", true, "E1", null),
                InMemory.account(ACME, "leaver", true, "E2", null),
                InMemory.synced(ACME));
        readiness.receive(InMemory.proposed(1, "E2", ACME));
    }

    @Test
    void anOpenQuestionIsListed() {
        Questions.Question question = question();
        assertThat(question.changeId()).isEqualTo(InMemory.change(1));
        assertThat(question.subject()).isEqualTo(Map.of("system", "hr", "id", "E2"));
        assertThat(question.fact()).isEqualTo("manager.active");
    }

    @Test
    void aMalformedAnswerIsRefusedByName() {
        String id = question().correctionId().toString();
        assertProblem(id, null, 400, "BODY_MISSING");
        assertProblem(id, new Questions.Answer(null), 422, "FIELD_MISSING");
        assertProblem(id, new Questions.Answer(" "), 422, "FIELD_MISSING");
        assertProblem("nonsense", new Questions.Answer("E1"), 404, "CORRECTION_UNKNOWN");
        assertProblem(
                UUID.randomUUID().toString(),
                new Questions.Answer("E1"),
                404,
                "CORRECTION_UNKNOWN");
    }

    @Test
    void anAnswerThatDoesNotHoldIsRefusedByName() {
        String id = question().correctionId().toString();
        assertProblem(id, new Questions.Answer("E2"), 422, "MANAGER_IS_SUBJECT");
        assertProblem(id, new Questions.Answer("E9"), 422, "MANAGER_NOT_ACTIVE");
        caller = "leaver";
        assertProblem(id, new Questions.Answer("E1"), 403, "SOD_SUBJECT");
        caller = "clerk";
        assertProblem(id, new Questions.Answer("E1"), 403, "SOD_PROPOSER");
        caller = "boss";
        assertProblem(id, new Questions.Answer("E1"), 422, "MANAGER_IS_CORRECTOR");
    }

    @Test
    void onlyAPersonWhomTheCharterAsksAnswersAndOthersDoNotSeeTheQuestion() {
        String id = question().correctionId().toString();
        assertThat(question().ask()).containsExactly("admin", "operator");
        roles = Set.of("proposer");
        assertThat(questions.open().await().indefinitely()).isEmpty();
        assertProblem(id, new Questions.Answer("E1"), 403, "NOT_ASKED");
        roles = Set.of("approver");
        assertThat(questions.open().await().indefinitely()).hasSize(1);
        roles = Set.of("operator");
        person = false;
        assertProblem(id, new Questions.Answer("E1"), 403, "PERSON_NEEDED");
    }

    @Test
    void anAnswerThatHoldsIsTakenOnce() {
        String id = question().correctionId().toString();
        var response = questions.answer(id, new Questions.Answer(" E1 ")).await().indefinitely();
        assertThat(response.getStatus()).isEqualTo(202);
        assertThat(response.getEntity()).isEqualTo(Map.of("changeId", InMemory.change(1)));
        assertProblem(id, new Questions.Answer("E1"), 409, "CORRECTION_ANSWERED");
        Changes.View view = changes.change(InMemory.change(1).toString()).await().indefinitely();
        assertThat(view.state()).isEqualTo("ENRICHED");
        assertThat(view.planHash()).hasSize(64);
    }

    @Test
    void aChangeIsShownWithItsFacts() {
        Changes.View view = changes.change(InMemory.change(1).toString()).await().indefinitely();
        assertThat(view.state()).isEqualTo("HELD");
        assertThat(view.reasons()).isEqualTo("manager.active=MISSING");
        assertThat(view.facts())
                .extracting(Changes.Fact::state)
                .containsExactly("PRESENT", "MISSING", "PRESENT");
        assertThat(view.planHash()).isNull();
    }

    @Test
    void anUnknownChangeIsNotFound() {
        for (String id : new String[] {"nonsense", UUID.randomUUID().toString()}) {
            assertThatThrownBy(() -> changes.change(id).await().indefinitely())
                    .isInstanceOfSatisfying(
                            Problem.class,
                            problem -> {
                                assertThat(problem.status()).isEqualTo(404);
                                assertThat(problem.code()).isEqualTo("CHANGE_UNKNOWN");
                            });
        }
    }

    private Questions.Question question() {
        return questions.open().await().indefinitely().getFirst();
    }

    private void assertProblem(String id, Questions.Answer answer, int status, String code) {
        assertThatThrownBy(() -> questions.answer(id, answer).await().indefinitely())
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.status()).isEqualTo(status);
                            assertThat(problem.code()).isEqualTo(code);
                        });
    }
}
