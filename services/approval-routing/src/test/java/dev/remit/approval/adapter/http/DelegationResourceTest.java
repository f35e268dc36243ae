package dev.remit.approval.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.approval.adapter.http.DelegationResource.Asked;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class DelegationResourceTest {
    private static final String NO_NAME = null;
    private static final String UNTIL = "2026-01-31T12:00:00Z";

    /** Whoever holds the token of an approver and is no person. */
    private static final Caller AGENT =
            new Caller() {
                @Override
                public String id() {
                    return "approver";
                }

                @Override
                public boolean isPerson() {
                    return false;
                }
            };

    private final DelegationResource resource = new DelegationResource(null, null, AGENT);

    @Test
    void anAgentWithAnApproversTokenHandsNoVoteOnAndTakesNoneBack() {
        refused(
                "NOT_A_PERSON",
                () -> resource.add(new Asked("other", null, null, UNTIL, "away"), null));
        refused("NOT_A_PERSON", () -> resource.end("00000000-0000-4000-8000-000000000001"));
    }

    @Test
    void whatIsMisformedIsSaidByItsField() {
        refused("BODY_MISSING", () -> resource.add(null, null));
        refused("FIELD_MISSING", () -> resource.add(new Asked(" ", null, null, UNTIL, "a"), null));
        refused(
                "FIELD_MISFORMED",
                () -> resource.add(new Asked("other", null, null, "soon", "a"), null));
        refused(
                "NOT_A_PERSON",
                () -> resource.add(new Asked("other", List.of("a"), null, UNTIL, "a"), "key"));
        for (String name : List.of("a\na", "a\0", "a".repeat(201))) {
            refused("FIELD_MISFORMED", () -> resource.add(charters("a", name), null));
        }
        refused("FIELD_MISSING", () -> resource.add(charters(" "), null));
        refused("FIELD_MISSING", () -> resource.add(charters(NO_NAME), null));
        refused(
                "FIELD_MISFORMED",
                () ->
                        resource.add(
                                charters(Collections.nCopies(101, "a").toArray(String[]::new)),
                                null));
        refused("FIELD_MISFORMED", () -> resource.mine("not a place", 10, null, null));
        refused("FIELD_MISFORMED", () -> resource.mine(null, 201, null, null));
    }

    private static Asked charters(String... names) {
        return new Asked("other", Arrays.asList(names), null, UNTIL, "away");
    }

    private static void refused(String code, ThrowingCallable request) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code));
    }
}
