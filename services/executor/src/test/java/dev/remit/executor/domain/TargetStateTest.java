package dev.remit.executor.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.executor.domain.Plan.Group;
import dev.remit.executor.domain.Plan.Step;
import dev.remit.executor.domain.TargetState.Standing;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where an account stands to each step. */
class TargetStateTest {
    @ParameterizedTest
    @CsvSource({
        // enabled when planned, enabled now
        "true,  true,  BEFORE,    1",
        "true,  false, AFTER,     0",
        "false, true,  ELSEWHERE, 1",
        "false, false, AFTER,     0",
    })
    void disablingStands(boolean before, boolean now, Standing standing, int calls) {
        Step step = new Step.DisableAccount(before);
        var state = new TargetState(now, 0, List.of());
        assertThat(state.standing(step)).isEqualTo(standing);
        assertThat(state.calls(step)).hasSize(calls);
    }

    @ParameterizedTest
    @CsvSource({"0, AFTER, 0", "1, BEFORE, 1", "7, BEFORE, 1"})
    void endingSessionsStands(int sessions, Standing standing, int calls) {
        Step step = new Step.EndSessions();
        var state = new TargetState(true, sessions, List.of());
        assertThat(state.standing(step)).isEqualTo(standing);
        assertThat(state.calls(step)).hasSize(calls);
    }

    @ParameterizedTest
    @CsvSource({
        // ids of the groups when planned, ids now
        "'',  '',   AFTER,     ''",
        "'',  a,    ELSEWHERE, ''",
        "a,   '',   AFTER,     ''",
        "a,   a,    BEFORE,    a",
        "a,   b,    ELSEWHERE, ''",
        "a,   ab,   ELSEWHERE, a",
        "ab,  '',   AFTER,     ''",
        "ab,  a,    BETWEEN,   a",
        "ab,  ba,   BEFORE,    ab",
        "ab,  ac,   ELSEWHERE, a",
        "ab,  abc,  ELSEWHERE, ab",
    })
    void leavingGroupsStands(String planned, String now, Standing standing, String left) {
        Step step = new Step.LeaveGroups(groups(planned));
        var state = new TargetState(true, 0, groups(now));
        assertThat(state.standing(step)).isEqualTo(standing);
        assertThat(state.calls(step))
                .containsExactlyElementsOf(groups(left).stream().map(Call.Leave::new).toList());
    }

    @Test
    void aGroupThatWasRenamedIsTheSameGroup() {
        Step step = new Step.LeaveGroups(List.of(new Group("g1", "/sales")));
        var renamed = new TargetState(true, 0, List.of(new Group("g1", "/selling")));
        assertThat(renamed.standing(step)).isEqualTo(Standing.BEFORE);
    }

    private static List<Group> groups(String ids) {
        return ids.chars()
                .mapToObj(Character::toString)
                .map(id -> new Group(id, "/" + id))
                .toList();
    }
}
