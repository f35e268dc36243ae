package dev.remit.executor.adapter.kafka;

import dev.remit.executor.application.Reports;
import dev.remit.executor.domain.Intent;
import dev.remit.executor.domain.Report;
import dev.remit.handoff.loop.Outbox;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;

/** Reports as ChangeExecuted and GrantEnded. */
@Singleton
class KafkaReports implements Reports {
    @Override
    public void handOn(
            Outbox outbox, Intent intent, String actor, Optional<String> worker, Report report) {
        outbox.handOn(
                intent.change(), Messages.executed(intent, actor, worker, report), intent.cause());
    }

    @Override
    public void ended(Outbox outbox, Intent intent, String actor, Instant due, Report report) {
        outbox.handOn(intent.change(), Messages.ended(intent, actor, due, report), intent.cause());
    }
}
