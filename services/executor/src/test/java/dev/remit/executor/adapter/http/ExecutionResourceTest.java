package dev.remit.executor.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.executor.application.Executions;
import dev.remit.executor.domain.Intent;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who sees how an execution stands. */
class ExecutionResourceTest {
    private static final UUID CHANGE = new UUID(0, 1);

    private String caller = "clerk";
    private Set<String> roles = Set.of("proposer");
    private final ExecutionResource resource =
            new ExecutionResource(
                    null,
                    null,
                    null,
                    executions(),
                    new Caller() {
                        @Override
                        public String id() {
                            return caller;
                        }

                        @Override
                        public boolean has(String role) {
                            return roles.contains(role);
                        }
                    });

    @Test
    void whoOnlyProposesSeesTheExecutionsOfTheirOwnChanges() {
        assertThat(planHash()).isEqualTo("hash");
        caller = "owner";
        assertThat(planHash()).as("who answers for the AI that proposed it").isEqualTo("hash");
        caller = "another";
        assertUnknown();
    }

    @Test
    void whoLooksOnSeesAll() {
        caller = "another";
        for (String role : Set.of("approver", "operator", "auditor", "admin")) {
            roles = Set.of(role);
            assertThat(planHash()).as(role).isEqualTo("hash");
        }
    }

    private String planHash() {
        return resource.execution(CHANGE.toString()).await().indefinitely().planHash();
    }

    private void assertUnknown() {
        assertThatThrownBy(this::planHash)
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.status()).isEqualTo(404);
                            assertThat(problem.code()).isEqualTo("CHANGE_UNKNOWN");
                        });
    }

    /** One, of a change that the clerk proposed for its owner. */
    private static Executions executions() {
        Instant at = Instant.EPOCH;
        Intent intent =
                new Intent(
                        new UUID(0, 2),
                        CHANGE,
                        new UUID(0, 3),
                        "keycloak:acme",
                        "a1",
                        new byte[0],
                        "hash",
                        at,
                        at,
                        false,
                        Set.of(),
                        Set.of("clerk", "owner"),
                        Intent.Terms.NONE);
        Executions.Shown shown =
                new Executions.Shown(
                        CHANGE,
                        intent.authorization(),
                        "INTENDED",
                        intent.planHash(),
                        null,
                        at,
                        null,
                        null,
                        false,
                        null,
                        null,
                        intent);
        return (Executions)
                Proxy.newProxyInstance(
                        Executions.class.getClassLoader(),
                        new Class<?>[] {Executions.class},
                        (_, method, _) -> {
                            if (method.getName().equals("find")) {
                                return Uni.createFrom().item(Optional.of(shown));
                            }
                            throw new UnsupportedOperationException(method.getName());
                        });
    }
}
