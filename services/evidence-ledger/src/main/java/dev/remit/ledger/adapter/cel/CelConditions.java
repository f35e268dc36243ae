package dev.remit.ledger.adapter.cel;

import dev.remit.charter.Condition;
import dev.remit.charter.Facts;
import dev.remit.ledger.domain.Conditions;
import dev.remit.ledger.domain.Story;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.OptionalInt;

/** Conditions by what the proposal and the readiness verdict say. */
@Singleton
public class CelConditions implements Conditions {
    private final dev.remit.charter.Conditions conditions = new dev.remit.charter.Conditions();

    @Override
    public Truth over(String text, Story story) {
        return switch (conditions.compile(dev.remit.charter.Conditions.Place.ROUTE, text)) {
            case dev.remit.charter.Conditions.Compiled.Good(Condition condition) ->
                    switch (condition.ask(facts(story))) {
                        case Condition.Answer.Holds _ -> Truth.TRUE;
                        case Condition.Answer.Fails _ -> Truth.FALSE;
                        case Condition.Answer.Unknown _ -> Truth.UNKNOWN;
                    };
            // what does not read excuses nobody
            case dev.remit.charter.Conditions.Compiled.Broken _ -> Truth.TRUE;
        };
    }

    private static Facts facts(Story story) {
        return new Facts(
                story.proposed()
                        .flatMap(proposed ->
                                proposed.about()
                                        .map(about ->
                                                new Facts.Change(
                                                        proposed.charter(),
                                                        about.action(),
                                                        proposed.target(),
                                                        proposed.subjectId(),
                                                        about.reason(),
                                                        about.mode()))),
                Optional.empty(),
                Optional.empty(),
                story.readiness()
                        .map(judged -> new Facts.Readiness(judged.verdict(), judged.states())),
                OptionalInt.empty(),
                Optional.empty());
    }
}
