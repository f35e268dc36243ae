package dev.remit.readiness.application;

import dev.remit.handoff.Ids;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.directory.Directory;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.readiness.adapter.kafka.Messages;
import dev.remit.readiness.adapter.postgres.CorrectionRow;
import dev.remit.readiness.adapter.postgres.ReadinessRow;
import dev.remit.readiness.domain.Request;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Someone supplied a fact that a change is held for. */
@Singleton
public class TakeCorrection {
    private final Directory directory;
    private final Handoffs handoffs;
    private final JudgeReadiness readiness;

    TakeCorrection(Directory directory, Handoffs handoffs, JudgeReadiness readiness) {
        this.directory = directory;
        this.handoffs = handoffs;
        this.readiness = readiness;
    }

    /**
     * Takes a correction, if it holds, and judges the change again.
     *
     * @param by immutable id of the one who supplies it
     * @return the change
     */
    public Uni<UUID> take(UUID correction, String value, String by) {
        return Panache.withSession(() -> CorrectionRow.<CorrectionRow>findById(correction))
                .chain(row -> {
                    if (row == null) {
                        throw Problem.of(
                                404,
                                "CORRECTION_UNKNOWN",
                                "no correction has the id " + correction);
                    }
                    return handoffs.transact(
                            List.of(row.changeId),
                            outbox -> take(correction, row.changeId, value, by, outbox));
                });
    }

    private Uni<UUID> take(UUID id, UUID change, String value, String by, Outbox outbox) {
        return CorrectionRow.<CorrectionRow>findById(id)
                .chain(correction ->
                        ReadinessRow.<ReadinessRow>findById(change)
                                .chain(row -> {
                                    if (correction.answered || !row.state.equals("HELD")) {
                                        throw Problem.of(
                                                409,
                                                "CORRECTION_ANSWERED",
                                                "this correction is no longer open");
                                    }
                                    return check(
                                                    correction,
                                                    Messages.request(row.change),
                                                    value,
                                                    by)
                                            .chain(() -> accept(correction, row, value, by, outbox))
                                            .replaceWith(change);
                                }));
    }

    private Uni<Void> check(CorrectionRow correction, Request change, String value, String by) {
        if (value.equals(correction.subjectId)) {
            throw Problem.inField("value", "MANAGER_IS_SUBJECT", "nobody manages themselves");
        }
        return directory
                .ofWorkers(change.target(), List.of(value, correction.subjectId))
                .invoke(accounts -> {
                    boolean bySubject =
                            accounts.stream()
                                    .anyMatch(account ->
                                            account.id().equals(by)
                                                    && account.workerId()
                                                            .filter(correction.subjectId::equals)
                                                            .isPresent());
                    if (bySubject) {
                        throw Problem.of(
                                403,
                                "SOD_SUBJECT",
                                "the subject of a change cannot supply its facts");
                    }
                    long managers =
                            accounts.stream()
                                    .filter(account ->
                                            account.workerId().filter(value::equals).isPresent())
                                    .filter(Account::enabled)
                                    .count();
                    if (managers != 1) {
                        throw Problem.inField(
                                "value",
                                "MANAGER_NOT_ACTIVE",
                                "worker '"
                                        + value
                                        + "' has "
                                        + managers
                                        + " enabled accounts in "
                                        + change.target()
                                        + ", expected one");
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Void> accept(
            CorrectionRow correction, ReadinessRow row, String value, String by, Outbox outbox) {
        correction.answered = true;
        Map<String, String> corrections = JudgeReadiness.corrections(row);
        corrections.put(correction.fact, value);
        row.corrections = JudgeReadiness.text(corrections);
        UUID message = Ids.derived(correction.id, "provided");
        outbox.publish(
                message,
                correction.subjectId,
                Messages.provided(
                        correction.id,
                        row.changeId,
                        correction.subjectSystem,
                        correction.subjectId,
                        correction.fact,
                        value,
                        by,
                        outbox.now()),
                row.changeId,
                Ids.derived(correction.id, "requested"));
        return readiness.judge(row, message, outbox);
    }
}
