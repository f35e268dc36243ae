package dev.remit.ledger.domain;

import dev.remit.ledger.domain.Story.Step;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * How a change stands.
 *
 * @param subject system and id, separated by a colon; empty while the proposal has not arrived, as
 *     charter and charterHash
 * @param account the target account, once known
 * @param state in plain words
 * @param holder who must act next; empty when it has ended
 * @param since when the last handoff was made
 * @param last the last handoff's type
 * @param sequence the last handoff's position, from 1
 * @param missing names of the proofs not given yet
 * @param refused what was missing when closure was last refused
 * @param outcome how it ended
 * @param opened leaf index of the first of its messages that was logged
 * @param closingLeaf leaf index of its ChangeClosed
 * @param revision names the transaction that stored it: what was kept in memory under the same
 *     revision is as new as this
 * @param actors who proposed, is responsible for, decided or executed it
 * @param due until when its next handoff is in time; empty if nothing says
 * @param overdue the last such time after which it was said that none had come
 */
public record Standing(
        UUID change,
        String charter,
        String charterHash,
        String subject,
        Optional<String> account,
        String state,
        String holder,
        Instant since,
        String last,
        int sequence,
        List<String> missing,
        List<String> refused,
        Optional<String> outcome,
        long opened,
        Optional<Long> closingLeaf,
        Optional<UUID> revision,
        Set<String> actors,
        Optional<Instant> due,
        Optional<Instant> overdue) {
    /** The state of a change whose content was erased. */
    public static final String ERASED = "content erased";

    /** How an open change stands by its story and what closure makes of it. */
    public static Standing of(
            Story story,
            Closure closure,
            Optional<Standing> before,
            long opened,
            UUID revision,
            Optional<Due> due) {
        Step last = story.steps().getLast();
        Optional<Story.Proposed> proposed = story.proposed();
        return new Standing(
                story.change(),
                proposed.map(Story.Proposed::charter).orElse(""),
                proposed.map(Story.Proposed::charterHash).orElse(""),
                proposed.map(Story.Proposed::subject).orElse(""),
                story.account(),
                switch (closure) {
                    case Closure.Ended ended -> ended.words();
                    case Closure.Open open -> open.words();
                },
                closure instanceof Closure.Open open ? open.holder() : "",
                last.time(),
                last.type(),
                last.sequence(),
                closure instanceof Closure.Open open
                        ? open.missing().stream().map(Closure.Missing::name).distinct().toList()
                        : List.of(),
                before.map(Standing::refused).orElse(List.of()),
                closure instanceof Closure.Ended ended
                        ? Optional.of(ended.outcome().name())
                        : Optional.empty(),
                before.map(Standing::opened).orElse(opened),
                before.flatMap(Standing::closingLeaf),
                Optional.of(revision),
                story.actors(),
                due.map(Due::at),
                before.flatMap(Standing::overdue));
    }

    /** Whose identity it is about, to be read: an account that nobody is behind is called one. */
    public String about() {
        return account.filter(id -> !subject.startsWith("hr:") && subject.endsWith(":" + id))
                .map(id ->
                        "account "
                                + id
                                + " of "
                                + subject.substring(0, subject.length() - id.length() - 1))
                .orElse(subject);
    }

    /** The ended change after further handoffs: they change nothing but what came last. */
    public Standing followedBy(Collection<Step> steps, Optional<Long> closing, UUID stored) {
        Step last = null;
        for (Step step : steps) {
            if (step.sequence() > (last == null ? sequence : last.sequence())) {
                last = step;
            }
        }
        return new Standing(
                change,
                charter,
                charterHash,
                subject,
                account,
                state,
                holder,
                last == null ? since : last.time(),
                last == null ? this.last : last.type(),
                last == null ? sequence : last.sequence(),
                missing,
                refused,
                outcome,
                opened,
                closingLeaf.or(() -> closing),
                Optional.of(stored),
                actors,
                due,
                overdue);
    }

    /** The same after closure was refused for what is missing. */
    public Standing withRefusal() {
        return new Standing(
                change,
                charter,
                charterHash,
                subject,
                account,
                state,
                holder,
                since,
                last,
                sequence,
                missing,
                missing,
                outcome,
                opened,
                closingLeaf,
                revision,
                actors,
                due,
                overdue);
    }

    /** The same after it was said that the next handoff is overdue. */
    public Standing withOverdue() {
        return new Standing(
                change,
                charter,
                charterHash,
                subject,
                account,
                state,
                holder,
                since,
                last,
                sequence,
                missing,
                refused,
                outcome,
                opened,
                closingLeaf,
                revision,
                actors,
                due,
                due);
    }

    /** The same without what tells whom it was about. */
    public Standing erased(UUID stored) {
        return new Standing(
                change,
                charter,
                charterHash,
                "",
                Optional.empty(),
                ERASED,
                holder,
                since,
                last,
                sequence,
                missing,
                refused,
                outcome,
                opened,
                closingLeaf,
                Optional.of(stored),
                Set.of(),
                due,
                overdue);
    }

    /** Whether its content was erased. */
    public boolean isErased() {
        return state.equals(ERASED);
    }

    /** Whether it has waited for proof since before this time, and was not refused for it. */
    public boolean isUnprovedSince(Instant time) {
        return Closure.PROVING.contains(holder) && since.isBefore(time) && !missing.equals(refused);
    }

    /** Whether its next handoff was due before this time, and that was not said. */
    public boolean isOverdueSince(Instant time) {
        return outcome.isEmpty()
                && due.filter(each -> each.isBefore(time)).isPresent()
                && !due.equals(overdue);
    }

    /** Whether a checkpoint of this size covers every message that its certificate needs. */
    public boolean isCertifiedBy(long checkpointSize) {
        return closingLeaf.filter(leaf -> leaf < checkpointSize).isPresent();
    }
}
