package dev.remit.connector.adapter.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.application.Courses;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeshCoursesTest {
    @Test
    void aRouteSaysItsStageAndHowLongItsPlanGrants() {
        Courses.Route route =
                MeshCourses.route(
                        Map.of(
                                "stage",
                                "security",
                                "decisions",
                                List.of(
                                        Map.of("stage", "manager", "decision", "APPROVED"),
                                        Map.of("stage", "security", "decision", "REFUSED")),
                                "plan",
                                Map.of(
                                        "steps",
                                        List.of(
                                                Map.of("name", "join-group"),
                                                Map.of(
                                                        "name",
                                                        "leave-group-at-expiry",
                                                        "after",
                                                        Map.of("expires", "PT4H"))))));
        assertThat(route.stage()).isEqualTo("security");
        assertThat(route.step()).isEqualTo(2);
        assertThat(route.lasts()).contains(Duration.ofHours(4));
    }

    @Test
    void aRouteWithoutItsPlanIsNoAnswer() {
        assertThatThrownBy(() -> MeshCourses.route(Map.of("stage", "manager")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aStorySaysWhenItWasAuthorizedAndWhatIsNotProved() {
        Courses.Story story =
                MeshCourses.story(
                        Map.of(
                                "handoffs",
                                List.of(
                                        Map.of(
                                                "type",
                                                "ExecutionAuthorized",
                                                "time",
                                                "2026-01-31T10:00:00Z"),
                                        executed("SUCCEEDED")),
                                "missing",
                                List.of("grant.ended")));
        assertThat(story.authorizedAt()).contains(Instant.parse("2026-01-31T10:00:00Z"));
        assertThat(story.handoffs()).contains("ChangeExecuted");
        assertThat(story.missing()).containsExactly("grant.ended");
    }

    @ParameterizedTest
    @ValueSource(strings = {"FAILED", "COMPENSATED", "REFUSED", "UNKNOWN"})
    void whatDidNotSucceedWasNotExecuted(String outcome) {
        assertThat(
                        MeshCourses.story(
                                        Map.of(
                                                "handoffs",
                                                List.of(executed(outcome)),
                                                "missing",
                                                List.of("grant.ended")))
                                .handoffs())
                .isEmpty();
    }

    private static Map<String, Object> executed(String outcome) {
        return Map.of("type", "ChangeExecuted", "time", "x", "summary", outcome + ": so it went");
    }
}
