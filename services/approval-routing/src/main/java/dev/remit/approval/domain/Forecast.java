package dev.remit.approval.domain;

import java.util.List;
import java.util.Optional;

/**
 * What a route would ask of whom, if the change came now.
 *
 * @param stages all of them; a later one as if nobody had decided before it
 * @param held why no stage could be opened at all
 * @param violations the rules that would forbid it as things are
 * @param mode in which mode it would be executed as things are; empty if its charter is not known
 */
public record Forecast(
        List<Stage> stages,
        Optional<String> held,
        List<Violation> violations,
        Optional<ModeDecision> mode) {
    /** All stages, as far as they can be told. */
    record Foreseen(List<Stage> stages) {}

    /**
     * One stage.
     *
     * @param quorum how many must approve; 0 when nobody is asked
     * @param held why it could not be decided
     * @param passed why nobody would be asked: its condition, or a rule that decides
     * @param dropped the sources that nobody can be asked from, and why
     */
    public record Stage(
            String name,
            int quorum,
            Optional<String> held,
            Optional<String> passed,
            List<String> dropped,
            List<Candidate> candidates) {}

    /** No stage can be told. */
    public static Forecast none(String why) {
        return new Forecast(List.of(), Optional.of(why), List.of(), Optional.empty());
    }
}
