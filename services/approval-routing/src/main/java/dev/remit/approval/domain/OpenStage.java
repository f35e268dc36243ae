package dev.remit.approval.domain;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * The stage that a change has come to.
 *
 * @param index its place in the charter, from 0
 * @param asks whom it asks; empty when there is nobody to ask
 * @param candidates everyone considered
 * @param since when it opened
 * @param until when it lapses undecided
 * @param decisions all of the change's so far, earlier stages' and refused attempts included
 */
public record OpenStage(
        Ready ready,
        int index,
        String name,
        Optional<Concern> asks,
        List<Candidate> candidates,
        Instant since,
        Instant until,
        List<Decision> decisions) {
    /** Those who approved this stage so far. */
    public Set<String> approvals() {
        return approvers(stage -> stage == index);
    }

    /** Who has a part in the change already; those who approved earlier stages included. */
    public Parties parties() {
        return ready.parties().after(approvers(stage -> stage < index));
    }

    /**
     * Whether the same attempt of the same person at this stage was refused and recorded before.
     */
    public boolean refusedBefore(String by, String code) {
        return decisions.stream()
                .anyMatch(each ->
                        each.stage() == index
                                && each.by().filter(by::equals).isPresent()
                                && each.refusal().filter(code::equals).isPresent());
    }

    OpenStage with(Decision decision) {
        return new OpenStage(
                ready, index, name, asks, candidates, since, until, plus(decisions, decision));
    }

    OpenStage asking(List<Candidate> others) {
        return new OpenStage(ready, index, name, asks, others, since, until, decisions);
    }

    static List<Decision> plus(List<Decision> decisions, Decision decision) {
        List<Decision> all = new ArrayList<>(decisions);
        all.add(decision);
        return List.copyOf(all);
    }

    private Set<String> approvers(IntPredicate stages) {
        return decisions.stream()
                .filter(each -> each.kind() == Decision.Kind.APPROVED && stages.test(each.stage()))
                .flatMap(each -> each.by().stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
