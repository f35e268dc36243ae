package dev.remit.approval.application;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.approval.application.Notices.Kind;
import dev.remit.approval.application.Notices.Notice;
import dev.remit.approval.domain.Decision;
import dev.remit.approval.domain.Happened;
import dev.remit.approval.domain.Outcome;
import dev.remit.approval.domain.Route;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NoticesTest {
    private static final Instant NOW = Instant.parse("2026-02-02T08:00:00Z");
    private static final UUID CHANGE = new UUID(1, 1);

    @Test
    void aProposerIsToldThatAnotherOneTookTheirChangeBackAndNotThatTheyDid() {
        assertThat(withdrawnBy("clerk"))
                .containsExactly(new Notice(CHANGE, "manager", "ann", Kind.ENDED, NOW, NOW));
        assertThat(withdrawnBy("ann")).isEmpty();
    }

    private static List<Notice> withdrawnBy(String person) {
        Route ended = new Route.Ended(Route.End.WITHDRAWN, NOW, Optional.empty());
        Decision decision =
                new Decision(
                        0,
                        "manager",
                        Decision.Kind.WITHDRAWN,
                        Optional.of(person),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "HR says that the subject has left",
                        NOW);
        return Notices.of(
                CHANGE,
                ended,
                new Outcome(
                        ended,
                        List.of(
                                new Happened.Decided(
                                        decision,
                                        "plan",
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty())),
                        Optional.empty(),
                        List.of()),
                Optional.of("ann"),
                Set::of,
                NOW);
    }
}
