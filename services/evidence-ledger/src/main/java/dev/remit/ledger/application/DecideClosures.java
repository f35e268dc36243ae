package dev.remit.ledger.application;

import dev.remit.handoff.loop.Outbox;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Conditions;
import dev.remit.ledger.domain.Due;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Standing;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Entry;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Looks at changes again, all of a batch together: tells their stories, closes those that are
 * proved, and stores how they stand. The changes are locked and the log is held by the caller.
 */
@Singleton
class DecideClosures {
    /** About what the story of an open change takes, in bytes. */
    private static final long STORY_BYTES = 4_096;

    /**
     * Stories kept in memory, in a quarter of the heap: with more open changes than these, each
     * batch reads stories back from the log.
     */
    private static final long REMEMBERED =
            Math.max(4_000, Runtime.getRuntime().maxMemory() / 4 / STORY_BYTES);

    /** Changes that are settled while the database stores those before them. */
    private static final int PIECE = 128;

    /**
     * What came for a change.
     *
     * @param opened index of the first message, for a change that was not known
     * @param closing index of its ChangeClosed
     */
    record News(List<Story.Step> steps, long opened, Optional<Long> closing) {
        static final News NONE = new News(List.of(), 0, Optional.empty());
    }

    /** A story under the revision that its change was stored with. */
    private record Told(UUID revision, Story story) {}

    private final Changes changes;
    private final Waits waits;
    private final Entries entries;
    private final Charters charters;
    private final Registrations registrations;
    private final Demotions demotions;
    private final Conditions conditions;
    private final Readings readings;
    private final Announcements announcements;
    private final MeterRegistry meters;
    private final Duration within;

    /** A story whose transaction was rolled back is never used: its revision is stored nowhere. */
    private final Map<UUID, Told> remembered =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<UUID, Told> eldest) {
                    return size() > REMEMBERED;
                }
            };

    DecideClosures(
            Changes changes,
            Waits waits,
            Entries entries,
            Charters charters,
            Registrations registrations,
            Demotions demotions,
            Conditions conditions,
            Readings readings,
            Announcements announcements,
            MeterRegistry meters,
            @ConfigProperty(name = "remit.ledger.handoff-within") Duration within) {
        this.changes = changes;
        this.waits = waits;
        this.entries = entries;
        this.charters = charters;
        this.registrations = registrations;
        this.demotions = demotions;
        this.conditions = conditions;
        this.readings = readings;
        this.announcements = announcements;
        this.meters = meters;
        this.within = within;
    }

    /**
     * Decides.
     *
     * @param touched the changes that could have moved, with what came
     * @param known how those of them stand that are known
     * @param seen activities that came
     * @param before index of the first of what came
     * @param refuseBefore closure is refused for changes that have waited for proof since before
     *     this time
     */
    Uni<Void> decide(
            Map<UUID, News> touched,
            List<Standing> known,
            List<Story.Activity> seen,
            long before,
            Instant refuseBefore,
            Outbox outbox) {
        if (touched.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        UUID revision = outbox.newId();
        Map<UUID, Standing> standings = new HashMap<>();
        known.forEach(each -> standings.put(each.change(), each));
        return stories(touched, standings, before)
                .chain(registrations::signed)
                .chain(demotions::known)
                .chain(stories ->
                        charters(stories.values(), before)
                                .chain(published ->
                                        activities(
                                                        stories.values(),
                                                        published.known(),
                                                        seen,
                                                        before)
                                                .chain(activities ->
                                                        settle(
                                                                stories,
                                                                new Settling(
                                                                        touched,
                                                                        standings,
                                                                        published,
                                                                        activities,
                                                                        revision,
                                                                        refuseBefore,
                                                                        outbox)))));
    }

    /** What changes are settled by. */
    private record Settling(
            Map<UUID, News> touched,
            Map<UUID, Standing> standings,
            Charters.Judged published,
            Map<String, List<Story.Activity>> activities,
            UUID revision,
            Instant refuseBefore,
            Outbox outbox) {}

    /**
     * Settles the changes piece by piece: the database stores those before meanwhile. What those
     * that are done settle of others comes last, seen by how all of them stand.
     */
    private Uni<Void> settle(Map<UUID, Story> stories, Settling by) {
        List<UUID> done = new ArrayList<>();
        List<Uni<Void>> stored = new ArrayList<>();
        List<Standing> followed = followed(by);
        if (!followed.isEmpty()) {
            stored.add(changes.store(followed));
        }
        List<Story> all = List.copyOf(stories.values());
        for (int from = 0; from < all.size(); from += PIECE) {
            List<Story> piece = all.subList(from, Math.min(all.size(), from + PIECE));
            stored.add(Uni.createFrom().deferred(() -> settle(piece, done, by)));
        }
        stored.add(
                Uni.createFrom()
                        .deferred(() ->
                                done.isEmpty()
                                        ? Uni.createFrom().voidItem()
                                        : waits.settled(done)));
        return Uni.join().all(stored).andFailFast().replaceWithVoid();
    }

    private Uni<Void> settle(List<Story> stories, List<UUID> done, Settling by) {
        List<Standing> standings = new ArrayList<>();
        List<Waits.Moved> held = new ArrayList<>();
        stories.forEach(story -> standings.add(settled(story, held, done, by)));
        Uni<Void> stored = changes.store(standings);
        return held.isEmpty()
                ? stored
                : Uni.join().all(stored, waits.keep(held)).andFailFast().replaceWithVoid();
    }

    /** What came for changes that have ended. */
    private static List<Standing> followed(Settling by) {
        List<Standing> followed = new ArrayList<>();
        by.touched()
                .forEach((change, news) -> {
                    Standing standing = by.standings().get(change);
                    if (standing != null
                            && standing.outcome().isPresent()
                            && !news.steps().isEmpty()) {
                        followed.add(
                                standing.followedBy(news.steps(), news.closing(), by.revision()));
                    }
                });
        return followed;
    }

    /** The stories of the changes that have not ended; one query for those not remembered. */
    private Uni<Map<UUID, Story>> stories(
            Map<UUID, News> touched, Map<UUID, Standing> standings, long before) {
        Map<UUID, Story> stories = new TreeMap<>();
        Set<UUID> forgotten = new TreeSet<>();
        touched.forEach((change, news) -> {
            Standing standing = standings.get(change);
            if (standing == null) {
                if (!news.steps().isEmpty()) {
                    stories.put(change, Story.untold(change).with(news.steps()));
                }
            } else if (standing.outcome().isEmpty()) {
                remembered(standing)
                        .ifPresentOrElse(
                                story -> stories.put(change, story.with(news.steps())),
                                () -> forgotten.add(change));
            }
        });
        if (forgotten.isEmpty()) {
            return Uni.createFrom().item(stories);
        }
        return entries.handoffs(forgotten, before)
                .map(logged -> {
                    Map<UUID, List<Story.Step>> steps = new HashMap<>();
                    for (Entry.Logged each : logged) {
                        if (readings.of(each.entry())
                                instanceof Reading.Handoff(UUID change, Story.Step step)) {
                            steps.computeIfAbsent(change, _ -> new ArrayList<>()).add(step);
                        }
                    }
                    for (UUID change : forgotten) {
                        Story story =
                                Story.untold(change)
                                        .with(steps.getOrDefault(change, List.of()))
                                        .with(touched.getOrDefault(change, News.NONE).steps());
                        if (!story.steps().isEmpty()) {
                            stories.put(change, story);
                        }
                    }
                    return stories;
                });
    }

    private Optional<Story> remembered(Standing standing) {
        synchronized (remembered) {
            Told told = remembered.get(standing.change());
            return told != null && standing.revision().filter(told.revision()::equals).isPresent()
                    ? Optional.of(told.story())
                    : Optional.empty();
        }
    }

    private Uni<Charters.Judged> charters(Collection<Story> stories, long before) {
        return charters.of(
                stories.stream().flatMap(story -> story.proposed().stream()).toList(), before);
    }

    /** By account, for those changes that only such a proof may be missing; one query. */
    private Uni<Map<String, List<Story.Activity>>> activities(
            Collection<Story> stories,
            Map<String, Charter> published,
            List<Story.Activity> seen,
            long before) {
        Set<String> accounts = new TreeSet<>();
        for (Story story : stories) {
            boolean asked =
                    story.executed().isPresent()
                            && charter(story, published)
                                    .filter(each -> each.proofs().contains(Closure.CORROBORATED))
                                    .isPresent();
            if (asked) {
                story.account().ifPresent(accounts::add);
            }
        }
        if (accounts.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        return entries.observations(accounts, before)
                .map(logged -> {
                    Map<String, List<Story.Activity>> activities = new HashMap<>();
                    for (Entry.Logged each : logged) {
                        if (readings.of(each.entry())
                                instanceof Reading.Seen(Story.Activity activity)) {
                            add(activity, activities);
                        }
                    }
                    seen.forEach(activity -> add(activity, activities));
                    return activities;
                });
    }

    private static void add(Story.Activity activity, Map<String, List<Story.Activity>> activities) {
        activities.computeIfAbsent(activity.account(), _ -> new ArrayList<>()).add(activity);
    }

    private static Optional<Charter> charter(Story story, Map<String, Charter> published) {
        return story.proposed()
                .flatMap(each -> Optional.ofNullable(published.get(each.charterHash())));
    }

    /**
     * How a change stands now.
     *
     * @param held gets who holds it, if that is others than before
     * @param done gets it, if it is done as approved
     */
    private Standing settled(Story story, List<Waits.Moved> held, List<UUID> done, Settling by) {
        Optional<Charter> charter = charter(story, by.published().known());
        Story told = story.seen(story.account().map(by.activities()::get).orElse(List.of()));
        Closure closure =
                Closure.of(
                        told,
                        charter,
                        story.proposed()
                                .map(each -> by.published().problems().get(each.charterHash())),
                        conditions);
        News news = by.touched().getOrDefault(story.change(), News.NONE);
        Optional<Due> due = Due.of(story, charter, closure, within);
        Standing standing =
                Standing.of(
                        story,
                        closure,
                        Optional.ofNullable(by.standings().get(story.change())),
                        news.opened(),
                        by.revision(),
                        due);
        Waits.moved(
                        story,
                        news.steps(),
                        closure instanceof Closure.Ended
                                ? Optional.of(by.outbox().now())
                                : Optional.empty(),
                        charter)
                .ifPresent(held::add);
        return switch (closure) {
            case Closure.Ended ended -> {
                if (ended.outcome() == Closure.Outcome.COMPLETED) {
                    done.add(story.change());
                }
                announcements.closed(told, charter.orElseThrow(), ended, by.outbox());
                meters.counter("remit.ledger.closures", "outcome", ended.outcome().name())
                        .increment();
                forget(story.change());
                yield standing;
            }
            case Closure.Open open -> {
                remember(story, by.revision());
                yield told(open, story, standing, due, by);
            }
        };
    }

    /** A change that stays open, with what had to be said of it. */
    private Standing told(
            Closure.Open open, Story story, Standing standing, Optional<Due> due, Settling by) {
        if (standing.isUnprovedSince(by.refuseBefore())) {
            announcements.refused(story, open.missing(), by.outbox());
            standing.missing()
                    .forEach(proof ->
                            meters.counter("remit.ledger.closure.refusals", "proof", proof)
                                    .increment());
            return standing.withRefusal();
        }
        News news = by.touched().getOrDefault(story.change(), News.NONE);
        if (news.steps().isEmpty() && standing.isOverdueSince(by.refuseBefore())) {
            // a backlog brings one handoff after the other: only quiet is overdue
            announcements.overdue(story, due.orElseThrow().missing(open), by.outbox());
            meters.counter("remit.ledger.handoffs.overdue").increment();
            return standing.withOverdue();
        }
        return standing;
    }

    private void remember(Story story, UUID revision) {
        synchronized (remembered) {
            remembered.put(story.change(), new Told(revision, story));
        }
    }

    private void forget(UUID change) {
        synchronized (remembered) {
            remembered.remove(change);
        }
    }
}
