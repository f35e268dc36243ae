package dev.remit.ledger.application;

import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Receiver;
import dev.remit.ledger.application.DecideClosures.News;
import dev.remit.ledger.application.Preparation.Prepared;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Standing;
import dev.remit.ledger.domain.Story;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Every message of the mesh becomes a leaf; every change of the batch is looked at again, and
 * closed when it is proved. Changes that an activity or a charter may have moved are only marked:
 * {@link LookAgain} takes them up, with their own locks.
 */
@Singleton
public class RecordHandoffs implements Receiver {
    private final Preparation preparation;
    private final Entries entries;
    private final Changes changes;
    private final DecideClosures closures;
    private final Counter logged;

    RecordHandoffs(
            Log log,
            Readings readings,
            Entries entries,
            Changes changes,
            DecideClosures closures,
            MeterRegistry meters) {
        this.preparation = new Preparation(log, readings);
        this.entries = entries;
        this.changes = changes;
        this.closures = closures;
        this.logged = meters.counter("remit.ledger.messages.logged");
    }

    @Override
    public void expect(List<Received> messages) {
        preparation.expect(messages);
    }

    @Override
    public Uni<Void> receive(List<Received> received, Outbox outbox) {
        List<Prepared> batch = preparation.of(received);
        Set<UUID> changed = new TreeSet<>();
        batch.forEach(each -> {
            if (change(each) != null) {
                changed.add(change(each));
            }
        });
        // asked for behind the log's lock, with which alone they change
        return Uni.combine()
                .all()
                .unis(
                        entries.append(batch.stream().map(Prepared::entry).toList(), outbox.now()),
                        changed.isEmpty()
                                ? Uni.createFrom().item(List.<Standing>of())
                                : changes.load(changed))
                .asTuple()
                .invoke(() -> logged.increment(batch.size()))
                .chain(held -> look(batch, held.getItem1(), held.getItem2(), outbox));
    }

    private Uni<Void> look(List<Prepared> batch, long first, List<Standing> known, Outbox outbox) {
        Map<UUID, News> touched = new TreeMap<>();
        List<Story.Activity> seen = new ArrayList<>();
        Set<String> accounts = new TreeSet<>();
        Set<String> charters = new TreeSet<>();
        boolean signed = false;
        for (int n = 0; n < batch.size(); n++) {
            long index = first + n;
            UUID change = change(batch.get(n));
            if (change != null) {
                touched.computeIfAbsent(
                        change, _ -> new News(new ArrayList<>(), index, Optional.empty()));
            }
            switch (batch.get(n).reading()) {
                case Reading.Handoff(UUID of, Story.Step step) ->
                        touched.computeIfPresent(of, (_, news) -> told(news, step, index));
                case Reading.Seen(Story.Activity activity) -> {
                    seen.add(activity);
                    accounts.add(activity.account());
                }
                case Reading.Published published -> charters.add(published.hash());
                // a topic of its own: the charter that it is about may have come before it
                case Reading.Drafted drafted -> charters.add(drafted.hash());
                case Reading.Assented assented -> charters.add(assented.hash());
                // a topic of its own: what it signed may have come before it
                case Reading.Registered _ -> signed = true;
                case Reading.Revoked _,
                        Reading.Demoted _,
                        Reading.Promoted _,
                        Reading.SetAside _,
                        Reading.Other _ -> {}
            }
        }
        Uni<Void> stirred =
                accounts.isEmpty() && charters.isEmpty() && !signed
                        ? Uni.createFrom().voidItem()
                        : changes.stir(accounts, charters, signed);
        return stirred.chain(
                () -> closures.decide(touched, known, seen, first, Instant.MIN, outbox));
    }

    private static @Nullable UUID change(Prepared message) {
        return message.received().envelope().correlation();
    }

    private static News told(News news, Story.Step step, long index) {
        news.steps().add(step);
        return step.said() instanceof Story.Closed
                ? new News(news.steps(), news.opened(), Optional.of(index))
                : news;
    }
}
