package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Receiver;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.adapter.postgres.ChangeRow;
import dev.remit.ledger.adapter.postgres.MessageRow;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Story;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Every message of the mesh becomes a leaf; every change it touches is looked at again, and closed
 * when it is proved.
 */
@Singleton
public class RecordHandoffs implements Receiver {
    private static final Logger LOG = Logger.getLogger(RecordHandoffs.class);

    private final Log log;
    private final Handoffs handoffs;
    private final Duration grace;

    RecordHandoffs(
            Log log,
            Handoffs handoffs,
            @ConfigProperty(name = "remit.ledger.grace") Duration grace) {
        this.log = log;
        this.handoffs = handoffs;
        this.grace = grace;
    }

    @Override
    public Uni<Void> receive(List<Received> batch, Outbox outbox) {
        return append(batch, outbox)
                .chain(() -> touched(batch))
                .chain(changes ->
                        outbox.lock(changes)
                                .chain(() ->
                                        each(
                                                List.copyOf(changes),
                                                change -> look(change, outbox))));
    }

    /** Says which changes ran their course and are not proved; once for what is missing. */
    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> refuseUnproved() {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                ChangeRow.<ChangeRow>list(
                                                "outcome is null and holder = 'evidence-ledger' and missing <> refused and since < ?1",
                                                outbox.now().minus(grace))
                                        .chain(rows ->
                                                outbox.lock(
                                                                rows.stream()
                                                                        .map(row -> row.changeId)
                                                                        .toList())
                                                        .chain(() ->
                                                                each(
                                                                        rows,
                                                                        row ->
                                                                                refuse(
                                                                                        row,
                                                                                        outbox)))))
                .onFailure()
                .invoke(failure -> LOG.warnf("unproved changes wait: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> append(List<Received> batch, Outbox outbox) {
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "select size from log_state where id = 1 for update",
                                        Long.class)
                                .getSingleResult()
                                .chain(size -> {
                                    List<MessageRow> rows = new ArrayList<>();
                                    for (Received received : batch) {
                                        rows.add(
                                                log.row(
                                                        received,
                                                        size + rows.size(),
                                                        outbox.now()));
                                    }
                                    return MessageRow.persist(rows)
                                            .chain(session::flush)
                                            .chain(() ->
                                                    session.createNativeQuery(
                                                                    "update log_state set size = ?1 where id = 1")
                                                            .setParameter(1, size + rows.size())
                                                            .executeUpdate());
                                }))
                .replaceWithVoid();
    }

    private static Uni<Set<UUID>> touched(List<Received> batch) {
        Set<UUID> changes = new TreeSet<>();
        Set<String> accounts = new TreeSet<>();
        boolean charter = false;
        for (Received received : batch) {
            UUID change = received.envelope().correlation();
            if (change != null) {
                changes.add(change);
            }
            var message =
                    new Stories.Message(received.envelope(), received.hash(), received.message());
            Stories.activity(message).ifPresent(activity -> accounts.add(activity.account()));
            charter |= Stories.charterHash(message).isPresent();
        }
        if (accounts.isEmpty() && !charter) {
            return Uni.createFrom().item(changes);
        }
        Uni<List<ChangeRow>> open =
                charter
                        ? ChangeRow.list("outcome is null")
                        : ChangeRow.list("outcome is null and account in ?1", accounts);
        return open.map(rows -> {
            rows.forEach(row -> changes.add(row.changeId));
            return changes;
        });
    }

    private Uni<Void> look(UUID change, Outbox outbox) {
        return MessageRow.<MessageRow>list(
                        "changeId = ?1 and sequence > 0 order by sequence", change)
                .chain(rows -> {
                    Optional<Story> chain = Stories.of(rows.stream().map(Log::message).toList());
                    if (chain.isEmpty()) {
                        return Uni.createFrom().voidItem();
                    }
                    return activities(chain.get())
                            .chain(activities ->
                                    charter(chain.get())
                                            .chain(charter ->
                                                    settle(
                                                            with(chain.get(), activities),
                                                            charter,
                                                            outbox)));
                });
    }

    private static Uni<List<Story.Activity>> activities(Story story) {
        Optional<String> account = story.readiness().flatMap(Story.Readiness::account);
        if (account.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return MessageRow.<MessageRow>list(
                        "type = 'IdentityObserved' and subject = ?1 order by leafIndex",
                        account.get())
                .map(rows ->
                        rows.stream()
                                .map(Log::message)
                                .flatMap(message -> Stories.activity(message).stream())
                                .toList());
    }

    /** The charter that the change names, if it was published. */
    static Uni<Optional<Charter>> charter(Story story) {
        return charterRow(story.charter(), story.charterHash())
                .map(row -> row.map(Log::message).flatMap(message -> readable(message)));
    }

    /** A charter that does not read is as good as none: nothing closes under it. */
    private static Optional<Charter> readable(Stories.Message published) {
        try {
            return Stories.charter(published);
        } catch (IllegalArgumentException e) {
            LOG.errorf("charter %s: %s", published.envelope().subject(), e.getMessage());
            return Optional.empty();
        }
    }

    static Uni<Optional<MessageRow>> charterRow(String name, String hash) {
        return MessageRow.<MessageRow>list(
                        "type = 'CharterPublished' and subject = ?1 order by leafIndex", name)
                .map(rows ->
                        rows.stream()
                                .filter(row ->
                                        Stories.charterHash(Log.message(row))
                                                .filter(hash::equals)
                                                .isPresent())
                                .findFirst());
    }

    private static Story with(Story story, List<Story.Activity> activities) {
        return new Story(
                story.change(),
                story.charter(),
                story.charterHash(),
                story.subject(),
                story.subjectWorker(),
                story.proposer(),
                story.steps(),
                story.readiness(),
                story.requests(),
                story.decisions(),
                story.authorized(),
                story.executed(),
                activities);
    }

    private Uni<Void> settle(Story story, Optional<Charter> charter, Outbox outbox) {
        return ChangeRow.<ChangeRow>findById(story.change())
                .chain(known -> {
                    ChangeRow row = known == null ? fresh(story) : known;
                    Story.Step last = story.steps().getLast();
                    row.account = story.readiness().flatMap(Story.Readiness::account).orElse(null);
                    row.since = last.time();
                    row.last = last.type();
                    row.sequence = last.sequence();
                    if (row.outcome == null) {
                        switch (Closure.of(story, charter)) {
                            case Closure.Ended ended when charter.isPresent() ->
                                    close(row, story, charter.get(), ended, outbox);
                            case Closure.Ended ended ->
                                    hold(
                                            row,
                                            "evidence-ledger",
                                            "its charter is not known here",
                                            List.of());
                            case Closure.Open open ->
                                    hold(row, open.holder(), open.words(), open.missing());
                        }
                    }
                    return known == null
                            ? row.persistAndFlush().replaceWithVoid()
                            : Uni.createFrom().voidItem();
                });
    }

    private static void hold(
            ChangeRow row, String holder, String words, List<Closure.Missing> missing) {
        row.holder = holder;
        row.state = words;
        row.missing =
                missing.stream()
                        .map(Closure.Missing::name)
                        .distinct()
                        .collect(Collectors.joining(","));
    }

    private static void close(
            ChangeRow row, Story story, Charter charter, Closure.Ended ended, Outbox outbox) {
        row.holder = "";
        row.state = ended.words();
        row.missing = "";
        row.outcome = ended.outcome().name();
        outbox.handOn(
                story.change(),
                Stories.closed(story, charter, ended, outbox.now()),
                story.steps().getLast().id());
    }

    private Uni<Void> refuse(ChangeRow row, Outbox outbox) {
        row.refused = row.missing;
        List<Closure.Missing> missing = new ArrayList<>();
        for (String name : row.missing.split(",", -1)) {
            missing.add(new Closure.Missing(name, "", row.state));
        }
        outbox.handOn(row.changeId, Stories.refused(row.changeId, missing, outbox.now()), null);
        return Uni.createFrom().voidItem();
    }

    private static ChangeRow fresh(Story story) {
        ChangeRow row = new ChangeRow();
        row.changeId = story.change();
        row.charter = story.charter();
        row.charterHash = story.charterHash();
        row.subject = story.subject();
        row.refused = "";
        row.missing = "";
        return row;
    }

    private static <T> Uni<Void> each(List<T> all, Function<T, Uni<Void>> work) {
        return Multi.createFrom()
                .iterable(all)
                .onItem()
                .transformToUniAndConcatenate(work::apply)
                .collect()
                .asList()
                .replaceWithVoid();
    }
}
