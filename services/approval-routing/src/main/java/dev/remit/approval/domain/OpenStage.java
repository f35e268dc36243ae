package dev.remit.approval.domain;

import dev.remit.handoff.Ids;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A stage that a change has come to and that is not decided.
 *
 * @param index its place in the charter, from 0
 * @param asks what in the directory it depends on
 * @param candidates everyone considered
 * @param dropped what the charter names and nobody is behind, in words
 * @param needed how many must approve
 * @param denies how many must deny
 * @param level how many steps of its escalation were taken
 * @param reminded how many of its reminders were sent
 * @param extended whether its time began once more
 * @param undetermined whether its condition could not be evaluated: nobody is asked yet
 * @param question what the proposer is asked, until it is answered; several one a line
 * @param back whether it was sent back: it waits until the change is amended
 * @param held why it cannot be decided now
 * @param since when it opened
 * @param until when it lapses undecided
 * @param wake when it must be looked at again
 * @param afterwards whether it looks at a change that was executed; then it never lapses
 * @param asked whom it has asked so far
 */
public record OpenStage(
        int index,
        String name,
        Set<Concern> asks,
        List<Candidate> candidates,
        List<String> dropped,
        int needed,
        int denies,
        int level,
        int reminded,
        boolean extended,
        boolean undetermined,
        Optional<String> question,
        boolean back,
        Optional<String> held,
        Instant since,
        Instant until,
        Instant wake,
        boolean afterwards,
        Asked asked) {
    /** One that has asked nobody before. */
    public OpenStage(
            int index,
            String name,
            Set<Concern> asks,
            List<Candidate> candidates,
            List<String> dropped,
            int needed,
            int denies,
            int level,
            int reminded,
            boolean extended,
            boolean undetermined,
            Optional<String> question,
            boolean back,
            Optional<String> held,
            Instant since,
            Instant until,
            Instant wake,
            boolean afterwards) {
        this(
                index,
                name,
                asks,
                candidates,
                dropped,
                needed,
                denies,
                level,
                reminded,
                extended,
                undetermined,
                question,
                back,
                held,
                since,
                until,
                wake,
                afterwards,
                Asked.NOBODY);
    }

    /** Names the right to decide this stage of that change, opened then; each uses it once. */
    public UUID nonce(UUID change) {
        return Ids.derived(change, "stage|" + name + "|" + since);
    }

    /** Whether a review should have been closed by now, and others were asked too. */
    public boolean overdue() {
        return afterwards && extended;
    }

    /** The ids of those who may still decide it, after these decisions; none while it is held. */
    public List<String> deciders(List<Decision> decisions) {
        if (held.isPresent()) {
            return List.of();
        }
        List<Decision> votes =
                decisions.stream().filter(each -> each.isVote() && each.stage() == index).toList();
        Set<String> persons =
                votes.stream()
                        .flatMap(vote ->
                                Stream.concat(
                                        vote.worker().stream(), vote.delegatorWorker().stream()))
                        .map("worker:"::concat)
                        .collect(Collectors.toSet());
        Set<String> theirs =
                candidates.stream()
                        .filter(each -> persons.contains(each.person()))
                        .map(Candidate::id)
                        .collect(Collectors.toSet());
        return candidates.stream()
                .filter(Candidate::eligible)
                .filter(each -> !theirs.contains(each.id()) && !theirs.contains(each.seat()))
                .filter(each -> votes.stream().noneMatch(vote -> isOf(vote, each)))
                .map(Candidate::id)
                .distinct()
                .toList();
    }

    /** Whether it is of this account, or of the one in whose place it would decide. */
    private static boolean isOf(Decision vote, Candidate candidate) {
        return vote.isOf(new Person(candidate.seat(), Optional.empty()))
                || vote.isOf(new Person(candidate.id(), Optional.empty()));
    }

    /** The proposer is asked this too. */
    OpenStage asking(String what) {
        return asking(Optional.of(question.map(before -> before + "\n" + what).orElse(what)), back);
    }

    /** The proposer has answered. */
    OpenStage answered() {
        return asking(Optional.empty(), back);
    }

    /** The proposer is to amend the change. */
    OpenStage sentBack() {
        return asking(question, true);
    }

    private OpenStage asking(Optional<String> what, boolean isBack) {
        return like(level, reminded, extended, what, isBack, until, wake);
    }

    OpenStage at(int steps, int reminders, boolean longer, Instant end) {
        return like(steps, reminders, longer, question, back, end, wake);
    }

    /** Whether its time is over; a review has no end. */
    boolean isOver(Instant now) {
        return !afterwards && !now.isBefore(until);
    }

    /** The same, held. */
    OpenStage holding(String why) {
        return new OpenStage(
                index,
                name,
                asks,
                candidates,
                dropped,
                needed,
                denies,
                level,
                reminded,
                extended,
                undetermined,
                question,
                back,
                Optional.of(why),
                since,
                until,
                wake,
                afterwards,
                asked);
    }

    /** The same, looked at again then. */
    OpenStage waking(Instant then) {
        return like(level, reminded, extended, question, back, until, then);
    }

    private OpenStage like(
            int steps,
            int reminders,
            boolean longer,
            Optional<String> what,
            boolean isBack,
            Instant end,
            Instant then) {
        return new OpenStage(
                index,
                name,
                asks,
                candidates,
                dropped,
                needed,
                denies,
                steps,
                reminders,
                longer,
                undetermined,
                what,
                isBack,
                held,
                since,
                end,
                then,
                afterwards,
                asked);
    }
}
