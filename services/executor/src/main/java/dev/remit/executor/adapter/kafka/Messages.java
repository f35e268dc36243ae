package dev.remit.executor.adapter.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.Report;
import dev.remit.handoff.loop.Received;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.ExecutionOutcome;
import dev.remit.wire.v1.StepResult;
import dev.remit.wire.v1.StepState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Between the wire and the domain. */
public final class Messages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Messages() {}

    /** What a message authorizes; empty if it authorizes nothing. */
    public static Optional<Intent> intent(Received received) {
        if (!(received.message() instanceof ExecutionAuthorized authorized)) {
            return Optional.empty();
        }
        byte[] plan = new byte[authorized.getPlan().remaining()];
        authorized.getPlan().duplicate().get(plan);
        return Optional.of(
                new Intent(
                        authorized.getAuthorizationId(),
                        authorized.getChange().getChangeId(),
                        authorized.getChange().getTarget(),
                        authorized.getAccount(),
                        plan,
                        authorized.getPlanHash(),
                        authorized.getExpiresAt()));
    }

    /** The plan in these bytes; empty if any step or field of it is not known. */
    public static Optional<Plan> plan(byte[] bytes) {
        try {
            JsonNode root = JSON.readTree(bytes);
            List<Plan.Step> steps = new ArrayList<>();
            for (JsonNode step : root.path("steps")) {
                switch (step.path("name").asText()) {
                    case "disable-account" -> steps.add(new Plan.Step.DisableAccount());
                    case "end-sessions" -> steps.add(new Plan.Step.EndSessions());
                    case "leave-groups" -> {
                        List<Plan.Group> groups = new ArrayList<>();
                        step.path("groups")
                                .forEach(group ->
                                        groups.add(
                                                new Plan.Group(
                                                        group.path("id").asText(),
                                                        group.path("path").asText())));
                        steps.add(new Plan.Step.LeaveGroups(groups));
                    }
                    default -> {
                        return Optional.empty();
                    }
                }
            }
            String account = root.path("account").asText();
            String target = root.path("target").asText();
            return steps.isEmpty() || account.isEmpty() || target.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Plan(account, target, steps));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The report, handed on. */
    public static ChangeExecuted executed(
            UUID change, UUID authorization, String planHash, String executor, Report report) {
        return ChangeExecuted.newBuilder()
                .setChangeId(change)
                .setAuthorizationId(authorization)
                .setPlanHash(planHash)
                .setExecutor(Actor.newBuilder().setId(executor).setKind(ActorKind.SERVICE).build())
                .setOutcome(ExecutionOutcome.valueOf(report.outcome().name()))
                .setSteps(report.steps().stream().map(Messages::step).toList())
                .setReadBackMatches(report.readBackMatches())
                .setReason(report.reason())
                .setStartedAt(report.startedAt())
                .setCompletedAt(report.completedAt())
                .build();
    }

    private static StepResult step(Report.StepReport step) {
        return StepResult.newBuilder()
                .setStep(step.step())
                .setState(StepState.valueOf(step.state().name()))
                .setBefore(step.before())
                .setAfter(step.after())
                .setDetail(step.detail())
                .build();
    }
}
