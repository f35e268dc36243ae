package dev.remit.approval.application;

import dev.remit.approval.application.Answers.Request;
import dev.remit.approval.application.DecideStages.Decider;
import dev.remit.approval.domain.Attempt.Result.Refused;
import dev.remit.approval.domain.Event;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;

/** The proposer takes a change back that waits for approval; once authorized, it is too late. */
@Singleton
public class WithdrawChange {
    private final Say say;

    WithdrawChange(Say say) {
        this.say = say;
    }

    /**
     * Takes the change back.
     *
     * @return why it was not; empty if it was
     */
    public Uni<Optional<Refused>> withdraw(
            UUID change, Decider who, String reason, Optional<Request> request) {
        return say.say(
                change,
                new Event.Withdrawn(who.by(), reason, Optional.of(who.authentication())),
                request);
    }
}
