package dev.remit.ledger.adapter.loop;

import dev.remit.handoff.loop.Outbox;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.application.Announcements;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Checkpoint;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.UUID;

/** Announces through the loop's outbox. */
@Singleton
public class OutboxAnnouncements implements Announcements {
    @Override
    public void closed(Story story, Charter charter, Closure.Ended ended, Outbox outbox) {
        outbox.handOn(
                story.change(),
                Stories.closed(story, charter, ended, outbox.now()),
                story.steps().getLast().id());
    }

    @Override
    public void refused(Story story, List<Closure.Missing> missing, Outbox outbox) {
        UUID change = story.change();
        var refused = Stories.refused(story, missing, outbox.now());
        // while others owe a handoff of the change, the next place in it is theirs
        if (story.isComplete()
                && story.executed().isPresent()
                && missing.stream()
                        .map(Closure.Missing::name)
                        .noneMatch(Closure.AFTERWARDS::contains)) {
            outbox.handOn(change, refused, null);
        } else {
            outbox.publish(outbox.newId(), change.toString(), refused, change, null);
        }
    }

    @Override
    public void overdue(Story story, Closure.Missing handoff, Outbox outbox) {
        UUID change = story.change();
        outbox.publish(
                outbox.newId(),
                change.toString(),
                Stories.refused(story, List.of(handoff), outbox.now()),
                change,
                null);
    }

    @Override
    public void signed(Checkpoint checkpoint, String note, Outbox outbox) {
        outbox.publish(
                outbox.newId(),
                checkpoint.origin(),
                Stories.published(checkpoint, note, outbox.now()),
                null,
                null);
    }

    @Override
    public void erased(UUID change, String by, String reason, Outbox outbox) {
        outbox.publish(
                outbox.newId(),
                change.toString(),
                Stories.erased(change, by, reason, outbox.now()),
                change,
                null);
    }
}
