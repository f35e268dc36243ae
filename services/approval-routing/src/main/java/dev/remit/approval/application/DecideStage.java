package dev.remit.approval.application;

import dev.remit.approval.adapter.kafka.Messages;
import dev.remit.approval.adapter.postgres.DecisionRow;
import dev.remit.approval.adapter.postgres.RouteRow;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Attempt.Result;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Eligibility;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Someone decides a stage, or tries to. A refused attempt is evidence: it is recorded, then
 * answered.
 */
@Singleton
public class DecideStage {
    private final Routes routes;
    private final Handoffs handoffs;
    private final MeterRegistry meters;

    DecideStage(Routes routes, Handoffs handoffs, MeterRegistry meters) {
        this.routes = routes;
        this.handoffs = handoffs;
        this.meters = meters;
    }

    /**
     * Decides the open stage of a change.
     *
     * @param roles the roles in the decider's token
     * @throws Problem with the code of the rule that refuses, after the attempt was recorded
     */
    public Uni<Void> decide(
            UUID change,
            String by,
            Set<String> roles,
            Attempt.Kind decision,
            String reason,
            String planHash,
            Authentication authentication) {
        return handoffs.transact(
                        List.of(change),
                        outbox ->
                                RouteRow.<RouteRow>findById(change)
                                        .chain(row -> {
                                            if (row == null) {
                                                throw Problem.of(
                                                        404,
                                                        "CHANGE_UNKNOWN",
                                                        "no change " + change + " was routed here");
                                            }
                                            Attempt attempt =
                                                    new Attempt(
                                                            by,
                                                            decision,
                                                            reason,
                                                            planHash,
                                                            outbox.now());
                                            return routes.charter(row)
                                                    .chain(charter ->
                                                            attempt(
                                                                    row,
                                                                    charter,
                                                                    attempt,
                                                                    roles,
                                                                    authentication,
                                                                    outbox));
                                        }))
                .invoke(result -> {
                    if (result instanceof Result.Refused refused) {
                        meters.counter("remit.approval.refused", "code", refused.code())
                                .increment();
                        throw Problem.of(refused.status(), refused.code(), refused.words());
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Result> attempt(
            RouteRow row,
            Optional<Charter> charter,
            Attempt attempt,
            Set<String> roles,
            Authentication authentication,
            Outbox outbox) {
        if (!row.state.equals("OPEN") || charter.isEmpty()) {
            return Uni.createFrom()
                    .item(attempt.on(new Attempt.Stage.Closed(row.state), Optional.empty()));
        }
        Charter.Stage stage = charter.get().stages().get(row.stage);
        return routes.parties(row)
                .chain(parties ->
                        routes.account(attempt.by())
                                .map(account ->
                                        Eligibility.bars(
                                                attempt.by(),
                                                account,
                                                roles,
                                                charter.get().role(),
                                                parties)))
                .chain(bar ->
                        DecisionRow.<DecisionRow>list(
                                        "changeId = ?1 and stage = ?2", row.changeId, row.stage)
                                .chain(decisions -> {
                                    Set<String> approvals =
                                            decisions.stream()
                                                    .filter(each ->
                                                            each.decision.equals("APPROVED"))
                                                    .flatMap(each ->
                                                            Optional.ofNullable(each.decidedBy)
                                                                    .stream())
                                                    .collect(Collectors.toSet());
                                    Attempt.Stage waiting =
                                            new Attempt.Stage.Waiting(
                                                    row.planHash,
                                                    row.expiresAt == null
                                                            ? outbox.now()
                                                            : row.expiresAt,
                                                    stage.quorum(),
                                                    Routes.candidates(row),
                                                    approvals);
                                    Result result = attempt.on(waiting, bar);
                                    return follow(
                                                    row,
                                                    charter.get(),
                                                    attempt,
                                                    result,
                                                    decisions,
                                                    authentication,
                                                    outbox)
                                            .replaceWith(result);
                                }));
    }

    private Uni<Void> follow(
            RouteRow row,
            Charter charter,
            Attempt attempt,
            Result result,
            List<DecisionRow> decisions,
            Authentication authentication,
            Outbox outbox) {
        return switch (result) {
            case Result.Refused refused -> {
                boolean known =
                        decisions.stream()
                                .anyMatch(each ->
                                        refused.code().equals(each.refusal)
                                                && attempt.by().equals(each.decidedBy));
                yield refused.recorded() && !known
                        ? record(row, attempt, "REFUSED", refused.code(), authentication, outbox)
                                .replaceWithVoid()
                        : Uni.createFrom().voidItem();
            }
            case Result.Counted counted ->
                    record(row, attempt, "APPROVED", null, authentication, outbox)
                            .replaceWithVoid();
            case Result.StageApproved approved ->
                    record(row, attempt, "APPROVED", null, authentication, outbox)
                            .chain(decision -> routes.next(row, charter, decision, outbox));
            case Result.RouteDenied denied -> {
                row.state = "DENIED";
                yield record(row, attempt, "DENIED", null, authentication, outbox)
                        .replaceWithVoid();
            }
        };
    }

    private static Uni<UUID> record(
            RouteRow row,
            Attempt attempt,
            String decision,
            @Nullable String refusal,
            Authentication authentication,
            Outbox outbox) {
        DecisionRow kept = new DecisionRow();
        kept.id =
                outbox.handOn(
                        row.changeId,
                        Messages.decided(
                                row.changeId,
                                row.stageName,
                                decision,
                                attempt.by(),
                                attempt.reason(),
                                refusal,
                                attempt.planHash(),
                                Optional.of(authentication),
                                outbox.now()),
                        null);
        kept.changeId = row.changeId;
        kept.stage = row.stage;
        kept.stageName = row.stageName;
        kept.decidedBy = attempt.by();
        kept.decision = decision;
        kept.refusal = refusal;
        kept.reason = attempt.reason();
        kept.decidedAt = outbox.now();
        return kept.<DecisionRow>persistAndFlush().replaceWith(kept.id);
    }
}
