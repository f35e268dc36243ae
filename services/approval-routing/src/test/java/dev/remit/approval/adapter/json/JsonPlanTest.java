package dev.remit.approval.adapter.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.domain.Effect;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Plans as data-readiness writes them. */
class JsonPlanTest {
    @Test
    void groupsAreLeftByTheirPathsWhateverTheseHold() {
        Effect effect =
                effect(
                        """
                        {"name":"leave-groups","before":{"groups":"/a,b,/c"},"after":{"groups":""},
                         "groups":[{"id":"1","path":"/a,b"},{"id":"2","path":"/c"}]}\
                        """);
        assertThat(effect.groupsRemoved()).containsExactlyInAnyOrder("/a,b", "/c");
        assertThat(effect.groupsAdded()).isEmpty();
    }

    @Test
    void aGroupIsJoinedByItsPathForATime() {
        Effect effect =
                effect(
                        """
                        {"name":"join-group","before":{},"after":{"groups":"/a,b"},"group":{"id":"1","path":"/a,b"}},
                        {"name":"leave-group-at-expiry","before":{},"after":{"expires":"PT4H"},"group":{"id":"1","path":"/a,b"}}\
                        """);
        assertThat(effect.groupsAdded()).containsExactly("/a,b");
        assertThat(effect.groupsRemoved()).isEmpty();
        assertThat(effect.timed()).isTrue();
        assertThat(effect.clear()).isTrue();
    }

    @Test
    void anAccountThatIsMadeHeldNothingAndItsMakingCanBeTakenBack() {
        Effect effect =
                effect(
                        """
                        {"name":"create-account","before":{"account":"gone"},
                         "after":{"account":"there","enabled":"true","manager":"E9","username":"e7","workerId":"E7"},
                         "compensation":{"name":"delete-account","before":{"account":"there"},"after":{"account":"gone"}}},
                        {"name":"join-groups","before":{"groups":""},"after":{"groups":"/a"},"groups":[{"id":"1","path":"/a"}]}\
                        """);
        assertThat(effect.makes()).isTrue();
        assertThat(effect.whole()).as("nothing is taken from it").isFalse();
        assertThat(effect.reversible()).isTrue();
        assertThat(effect.clear()).isTrue();
        assertThat(effect.groupsAdded()).containsExactly("/a");
    }

    private static Effect effect(String steps) {
        return JsonPlan.effect(("{\"steps\":[" + steps + "]}").getBytes(StandardCharsets.UTF_8));
    }
}
