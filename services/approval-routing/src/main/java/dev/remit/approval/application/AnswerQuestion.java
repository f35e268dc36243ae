package dev.remit.approval.application;

import dev.remit.approval.application.Answers.Request;
import dev.remit.approval.application.DecideStages.Decider;
import dev.remit.approval.domain.Attempt.Result.Refused;
import dev.remit.approval.domain.Event;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;

/** The proposer answers what an approver asked; the stage can be approved again then. */
@Singleton
public class AnswerQuestion {
    private final Say say;

    AnswerQuestion(Say say) {
        this.say = say;
    }

    /**
     * Answers.
     *
     * @param stage the stage's name; empty for the first that waits for an answer
     * @return why it was not taken; empty if it was
     */
    public Uni<Optional<Refused>> answer(
            UUID change,
            Decider who,
            Optional<String> stage,
            String text,
            Optional<Request> request) {
        return say.say(
                change, new Event.Answered(who.by(), stage, text, who.authentication()), request);
    }
}
