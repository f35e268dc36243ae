package dev.remit.connector.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.adapter.http.Proposers.Given;
import dev.remit.connector.application.Charters;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Charter.Refusal;
import dev.remit.connector.domain.Proposer;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.http.Agents;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ProposersTest {
    private static final Given TRACE = new Given(null, "ab".repeat(32));

    @Test
    void aPersonProposesForThemselvesAndSaysNothingOfAnAgent() {
        Proposers proposers = proposers(token("ann", "browser", false));
        assertThat(proposers.proposer(null))
                .isEqualTo(Proposer.person("ann").in(Set.of("proposer")));
        assertRefused("AGENT_UNEXPECTED", () -> proposers.proposer(TRACE));
    }

    @Test
    void aCopilotWithAPersonsTokenProposesAndThePersonAnswersForIt() {
        Proposer by =
                proposers(token("ann", "helper", false).registered("some-model", true, null))
                        .proposer(TRACE);
        assertThat(by.id()).isEqualTo("client:helper");
        assertThat(by.kind()).isEqualTo(Proposer.Kind.COPILOT);
        assertThat(by.principal()).contains("ann");
        assertThat(by.agent().flatMap(agent -> agent.model())).contains("some-model");
    }

    @Test
    void whoActsByTokenExchangeIsTheProposer() {
        Token token = token("ann", "gateway", false);
        token.actor = Optional.of("robot-7");
        Proposer by = proposers(token).proposer(new Given("some-model", TRACE.traceHash()));
        assertThat(by.id()).isEqualTo("robot-7");
        assertThat(by.principal()).contains("ann");
    }

    @Test
    void anAgentMustSayHowItCameToProposeAndOnWhichModelItRuns() {
        Proposers proposers =
                proposers(token("ann", "helper", false).registered("some-model", true, null));
        assertRefused("FIELD_MISSING", () -> proposers.proposer(null));
        assertRefused("FIELD_MISFORMED", () -> proposers.proposer(new Given(null, "AB")));
        assertBarred(
                "AGENT_MODEL_MISMATCH",
                proposers.proposer(new Given("another", TRACE.traceHash())));
    }

    @Test
    void anAgentThatIsRegisteredToReadProposesNothing() {
        Proposers proposers =
                proposers(token("ann", "helper", false).registered(null, false, null));
        assertBarred("AGENT_READS_ONLY", proposers.proposer(TRACE));
        assertBarred("AGENT_READS_ONLY", proposers.proposer(null));
        assertRefused("AGENT_READS_ONLY", proposers::mayPropose);
        assertThat(proposers.caller().principal()).contains("ann");
    }

    @Test
    void anAgentThatIsRegisteredToReadTakesNothingBackByRest() {
        Token token = token("ann", "helper", false).registered(null, false, null);
        assertTakesNothingBack("AGENT_READS_ONLY", proposers(token), token);
    }

    @Test
    void aTokenThatIsToReadWithProposesNothingAndTakesNothingBackByRest() {
        Token token = token("ann", "browser", false);
        token.scopes = Set.of("openid", "remit.read");
        Proposers reading = scoped(token);
        assertBarred("SCOPE_MISSING", reading.proposer(null));
        assertBarred("SCOPE_MISSING", reading.looker());
        assertTakesNothingBack("SCOPE_MISSING", reading, token);
        assertThat(reading.caller().id()).isEqualTo("ann");
        assertThat(reading.caller().roles()).as("a charter asks for one").contains("proposer");
    }

    @Test
    void aTokenToProposeWithOrOneThatSaysNothingOfItIsLimitedByItsRolesAlone() {
        for (Set<String> scopes :
                List.of(
                        Set.of("remit.read", "remit.propose"),
                        Set.of("remit.propose"),
                        Set.of("openid", "profile"),
                        Set.<String>of())) {
            Token token = token("ann", "browser", false);
            token.scopes = scopes;
            assertThat(scoped(token).proposer(null).barred()).as("%s", scopes).isEmpty();
            assertThatCode(scoped(token)::mayPropose).doesNotThrowAnyException();
        }
    }

    @Test
    void aClientThatSignedInAsItselfNeedsAPersonWhoAnswersForIt() {
        Proposers alone = proposers(token("robot", "robot", true));
        assertBarred("NOBODY_ACCOUNTABLE", alone.proposer(TRACE));
        assertRefused("NOBODY_ACCOUNTABLE", alone::caller);
        Proposer by =
                proposers(token("robot", "robot", true).registered(null, true, "ann"))
                        .proposer(TRACE);
        assertThat(by.id()).isEqualTo("robot");
        assertThat(by.principal()).contains("ann");
    }

    @Test
    void whoAnswersForADigitalEmployeeIsLeftToTheCharterUnlessItsRegistrationSaysIt() {
        Proposer by = proposers(employed("clerk"), token("clerk", "clerk", true)).proposer(TRACE);
        assertThat(by.kind()).isEqualTo(Proposer.Kind.DIGITAL_EMPLOYEE);
        assertThat(by.principal()).contains("owner");
        assertThat(by.byCharter()).isTrue();
        Proposer registered =
                proposers(
                                employed("clerk"),
                                token("clerk", "clerk", true).registered(null, true, "ann"))
                        .proposer(TRACE);
        assertThat(registered.principal()).contains("ann");
        assertThat(registered.byCharter()).isFalse();
    }

    @Test
    void whoDoesNotHoldTheRoleIsBarredAndTheRecordSaysWhoAsked() {
        Token token = token("ann", "browser", false);
        token.roles = Set.of("auditor");
        Proposer by = proposers(token).proposer(null);
        assertBarred("ROLE_MISSING", by);
        assertThat(by.id()).isEqualTo("ann");
    }

    @Test
    void whatSomeoneAsksWhoMayProposeNothingIsTakenAsSaid() {
        Token token = token("ann", "browser", false);
        token.roles = Set.of();
        Proposer by = proposers(token).proposer(null);
        Wish wish =
                Wishes.of(new Wishes.Asked(null, null, "a\0b", "x".repeat(500), " why ", null), by);
        assertThat(wish.target()).isEqualTo("ab");
        assertThat(wish.action()).hasSize(200);
        assertThat(wish.subjectId()).isEmpty();
        assertThat(wish.reason()).isEqualTo("why");
    }

    private static void assertBarred(String code, Proposer by) {
        assertThat(by.barred().map(Refusal::code)).contains(code);
    }

    private static void assertRefused(String code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code));
    }

    private static Proposers proposers(Token token) {
        return proposers(new Charters(), token);
    }

    /** A charter names this digital employee. */
    private static Charters employed(String employee) {
        Charter charter =
                new Charter(
                        "leavers",
                        "1",
                        "h1",
                        Set.of("scim:hr"),
                        Map.of("offboard", "OWN"),
                        Map.of(),
                        List.of(),
                        Optional.empty(),
                        employee,
                        "owner",
                        Charter.Limits.none(),
                        Optional.empty());
        return new Charters() {
            @Override
            public Collection<Charter> all() {
                return List.of(charter);
            }
        };
    }

    private static Proposers proposers(Charters charters, Token token) {
        return new Proposers(
                charters, token, new Scopes(Optional.empty(), Optional.empty(), token));
    }

    private static Proposers scoped(Token token) {
        return new Proposers(
                new Charters(),
                token,
                new Scopes(Optional.of("remit.read"), Optional.of("remit.propose"), token));
    }

    /** Before anything else is looked at. */
    private static void assertTakesNothingBack(String code, Proposers proposers, Token token) {
        Changes changes = new Changes(null, null, null, null, null, proposers, null, token);
        assertRefused(code, () -> changes.withdraw("no id", new Changes.Withdrawal("why")));
        AccessRequests requests = new AccessRequests(null, proposers, null, token);
        assertRefused(code, () -> requests.cancel("no id", null, null, null));
    }

    private static Token token(String sub, String client, boolean itself) {
        Token token = new Token();
        token.sub = sub;
        token.client = client;
        token.itself = itself;
        return token;
    }

    /** A verified token. */
    private static final class Token extends Caller {
        private String sub = "";
        private String client = "";
        private boolean itself;
        private Set<String> roles = Set.of("proposer");
        private Set<String> scopes = Set.of();
        private Optional<String> actor = Optional.empty();
        private Optional<Agents.Registered> agent = Optional.empty();

        Token registered(String model, boolean proposes, String principal) {
            agent =
                    Optional.of(
                            new Agents.Registered() {
                                @Override
                                public Agents.Kind kind() {
                                    return Agents.Kind.COPILOT;
                                }

                                @Override
                                public Optional<String> model() {
                                    return Optional.ofNullable(model);
                                }

                                @Override
                                public boolean proposes() {
                                    return proposes;
                                }

                                @Override
                                public Optional<String> principal() {
                                    return Optional.ofNullable(principal);
                                }
                            });
            return this;
        }

        @Override
        public boolean has(String role) {
            return roles.contains(role);
        }

        @Override
        public Set<String> scopes() {
            return scopes;
        }

        @Override
        public Set<String> roles() {
            return roles;
        }

        @Override
        public String id() {
            return sub;
        }

        @Override
        public Optional<String> client() {
            return Optional.of(client);
        }

        @Override
        public Optional<String> actor() {
            return actor;
        }

        @Override
        public boolean isClient() {
            return itself;
        }

        @Override
        public Optional<Agents.Registered> agent() {
            return agent;
        }
    }
}
