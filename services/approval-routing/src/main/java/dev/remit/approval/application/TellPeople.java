package dev.remit.approval.application;

import dev.remit.handoff.loop.Handoffs;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * People are told what waits for them, every 5 seconds. At least once; a repetition has the same
 * id. What is sent decides nothing: that needs a session of the approver's own.
 */
@Singleton
public class TellPeople {
    private static final Logger LOG = Logger.getLogger(TellPeople.class);

    private final Notices notices;
    private final Messenger messenger;
    private final Handoffs handoffs;
    private final MeterRegistry meters;

    TellPeople(Notices notices, Messenger messenger, Handoffs handoffs, MeterRegistry meters) {
        this.notices = notices;
        this.messenger = messenger;
        this.handoffs = handoffs;
        this.meters = meters;
    }

    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> tell() {
        if (!messenger.isThere()) {
            return Uni.createFrom().voidItem();
        }
        return handoffs.transact(List.of(), outbox -> notices.claim(outbox.now()))
                .chain(due ->
                        due.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : messenger
                                        .send(due)
                                        .invoke(sent -> count(due.size(), sent.size()))
                                        .chain(sent ->
                                                sent.isEmpty()
                                                        ? Uni.createFrom().voidItem()
                                                        : handoffs.transact(
                                                                List.of(),
                                                                _ -> notices.sent(sent))))
                .onFailure()
                .invoke(failure -> LOG.warnf("notices wait: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private void count(int due, int sent) {
        meters.counter("remit.approval.notices", "outcome", "SENT").increment(sent);
        meters.counter("remit.approval.notices", "outcome", "FAILED").increment(due - sent);
    }
}
