package dev.remit.executor.adapter.kafka;

import dev.remit.executor.application.PerformPlan;
import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Report;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.loop.Received;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.ExecutionOutcome;
import dev.remit.wire.v1.GrantEnded;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.Remainder;
import dev.remit.wire.v1.StepResult;
import dev.remit.wire.v1.StepState;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Between the wire and the domain. */
final class Messages {
    private Messages() {}

    /** What a message authorizes; empty if it authorizes nothing. */
    static Optional<Intent> intent(Received received) {
        if (!(received.message() instanceof ExecutionAuthorized authorized)) {
            return Optional.empty();
        }
        byte[] plan = new byte[authorized.getPlan().remaining()];
        authorized.getPlan().duplicate().get(plan);
        return Optional.of(
                new Intent(
                        authorized.getAuthorizationId(),
                        authorized.getChange().getChangeId(),
                        received.envelope().id(),
                        authorized.getChange().getTarget(),
                        authorized.getAccount(),
                        plan,
                        authorized.getPlanHash(),
                        received.envelope().time(),
                        authorized.getExpiresAt(),
                        // closed: what is not plainly OWN is left to a person
                        authorized.getChange().getMode() != Mode.OWN
                                || (authorized.getModeDecision() != null
                                        && authorized.getModeDecision().getMode() != Mode.OWN),
                        Scopes.of(authorized.getChange()),
                        owners(authorized.getChange().getProposer()),
                        terms(authorized)));
    }

    /** For what an AI proposed, the person responsible for it answers. */
    private static Intent.Terms terms(ExecutionAuthorized authorized) {
        Actor proposer = authorized.getChange().getProposer();
        boolean person = proposer.getKind() == ActorKind.HUMAN;
        return new Intent.Terms(
                Optional.ofNullable(person ? proposer.getId() : proposer.getPrincipal()),
                person ? "who proposed it" : "who is responsible for the AI that proposed it",
                authorized.getApprovers(),
                authorized.getMayNotExecute().stream()
                        .map(each ->
                                new Intent.Barred(
                                        each.getPerson(),
                                        each.getRule(),
                                        each.getReason(),
                                        Optional.ofNullable(each.getWorker())
                                                .or(() -> worker(each.getPerson(), authorized))))
                        .toList(),
                authorized.getProofs());
    }

    /** The HR worker of one who has a part in the change before anybody approves it. */
    private static Optional<String> worker(String person, ExecutionAuthorized authorized) {
        Actor proposer = authorized.getChange().getProposer();
        return Optional.of(person)
                .filter(proposer.getId()::equals)
                .map(_ -> authorized.getProposerWorker())
                .or(() ->
                        Optional.of(person)
                                .filter(each -> each.equals(proposer.getPrincipal()))
                                .map(_ -> authorized.getPrincipalWorker()))
                .or(() ->
                        Optional.of(person)
                                .filter(authorized.getAccount()::equals)
                                .flatMap(_ -> KeptChange.worker(authorized.getChange())));
    }

    private static Set<String> owners(Actor proposer) {
        String principal = proposer.getPrincipal();
        return principal == null
                ? Set.of(proposer.getId())
                : new HashSet<>(List.of(proposer.getId(), principal));
    }

    /** The report, handed on. */
    static ChangeExecuted executed(
            Intent intent, String actor, Optional<String> worker, Report report) {
        boolean byHand = intent.assisted() && !actor.equals(PerformPlan.EXECUTOR);
        return ChangeExecuted.newBuilder()
                .setChangeId(intent.change())
                .setAuthorizationId(intent.authorization())
                .setPlanHash(intent.planHash())
                .setExecutor(
                        Actor.newBuilder()
                                .setId(actor)
                                .setKind(byHand ? ActorKind.HUMAN : ActorKind.SERVICE)
                                .build())
                .setOutcome(ExecutionOutcome.valueOf(report.outcome().name()))
                .setRemainder(
                        report.remainder()
                                .map(each ->
                                        new Remainder(
                                                each.steps(),
                                                each.owedBy().orElse(null),
                                                each.capacity()))
                                .orElse(null))
                .setSteps(report.steps().stream().map(Messages::step).toList())
                .setReadBackMatches(report.readBackMatches())
                .setReason(report.reason())
                .setStartedAt(report.startedAt())
                .setCompletedAt(report.completedAt())
                .setExecutorWorker(byHand ? worker.orElse(null) : null)
                .build();
    }

    /** The end of what was granted for a time, handed on. */
    static GrantEnded ended(Intent intent, String actor, Instant due, Report report) {
        return GrantEnded.newBuilder()
                .setChangeId(intent.change())
                .setAuthorizationId(intent.authorization())
                .setPlanHash(intent.planHash())
                .setExecutor(Actor.newBuilder().setId(actor).setKind(ActorKind.SERVICE).build())
                .setSteps(report.steps().stream().map(Messages::step).toList())
                .setDueAt(due)
                .setReason(report.reason())
                .setStartedAt(report.startedAt())
                .setCompletedAt(report.completedAt())
                .build();
    }

    private static StepResult step(Report.StepReport step) {
        return StepResult.newBuilder()
                .setStep(step.step())
                .setState(StepState.valueOf(step.state().name()))
                .setUndoes(step.undoes().orElse(null))
                .setBefore(step.before())
                .setAfter(step.after())
                .setDetail(step.detail())
                .build();
    }
}
