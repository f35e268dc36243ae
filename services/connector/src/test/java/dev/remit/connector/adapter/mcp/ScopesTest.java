package dev.remit.connector.adapter.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.adapter.http.Scopes;
import dev.remit.connector.domain.Charter.Refusal;
import dev.remit.connector.domain.Proposer;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ScopesTest {
    private static final Proposer ANN = Proposer.person("ann");

    @Test
    void aTokenToReadWithProposesNothing() {
        Scopes scopes = scopes("openid", "remit.read");
        assertThatCode(scopes::mayRead).doesNotThrowAnyException();
        assertThatThrownBy(scopes::mayPropose)
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("SCOPE_MISSING"));
        assertThat(scopes.proposing(ANN).barred().map(Refusal::code)).contains("SCOPE_MISSING");
    }

    @Test
    void aTokenToProposeWithReadsToo() {
        Scopes scopes = scopes("remit.propose");
        assertThatCode(scopes::mayRead).doesNotThrowAnyException();
        assertThat(scopes.proposing(ANN)).isEqualTo(ANN);
    }

    @Test
    void aTokenForSomethingElseDoesNothing() {
        assertThatThrownBy(scopes("openid")::mayRead).isInstanceOf(Problem.class);
    }

    @Test
    void whereNoScopeIsConfiguredNoneIsAskedFor() {
        Scopes scopes = new Scopes(Optional.empty(), Optional.empty(), caller());
        assertThatCode(scopes::mayRead).doesNotThrowAnyException();
        assertThat(scopes.proposing(ANN)).isEqualTo(ANN);
    }

    @Test
    void aKeyCoversEveryArgument() {
        String whole = FrontDoorTools.covering("c", "w", "trace", null);
        assertThat(FrontDoorTools.covering("c", "w", "trace", null)).isEqualTo(whole);
        assertThat(FrontDoorTools.covering("c", "w", "other", null)).isNotEqualTo(whole);
        assertThat(FrontDoorTools.covering("c", "w", "trace", "model")).isNotEqualTo(whole);
        assertThat(FrontDoorTools.covering("c", "w\",\"trace", null)).isNotEqualTo(whole);
    }

    @Test
    void aDraftNamesTheRolesThatItsQuestionAsks() {
        UUID change = new UUID(1, 1);
        Map<String, Object> question =
                Map.of(
                        "changeId",
                        change.toString(),
                        "correctionId",
                        "c1",
                        "question",
                        "Who is the manager?",
                        "ask",
                        List.of("hr-clerk", "hr-lead"));
        Map<String, Object> ofAnother =
                Map.of("changeId", new UUID(1, 2).toString(), "correctionId", "c2");
        assertThat(
                        FrontDoorTools.drafts(
                                        change,
                                        Map.of("open", List.of(question, ofAnother)),
                                        "E1001")
                                .get("drafts"))
                .isEqualTo(
                        List.of(
                                Map.of(
                                        "question",
                                        "Who is the manager?",
                                        "send",
                                        "POST /corrections/c1 of data-readiness",
                                        "body",
                                        Map.of("value", "E1001"),
                                        "by",
                                        "a person with the role hr-clerk or hr-lead who is not the subject and did not propose the change")));
    }

    private static Scopes scopes(String... given) {
        return new Scopes(Optional.of("remit.read"), Optional.of("remit.propose"), caller(given));
    }

    private static Caller caller(String... scopes) {
        return new Caller() {
            @Override
            public Set<String> scopes() {
                return Set.of(scopes);
            }
        };
    }
}
