package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.cli.ReconcileInbox.Difference;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReconcileInboxTest {
    @Test
    void whatOnlyOneOfThemSaysIsADifference() {
        assertThat(Difference.of(Set.of("a", "b"), Set.of("b", "a")).isNone()).isTrue();
        Difference differ = Difference.of(Set.of("a", "b"), Set.of("b", "c"));
        assertThat(differ.onlyInbox()).containsExactly("a");
        assertThat(differ.onlyLog()).containsExactly("c");
        assertThat(differ.isNone()).isFalse();
    }

    @Test
    void whatWasMendedIsSaid() throws Exception {
        assertThat(ReconcileInbox.mended(Json.read("{\"finishedAt\":null}")))
                .containsExactly("approval-routing has not compared its inboxes yet");
        assertThat(
                        ReconcileInbox.mended(
                                Json.read(
                                        "{\"finishedAt\":\"T\",\"checked\":7,\"mended\":[{\"changeId\":\"c\",\"what\":\"deciders\",\"at\":\"U\"}]}")))
                .containsExactly(
                        "approval-routing compared the inboxes of 7 open changes at T",
                        "c  mended at U: deciders");
    }

    @Test
    void whatWasOnlyOnItsWayIsNone() {
        Difference before = Difference.of(Set.of("a", "b"), Set.of("c"));
        assertThat(before.and(Difference.of(Set.of("b"), Set.of("a"))).onlyInbox())
                .containsExactly("b");
        assertThat(before.and(Difference.of(Set.of(), Set.of("a", "b"))).isNone()).isTrue();
    }
}
