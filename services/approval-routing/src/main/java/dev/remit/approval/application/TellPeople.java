package dev.remit.approval.application;

import dev.remit.handoff.loop.Handoffs;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
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
    private final List<Messenger> messengers;
    private final Handoffs handoffs;
    private final MeterRegistry meters;

    TellPeople(
            Notices notices,
            @All List<Messenger> messengers,
            Handoffs handoffs,
            MeterRegistry meters) {
        this.notices = notices;
        this.messengers = messengers;
        this.handoffs = handoffs;
        this.meters = meters;
    }

    @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> tell() {
        Uni<Void> all = Uni.createFrom().voidItem();
        for (Messenger each : messengers) {
            if (each.isThere()) {
                all = all.chain(() -> tell(each));
            }
        }
        return all;
    }

    private Uni<Void> tell(Messenger messenger) {
        return handoffs.transact(
                        List.of(), outbox -> notices.claim(messenger.channel(), outbox.now()))
                .chain(due ->
                        due.isEmpty()
                                ? Uni.createFrom().voidItem()
                                : messenger
                                        .send(due)
                                        .invoke(sent -> count(messenger, due.size(), sent.size()))
                                        .chain(sent ->
                                                sent.isEmpty()
                                                        ? Uni.createFrom().voidItem()
                                                        : handoffs.transact(
                                                                List.of(),
                                                                _ -> notices.sent(sent))))
                .onFailure()
                .invoke(failure ->
                        LOG.warnf("notices by %s wait: %s", messenger.channel(), failure))
                .onFailure()
                .recoverWithNull();
    }

    private void count(Messenger messenger, int due, int sent) {
        count(messenger, "SENT", sent);
        count(messenger, "FAILED", due - sent);
    }

    private void count(Messenger messenger, String outcome, int number) {
        meters.counter(
                        "remit.approval.notices",
                        "channel",
                        messenger.channel().name(),
                        "outcome",
                        outcome)
                .increment(number);
    }
}
