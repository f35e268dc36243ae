package dev.remit.connector.application;

import dev.remit.connector.application.AccessEvaluations.Evaluation;
import dev.remit.connector.application.AccessTasks.Item;
import dev.remit.connector.application.AccessTasks.Task;
import dev.remit.connector.application.Proposals.Standing;
import dev.remit.connector.domain.AccessApproval;
import dev.remit.connector.domain.AccessApproval.Denial;
import dev.remit.connector.domain.Admission;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Wish;
import dev.remit.handoff.loop.Handoffs;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Whether an access is there (OpenID AuthZEN, Access Evaluation API). Nothing is, but what was
 * requested, approved, executed and proved; what could be requested is denied with the hint that it
 * can (Access Request and Approval Profile, draft 1).
 */
@Singleton
public class EvaluateAccess {
    /** How long a denial can be answered with a request. */
    static final Duration ANSWERABLE = Duration.ofMinutes(10);

    /**
     * What is decided.
     *
     * @param reason why it is denied; empty if it is allowed
     * @param requestable the denial as it is kept, if it can be answered with a request
     * @param approval what the approval is good for, if it is allowed
     */
    public record Decision(
            boolean allowed,
            String reason,
            Optional<Evaluation> requestable,
            Optional<AccessApproval> approval) {}

    private final AskForChanges ask;
    private final ShowChanges show;
    private final AccessTasks tasks;
    private final AccessEvaluations evaluations;
    private final Courses courses;
    private final Charters charters;
    private final Handoffs handoffs;

    EvaluateAccess(
            AskForChanges ask,
            ShowChanges show,
            AccessTasks tasks,
            AccessEvaluations evaluations,
            Courses courses,
            Charters charters,
            Handoffs handoffs) {
        this.ask = ask;
        this.show = show;
        this.tasks = tasks;
        this.evaluations = evaluations;
        this.courses = courses;
        this.charters = charters;
        this.handoffs = handoffs;
    }

    /**
     * Decides.
     *
     * @param asked subject, resource and action in canonical JSON
     * @param approval the id of the approval that is presented, if one is
     * @param authorization the caller's own Authorization header, with which the services are asked
     */
    public Uni<Decision> evaluate(
            Wish wish, String asked, Optional<String> approval, String authorization) {
        return approval.isEmpty()
                ? denied(wish, asked, Optional.empty())
                : verify(wish, asked, approval.get(), authorization)
                        .chain(verified ->
                                switch (verified) {
                                    case Verified.Good(AccessApproval good) ->
                                            Uni.createFrom()
                                                    .item(
                                                            new Decision(
                                                                    true,
                                                                    "",
                                                                    Optional.empty(),
                                                                    Optional.of(good)));
                                    case Verified.Not(Denial denial) ->
                                            denied(wish, asked, Optional.of(denial));
                                });
    }

    private Uni<Decision> denied(Wish wish, String asked, Optional<Denial> denial) {
        return ask.tryOut(wish)
                .chain(admission ->
                        switch (admission) {
                            case Admission.Admitted _ -> kept(wish, asked, denial);
                            case Admission.Refused(Charter.Refusal refusal) ->
                                    Uni.createFrom()
                                            .item(
                                                    new Decision(
                                                            false,
                                                            denial.map(Denial::code)
                                                                    .orElse(
                                                                            refusal.code()
                                                                                    .toLowerCase(
                                                                                            Locale
                                                                                                    .ROOT)),
                                                            Optional.empty(),
                                                            Optional.empty()));
                        });
    }

    private Uni<Decision> kept(Wish wish, String asked, Optional<Denial> denial) {
        return handoffs.transact(
                List.of(),
                outbox -> {
                    Evaluation evaluation =
                            new Evaluation(
                                    outbox.newId(),
                                    RequestAccess.requester(wish.proposer()),
                                    asked,
                                    outbox.now(),
                                    outbox.now().plus(ANSWERABLE));
                    return evaluations
                            .add(evaluation)
                            .map(kept ->
                                    new Decision(
                                            false,
                                            denial.map(Denial::code).orElse("approval_required"),
                                            Optional.of(kept),
                                            Optional.empty()));
                });
    }

    /** What an approval that is presented proves. */
    private sealed interface Verified {
        record Good(AccessApproval approval) implements Verified {}

        record Not(Denial why) implements Verified {}
    }

    /** What is known of an approval here. */
    private record Known(Task task, Item item, Standing standing, boolean halted, Instant now) {}

    private Uni<Verified> verify(Wish wish, String asked, String approval, String authorization) {
        UUID change;
        try {
            change = UUID.fromString(approval);
        } catch (IllegalArgumentException e) {
            return not(Denial.APPROVAL_UNVERIFIABLE);
        }
        return show.some(List.of(change), wish.proposer(), false)
                .chain(found ->
                        found.isEmpty()
                                ? not(Denial.APPROVAL_UNVERIFIABLE)
                                : known(found.getFirst(), wish)
                                        .chain(known ->
                                                known.isEmpty()
                                                        ? not(Denial.APPROVAL_UNVERIFIABLE)
                                                        : verify(
                                                                known.get(),
                                                                asked,
                                                                authorization)));
    }

    private Uni<Optional<Known>> known(Standing standing, Wish wish) {
        Wish under = wish.under(standing.proposal().charter());
        return handoffs.transact(
                List.of(),
                outbox ->
                        tasks.of(standing.change())
                                .chain(task ->
                                        ask.isHalted(under)
                                                .map(halted ->
                                                        task.flatMap(each ->
                                                                each.items().stream()
                                                                        .filter(item ->
                                                                                standing.change()
                                                                                        .equals(
                                                                                                item
                                                                                                        .change()))
                                                                        .findFirst()
                                                                        .map(item ->
                                                                                new Known(
                                                                                        each,
                                                                                        item,
                                                                                        standing,
                                                                                        halted,
                                                                                        outbox
                                                                                                .now()))))));
    }

    private Uni<Verified> verify(Known known, String asked, String authorization) {
        if (!asked.equals(known.item().asked())) {
            return not(Denial.OUT_OF_SCOPE);
        }
        Optional<String> outcome = known.standing().end().map(Proposals.End::outcome);
        if (outcome.filter(each -> !each.equals("COMPLETED")).isPresent()
                || known.halted()
                || charters.find(known.standing().proposal().charter())
                        .filter(charter -> charter.refusesAt(known.now()).isEmpty())
                        .isEmpty()) {
            return not(Denial.POLICY_DENIED);
        }
        return courses.story(known.standing().change(), authorization)
                .chain(story ->
                        courses.route(known.standing().change(), authorization)
                                .map(route -> verdict(known, outcome.isPresent(), story, route)));
    }

    private static Verified verdict(
            Known known,
            boolean completed,
            Optional<Courses.Story> story,
            Optional<Courses.Route> route) {
        if (!completed
                && !AccessApproval.wasGiven(
                        route.flatMap(Courses.Route::lasts),
                        story.map(Courses.Story::handoffs).orElse(Set.of()),
                        story.map(Courses.Story::missing).orElse(Set.of()))) {
            return new Verified.Not(Denial.GRANT_PENDING);
        }
        Optional<Instant> at = story.flatMap(Courses.Story::authorizedAt);
        if (at.isEmpty() || route.isEmpty()) {
            return new Verified.Not(Denial.APPROVAL_UNVERIFIABLE);
        }
        AccessApproval approval =
                AccessApproval.of(
                        at.get(),
                        route.get().lasts(),
                        RequestAccess.wanted(known.item()),
                        known.task().until());
        return known.now().isBefore(approval.until())
                        && !story.get().handoffs().contains("GrantEnded")
                ? new Verified.Good(approval)
                : new Verified.Not(Denial.APPROVAL_EXPIRED);
    }

    private static Uni<Verified> not(Denial denial) {
        return Uni.createFrom().item(new Verified.Not(denial));
    }
}
