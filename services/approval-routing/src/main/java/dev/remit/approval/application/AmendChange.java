package dev.remit.approval.application;

import dev.remit.approval.application.Answers.Request;
import dev.remit.approval.application.DecideStages.Decider;
import dev.remit.approval.domain.Amending;
import dev.remit.approval.domain.Attempt.Result.Refused;
import dev.remit.approval.domain.Event;
import dev.remit.approval.domain.Terms;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;

/**
 * The proposer amends what was sent back, or asked about: the plan is made narrower, or only the
 * words are new. Every stage is asked anew.
 */
@Singleton
public class AmendChange {
    private final Say say;
    private final Amending amending;

    AmendChange(Say say, Amending amending) {
        this.say = say;
        this.amending = amending;
    }

    /**
     * Amends.
     *
     * @return why it was not taken; empty if it was
     */
    public Uni<Optional<Refused>> amend(
            UUID change, Decider who, String text, Terms terms, Optional<Request> request) {
        return say.say(
                change,
                new Event.Resubmitted(who.by(), text, terms, who.authentication(), amending),
                request);
    }
}
