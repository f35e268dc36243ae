package dev.remit.connector.application;

import dev.remit.connector.adapter.files.CharterFile;
import dev.remit.connector.adapter.kafka.KafkaLetters;
import dev.remit.connector.domain.Admission;
import dev.remit.connector.domain.Brake;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Draft;
import dev.remit.connector.domain.Occurrence;
import dev.remit.connector.domain.Presence;
import dev.remit.connector.domain.TrackRecord;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.HaltRegister;
import dev.remit.handoff.halt.InForce;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;

/** A store in memory: a transaction that fails leaves nothing behind, the clock stands still. */
public final class Memory implements Handoffs {
    /** A message handed on or published. */
    public record Letter(UUID id, String subject, SpecificRecord message) {}

    /** Input that was set aside. */
    public record Aside(String code, String reason, String origin) {}

    private record Kept(Answers.Request request, List<Answers.Result> results, Set<UUID> changes) {}

    private record Lease(String owner, long term, Instant expiry) {}

    /** Everything that a transaction may change. */
    private static final class Tables {
        final Map<String, String> events = new HashMap<>();
        final Set<String> files = new HashSet<>();
        final Map<UUID, Proposals.Kept> proposals = new LinkedHashMap<>();
        final Set<UUID> proposed = new HashSet<>();
        final Set<UUID> unproved = new HashSet<>();
        final Map<UUID, Instant> since = new HashMap<>();
        final Map<UUID, Instant> withdrawn = new HashMap<>();
        final Set<UUID> superseded = new HashSet<>();
        final Map<UUID, Proposals.End> ends = new HashMap<>();
        final Map<List<String>, Kept> answers = new HashMap<>();
        final Map<UUID, AccessTasks.Task> tasks = new HashMap<>();
        final Map<UUID, AccessEvaluations.Evaluation> evaluations = new HashMap<>();
        final Map<String, Map<String, String>> workers = new HashMap<>();
        final Map<String, Set<String>> nobodys = new HashMap<>();
        final List<PublishedCharters.Document> charters = new ArrayList<>();
        final Map<String, Map<String, String>> accounts = new HashMap<>();
        final Map<String, Long> positions = new HashMap<>();
        final Map<String, Lease> leases = new HashMap<>();
        final Map<UUID, Letter> letters = new LinkedHashMap<>();
        final List<Aside> asides = new ArrayList<>();
        final Map<String, HaltRegister.Last> halts = new LinkedHashMap<>();
        final Map<UUID, Brakes.Applied> brakes = new LinkedHashMap<>();
        final Map<UUID, UUID> held = new HashMap<>();
        final List<TrackRecord.Misstep> missteps = new ArrayList<>();
        final Map<String, Instant> publishedAt = new HashMap<>();
        final Map<String, UUID> publishedDraft = new HashMap<>();
        final Map<UUID, Draft> drafts = new LinkedHashMap<>();
        final Map<UUID, Instant> proposedAt = new HashMap<>();
        final Map<Occurrences.Key, Occurrences.Held> occurrences = new LinkedHashMap<>();
        final Set<Occurrences.Key> waiting = new HashSet<>();
        final Map<String, Instant> runs = new HashMap<>();

        Tables copy() {
            Tables copy = new Tables();
            copy.events.putAll(events);
            copy.files.addAll(files);
            copy.proposals.putAll(proposals);
            copy.proposed.addAll(proposed);
            copy.unproved.addAll(unproved);
            copy.since.putAll(since);
            copy.withdrawn.putAll(withdrawn);
            copy.superseded.addAll(superseded);
            copy.ends.putAll(ends);
            copy.answers.putAll(answers);
            copy.tasks.putAll(tasks);
            copy.evaluations.putAll(evaluations);
            workers.forEach((system, ids) -> copy.workers.put(system, new HashMap<>(ids)));
            copy.charters.addAll(charters);
            accounts.forEach((system, ids) -> copy.accounts.put(system, new HashMap<>(ids)));
            copy.positions.putAll(positions);
            copy.leases.putAll(leases);
            copy.letters.putAll(letters);
            copy.asides.addAll(asides);
            copy.halts.putAll(halts);
            copy.brakes.putAll(brakes);
            copy.held.putAll(held);
            copy.missteps.addAll(missteps);
            copy.publishedAt.putAll(publishedAt);
            copy.publishedDraft.putAll(publishedDraft);
            copy.drafts.putAll(drafts);
            copy.proposedAt.putAll(proposedAt);
            copy.occurrences.putAll(occurrences);
            copy.waiting.addAll(waiting);
            copy.runs.putAll(runs);
            return copy;
        }
    }

    public Instant now = Instant.parse("2026-01-31T10:00:00Z");
    public final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private final Letters letters = new KafkaLetters();

    /** Calls to the store so far, transactions not counted. */
    int statements;

    /** How many more transactions succeed. */
    int commits = Integer.MAX_VALUE;

    /** What a search for accounts finds, in the order of their ids. */
    final List<ObservedAccounts.Found> found = new ArrayList<>();

    /** When workers left and were back. */
    final Map<String, Presence> workers = new HashMap<>();

    /** What approval-routing and the ledger say of changes; nothing of others. */
    final Map<UUID, Courses.Route> routes = new HashMap<>();

    final Map<UUID, Courses.Story> stories = new HashMap<>();
    private final Courses courses = new MemoryCourses();

    /** Whom resources belong to. */
    final Map<String, String> owners = new HashMap<>();

    /** Which accounts are enabled, by id. */
    final List<String> enabled = new ArrayList<>();

    /** Since when credentials are in use. */
    final Map<String, Optional<Instant>> credentials = new HashMap<>();

    private Tables tables = new Tables();

    @Override
    public <T> Uni<T> transact(Collection<UUID> changes, Function<Outbox, Uni<T>> work) {
        return Uni.createFrom()
                .deferred(() -> {
                    Tables before = tables.copy();
                    MemoryOutbox outbox = new MemoryOutbox();
                    return outbox.lock(changes)
                            .chain(() -> work.apply(outbox))
                            .invoke(() -> {
                                if (commits-- <= 0) {
                                    throw new IllegalStateException("the store is gone");
                                }
                            })
                            .onFailure()
                            .invoke(() -> tables = before);
                });
    }

    /** What stands still until a test sets it. */
    Clock clock() {
        InstantSource source = () -> now;
        return source.withZone(ZoneOffset.UTC);
    }

    /** A replica's feeds. */
    public Feeds feeds() {
        return new Feeds(this, new MemoryLeases());
    }

    /** The turn of this feed, which the replica must be able to take. */
    public Feeds.Turn turn(Feeds feeds, String feed) {
        List<Feeds.Turn> turns = new ArrayList<>();
        feeds.read(
                        feed,
                        turn -> {
                            turns.add(turn);
                            return Uni.createFrom().voidItem();
                        })
                .await()
                .indefinitely();
        return turns.getFirst();
    }

    public ObserveTarget observe(Feeds feeds) {
        return new ObserveTarget(
                this,
                feeds,
                new MemoryAccounts(),
                new MemoryPositions(),
                new MemoryBrakes(),
                new MemoryProposals(),
                0.2,
                meters,
                letters);
    }

    ProposeChange propose(Charters charters) {
        return new ProposeChange(
                this,
                new MemoryProposals(),
                new MemoryBrakes(),
                new MemoryAccounts(),
                charters,
                new MemoryEvents(),
                new MemoryHalts(),
                meters,
                letters);
    }

    /** HR said meanwhile that its subject left. */
    void superseded(UUID change) {
        tables.superseded.add(change);
    }

    KeepTrackRecord trackRecord() {
        return new KeepTrackRecord(
                this,
                new MemoryProposals(),
                new MemoryCharters(),
                new MemoryMissteps(),
                new MemoryHalts(),
                new MemoryAccounts(),
                "keycloak:acme",
                letters);
    }

    ReleaseBrake brakes() {
        return new ReleaseBrake(this, new MemoryBrakes(), new MemoryProposals(), meters, letters);
    }

    AskForChanges ask(Charters charters) {
        return new AskForChanges(
                this,
                charters,
                new MemorySubjects(),
                new MemoryProposals(),
                propose(charters),
                new MemoryAnswers(),
                new MemoryHalts(),
                meters,
                letters);
    }

    /** These charters were published before. */
    void published(PublishedCharters.Document... documents) {
        tables.charters.addAll(List.of(documents));
    }

    HaltAuthority halting() {
        return new HaltAuthority(
                this, new MemoryHalts(), new MemoryCharters(), new MemoryProposals(), letters);
    }

    WithdrawChange withdraw() {
        return new WithdrawChange(this, new MemoryProposals(), letters);
    }

    ShowChanges show() {
        return new ShowChanges(this, new MemoryProposals());
    }

    RequestAccess access(Charters charters) {
        return new RequestAccess(
                ask(charters),
                show(),
                withdraw(),
                new MemoryTasks(),
                new MemoryEvaluations(),
                courses,
                this);
    }

    EvaluateAccess evaluate(Charters charters) {
        return new EvaluateAccess(
                ask(charters),
                show(),
                new MemoryTasks(),
                new MemoryEvaluations(),
                courses,
                charters,
                this);
    }

    PruneAnswers prune() {
        return new PruneAnswers(
                new MemoryAnswers(),
                new MemoryTasks(),
                new MemoryEvaluations(),
                new MemoryProposals(),
                this);
    }

    PublishCharters publish(Feeds feeds, Charters charters, String... bootstrap) {
        return new PublishCharters(
                this,
                feeds,
                new MemoryCharters(),
                new MemoryDrafts(),
                new MemoryProposals(),
                charters,
                Optional.of(Set.of(bootstrap)),
                Duration.ofDays(7),
                letters);
    }

    /** As a build that knows of no drafts publishes. */
    void published(PublishedCharters.Document document) {
        tables.charters.add(document);
    }

    ReviewCharters review(PublishCharters publish) {
        return new ReviewCharters(
                this,
                publish,
                new MemoryCharters(),
                new MemoryDrafts(),
                new MemoryAccounts(),
                "keycloak:acme",
                letters);
    }

    ReadHrFile readHrFile(Feeds feeds, Charters charters) {
        return new ReadHrFile(
                feeds, new MemoryEvents(), charters, propose(charters), meters, letters);
    }

    OpenChanges open(Charters charters) {
        return new OpenChanges(
                this,
                new MemoryOccurrences(),
                charters,
                new MemorySubjects(),
                new MemoryProposals(),
                propose(charters),
                (source, resource) -> Optional.ofNullable(owners.get(resource)),
                meters,
                letters);
    }

    FindOwner owner() {
        return new FindOwner(
                this,
                new MemoryAccounts(),
                (source, resource) -> Optional.ofNullable(owners.get(resource)));
    }

    FindOccurrences find(Charters charters) {
        return new FindOccurrences(
                feeds(),
                charters,
                new MemoryAccounts(),
                new MemoryRuns(),
                open(charters),
                Duration.ofDays(7),
                Duration.ofHours(1));
    }

    /** What was handed on and published, of this type, in order. */
    public <T> List<T> messages(Class<T> type) {
        return tables.letters.values().stream()
                .map(Letter::message)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    List<Aside> asides() {
        return List.copyOf(tables.asides);
    }

    private final class MemoryOutbox implements Outbox {
        private final Set<UUID> locked = new HashSet<>();

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public void write(Uni<Void> statements) {
            statements.await().indefinitely();
        }

        @Override
        public void whenEnded(Consumer<Boolean> told) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UUID newId() {
            return UUID.randomUUID();
        }

        @Override
        public Uni<Void> lock(Collection<UUID> changes) {
            locked.addAll(changes);
            return Uni.createFrom().voidItem();
        }

        @Override
        public UUID handOn(UUID change, SpecificRecord message, UUID cause) {
            if (!locked.contains(change)) {
                throw new IllegalStateException(change + " is not locked");
            }
            return publish(newId(), change.toString(), message, change, cause);
        }

        @Override
        public UUID publish(
                UUID id, String subject, SpecificRecord message, UUID change, UUID cause) {
            tables.letters.putIfAbsent(id, new Letter(id, subject, message));
            return id;
        }

        @Override
        public void deadLetter(
                String code,
                String reason,
                String origin,
                String key,
                Map<String, byte[]> headers,
                byte[] payload) {
            Aside aside = new Aside(code, reason, origin);
            if (!tables.asides.contains(aside)) {
                tables.asides.add(aside);
            }
        }
    }

    private final class MemoryLeases implements FeedLeases {
        @Override
        public Uni<Map<String, Long>> take(Collection<String> feeds, String owner) {
            Map<String, Long> held = new HashMap<>();
            for (String feed : feeds) {
                Lease lease = tables.leases.get(feed);
                boolean mine = lease != null && lease.owner().equals(owner);
                if (lease == null || mine || lease.expiry().isBefore(now)) {
                    long term = lease == null ? 1 : mine ? lease.term() : lease.term() + 1;
                    tables.leases.put(feed, new Lease(owner, term, now.plusSeconds(8)));
                    held.put(feed, term);
                }
            }
            return answer(held);
        }

        @Override
        public Uni<Boolean> keep(String feed, long term) {
            Lease lease = tables.leases.get(feed);
            return answer(lease != null && lease.term() == term);
        }

        @Override
        public Uni<Void> release(String owner) {
            tables.leases.replaceAll((feed, lease) ->
                    lease.owner().equals(owner)
                            ? new Lease(owner, lease.term(), Instant.EPOCH)
                            : lease);
            return answer(null);
        }
    }

    private final class MemoryEvents implements HrEvents {
        @Override
        public Uni<Map<String, String>> add(Map<String, String> contents) {
            Map<String, String> known = new HashMap<>();
            contents.forEach((id, content) -> {
                String first = tables.events.putIfAbsent(id, content);
                if (first != null) {
                    known.put(id, first);
                }
            });
            return answer(known);
        }

        @Override
        public Uni<Void> state(Collection<Presence> next) {
            next.forEach(each -> workers.merge(each.workerId(), each, Presence::then));
            return answer(null);
        }

        @Override
        public Uni<Set<String>> left(Set<String> asked, LocalDate day) {
            return answer(
                    asked.stream()
                            .filter(each ->
                                    workers.containsKey(each) && workers.get(each).hasLeft(day))
                            .collect(Collectors.toSet()));
        }

        @Override
        public Uni<Set<String>> back(Set<String> asked, LocalDate day) {
            return answer(
                    asked.stream()
                            .filter(each ->
                                    workers.containsKey(each) && !workers.get(each).hasLeft(day))
                            .collect(Collectors.toSet()));
        }

        @Override
        public Uni<Boolean> wasRead(String contentHash) {
            return answer(tables.files.contains(contentHash));
        }

        @Override
        public Uni<Void> fileRead(String contentHash, String name) {
            tables.files.add(contentHash);
            return answer(null);
        }
    }

    private final class MemoryOccurrences implements Occurrences {
        @Override
        public Uni<Map<Key, Occurrence>> add(Collection<Occurrence> told, Instant at) {
            Map<Key, Occurrence> known = new HashMap<>();
            for (Occurrence each : told) {
                Held first = tables.occurrences.putIfAbsent(Key.of(each), new Held(each, at));
                if (first != null) {
                    known.put(Key.of(each), first.occurrence());
                }
            }
            return answer(known);
        }

        @Override
        public Uni<Void> settle(
                Collection<Occurrence> all, Collection<Occurrence> held, Instant at) {
            all.forEach(each -> tables.waiting.remove(Key.of(each)));
            held.forEach(each -> tables.waiting.add(Key.of(each)));
            return answer(null);
        }

        @Override
        public Uni<List<Occurrence>> held(Instant since, int atMost) {
            return waiting(atMost).map(all -> all.stream().map(Held::occurrence).toList());
        }

        @Override
        public Uni<Optional<Held>> held(UUID observation) {
            return waiting(Integer.MAX_VALUE)
                    .map(all ->
                            all.stream()
                                    .filter(each ->
                                            each.occurrence().observation().equals(observation))
                                    .findFirst());
        }

        @Override
        public Uni<Void> dismiss(Occurrence occurrence, Dismissal dismissal) {
            tables.waiting.remove(Key.of(occurrence));
            return answer(null);
        }

        @Override
        public Uni<Void> forget(Collection<Occurrence> all) {
            for (Occurrence each : all) {
                tables.occurrences.remove(Key.of(each));
                tables.waiting.remove(Key.of(each));
            }
            return answer(null);
        }

        @Override
        public Uni<Long> holding() {
            return answer((long) tables.waiting.size());
        }

        @Override
        public Uni<List<Held>> waiting(int atMost) {
            return answer(
                    tables.occurrences.entrySet().stream()
                            .filter(each -> tables.waiting.contains(each.getKey()))
                            .map(Map.Entry::getValue)
                            .toList());
        }
    }

    private final class MemoryRuns implements ScheduleRuns {
        @Override
        public Uni<Instant> last(String charter, String schedule, Instant at) {
            tables.runs.putIfAbsent(charter + schedule, at);
            return answer(tables.runs.get(charter + schedule));
        }

        @Override
        public Uni<Void> ran(String charter, String schedule, Instant at) {
            tables.runs.put(charter + schedule, at);
            return answer(null);
        }
    }

    private final class MemoryProposals implements Proposals {
        @Override
        public Uni<Void> prune(Instant at) {
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Set<UUID>> add(
                Collection<Proposals.Kept> proposals, LocalDate today, Instant at) {
            Set<UUID> added = new HashSet<>();
            for (Proposals.Kept each : proposals) {
                if (isOver(each.change())) {
                    tables.proposals.remove(each.change());
                    tables.ends.remove(each.change());
                    tables.held.remove(each.change());
                    tables.since.remove(each.change());
                }
                if (tables.proposals.putIfAbsent(each.change(), each) == null) {
                    added.add(each.change());
                    tables.since.put(each.change(), at);
                    if (!each.due().isAfter(today)) {
                        tables.proposed.add(each.change());
                        tables.proposedAt.put(each.change(), at);
                    }
                }
            }
            return answer(added);
        }

        /** By a rule, or with its brake, before it was proposed. */
        private boolean isOver(UUID change) {
            return !tables.proposed.contains(change)
                    && tables.ends.containsKey(change)
                    && Set.of("REFUSED", "DISCARDED").contains(tables.ends.get(change).outcome());
        }

        @Override
        public Uni<Void> renew(Collection<Proposals.Kept> proposals) {
            for (Proposals.Kept each : proposals) {
                if (!tables.proposed.contains(each.change())
                        && !tables.ends.containsKey(each.change())) {
                    tables.proposals.put(each.change(), each);
                }
            }
            return answer(null);
        }

        @Override
        public Uni<Set<UUID>> addBehind(Collection<Proposals.Kept> proposals, Instant at) {
            return add(proposals, LocalDate.EPOCH, at);
        }

        @Override
        public Uni<Void> queue(Set<String> names) {
            return answer(null);
        }

        @Override
        public Uni<Map<Matter, UUID>> open(Collection<Matter> matters) {
            return answer(open(matters, _ -> true));
        }

        @Override
        public Uni<Map<Matter, UUID>> underWay(Collection<Matter> matters) {
            return answer(open(matters, tables.proposed::contains));
        }

        private Map<Matter, UUID> open(Collection<Matter> matters, Predicate<UUID> besides) {
            Map<Matter, UUID> open = new HashMap<>();
            tables.proposals.forEach((change, kept) -> {
                if (!tables.ends.containsKey(change)
                        && !tables.unproved.contains(change)
                        && besides.test(change)) {
                    matters.stream()
                            .filter(each -> each.isSameAs(kept.matter()))
                            .forEach(each -> open.put(each, change));
                }
            });
            return open;
        }

        private boolean isBehind(Proposals.Kept kept) {
            return !open(List.of(kept.matter()), tables.proposed::contains).isEmpty();
        }

        @Override
        public Uni<Map<Field, Admission.Load>> load(
                Collection<Field> fields, Set<String> shared, Instant since) {
            Map<Field, Admission.Load> loads = new HashMap<>();
            for (Field field : fields) {
                List<Proposals.Kept> under =
                        tables.proposals.values().stream()
                                .filter(each -> each.proposal().charter().equals(field.charter()))
                                .filter(each -> tables.proposed.contains(each.change()))
                                .filter(each -> !tables.held.containsKey(each.change()))
                                .toList();
                loads.put(
                        field,
                        new Admission.Load(
                                under.stream()
                                        .filter(each ->
                                                tables.proposedAt.get(each.change()).isAfter(since))
                                        .count(),
                                under.stream()
                                        .filter(_ -> shared.contains(field.charter()))
                                        .filter(each ->
                                                each.proposal().target().equals(field.target()))
                                        .filter(each ->
                                                !tables.ends.containsKey(each.change())
                                                        || tables.proposedAt
                                                                .get(each.change())
                                                                .isAfter(since))
                                        .map(each -> each.proposal().subjectId())
                                        .distinct()
                                        .count()));
            }
            return answer(loads);
        }

        @Override
        public Uni<List<Standing>> standing(Collection<UUID> changes) {
            return answer(
                    changes.stream()
                            .filter(tables.proposals::containsKey)
                            .map(this::standing)
                            .toList());
        }

        private Standing standing(UUID change) {
            return new Standing(
                    change,
                    tables.proposals.get(change).proposal(),
                    tables.since.get(change),
                    tables.proposed.contains(change),
                    Optional.ofNullable(tables.withdrawn.get(change)),
                    Optional.ofNullable(tables.ends.get(change)),
                    tables.proposed.contains(change)
                            ? Optional.empty()
                            : Optional.ofNullable(tables.held.get(change)),
                    tables.superseded.contains(change));
        }

        @Override
        public Uni<List<Standing>> list(Selection selection) {
            return answer(
                    tables.proposals.keySet().stream()
                            .map(this::standing)
                            .filter(each ->
                                    selection
                                            .person()
                                            .map(each.proposal().by()::answersTo)
                                            .orElse(true))
                            .filter(each ->
                                    selection
                                            .open()
                                            .map(open -> open == each.end().isEmpty())
                                            .orElse(true))
                            .sorted(
                                    Comparator.comparing(Standing::since)
                                            .thenComparing(Standing::change)
                                            .reversed())
                            .filter(each ->
                                    selection
                                            .after()
                                            .map(place ->
                                                    each.since().isBefore(place.since())
                                                            || (each.since().equals(place.since())
                                                                    && each.change()
                                                                                    .compareTo(
                                                                                            place
                                                                                                    .change())
                                                                            < 0))
                                            .orElse(true))
                            .limit(selection.limit())
                            .toList());
        }

        @Override
        public Uni<Void> withdrawn(UUID change, Instant at) {
            tables.withdrawn.put(change, at);
            if (!tables.proposed.contains(change)) {
                tables.ends.put(change, new End("WITHDRAWN", at));
            }
            return answer(null);
        }

        @Override
        public Uni<List<UUID>> makingForWhoLeft(LocalDate day, int atMost) {
            return answer(
                    tables.proposals.values().stream()
                            .filter(Proposals.Kept::makes)
                            .filter(each -> tables.proposed.contains(each.change()))
                            .filter(each -> !tables.ends.containsKey(each.change()))
                            .filter(each -> !tables.withdrawn.containsKey(each.change()))
                            .filter(each -> workers.containsKey(each.proposal().subjectId()))
                            .filter(each -> workers.get(each.proposal().subjectId()).hasLeft(day))
                            .map(Proposals.Kept::change)
                            .limit(atMost)
                            .toList());
        }

        @Override
        public Uni<Void> superseded(Collection<UUID> changes, Instant at) {
            changes.forEach(each -> tables.withdrawn.put(each, at));
            tables.superseded.addAll(changes);
            return answer(null);
        }

        @Override
        public Uni<Void> ended(Map<UUID, End> ends) {
            ends.forEach((change, end) -> {
                if (tables.proposals.containsKey(change)) {
                    tables.ends.putIfAbsent(change, end);
                }
            });
            return answer(null);
        }

        @Override
        public Uni<Void> unproved(Collection<UUID> changes, Instant at) {
            tables.unproved.addAll(changes);
            return answer(null);
        }

        @Override
        public Uni<List<UUID>> due(LocalDate today, int atMost) {
            return answer(
                    tables.proposals.values().stream()
                            .filter(each -> !tables.proposed.contains(each.change()))
                            .filter(each -> !tables.ends.containsKey(each.change()))
                            .filter(each -> isFree(each.change()))
                            .filter(each -> !isBehind(each))
                            .filter(each -> !each.due().isAfter(today))
                            .map(Proposals.Kept::change)
                            .limit(atMost)
                            .toList());
        }

        private boolean isFree(UUID change) {
            return !tables.held.containsKey(change)
                    || outcome(change).filter(Brake.Outcome.RELEASED::equals).isPresent();
        }

        private Optional<Brake.Outcome> outcome(UUID change) {
            return Optional.ofNullable(tables.held.get(change))
                    .map(tables.brakes::get)
                    .flatMap(Brakes.Applied::end)
                    .map(Brakes.Ended::outcome);
        }

        @Override
        public Uni<List<Waiting>> waiting(Collection<UUID> changes) {
            return answer(
                    changes.stream()
                            .filter(each -> !tables.proposed.contains(each))
                            .filter(each -> !tables.ends.containsKey(each))
                            .filter(this::isFree)
                            .map(each ->
                                    new Waiting(
                                            tables.proposals.get(each),
                                            tables.held.containsKey(each)))
                            .toList());
        }

        @Override
        public Uni<Void> take(Collection<UUID> changes, Instant at) {
            tables.proposed.addAll(changes);
            changes.forEach(each -> tables.proposedAt.put(each, at));
            return answer(null);
        }

        @Override
        public Uni<Void> hold(Collection<Proposals.Kept> proposals, UUID brake, Instant at) {
            for (Proposals.Kept each : proposals) {
                if (isOver(each.change())) {
                    tables.proposals.remove(each.change());
                    tables.ends.remove(each.change());
                    tables.held.remove(each.change());
                    tables.since.remove(each.change());
                }
                if (!tables.proposed.contains(each.change())
                        && !tables.ends.containsKey(each.change())) {
                    tables.proposals.putIfAbsent(each.change(), each);
                    tables.since.putIfAbsent(each.change(), at);
                    tables.held.putIfAbsent(each.change(), brake);
                }
            }
            return answer(null);
        }

        @Override
        public Uni<List<UUID>> discarded(int atMost) {
            return answer(
                    tables.held.keySet().stream()
                            .filter(each -> !tables.proposed.contains(each))
                            .filter(each -> !tables.ends.containsKey(each))
                            .filter(each ->
                                    outcome(each)
                                            .filter(Brake.Outcome.DISCARDED::equals)
                                            .isPresent())
                            .limit(atMost)
                            .toList());
        }
    }

    private final class MemoryBrakes implements Brakes {
        private Applied counted(Applied standing) {
            return new Applied(
                    standing.brake(),
                    standing.end(),
                    tables.held.entrySet().stream()
                            .filter(each -> each.getValue().equals(standing.brake().id()))
                            .filter(each -> !tables.proposed.contains(each.getKey()))
                            .filter(each -> !tables.ends.containsKey(each.getKey()))
                            .count(),
                    standing.spent());
        }

        @Override
        public Uni<Map<String, Brake>> on(Collection<String> scopes) {
            Map<String, Brake> on = new HashMap<>();
            tables.brakes.values().stream()
                    .filter(each -> each.end().isEmpty())
                    .map(Applied::brake)
                    .filter(each -> scopes.contains(each.scope()))
                    .forEach(each -> on.put(each.scope(), each));
            return answer(on);
        }

        @Override
        public Uni<Optional<Applied>> last(String scope) {
            return answer(
                    tables.brakes.values().stream()
                            .filter(each -> each.brake().scope().equals(scope))
                            .reduce((earlier, later) -> later)
                            .map(this::counted));
        }

        @Override
        public Uni<Optional<Applied>> find(UUID id) {
            return answer(Optional.ofNullable(tables.brakes.get(id)).map(this::counted));
        }

        @Override
        public Uni<List<Applied>> on() {
            return answer(
                    tables.brakes.values().stream()
                            .filter(each -> each.end().isEmpty())
                            .map(this::counted)
                            .toList());
        }

        @Override
        public Uni<Void> apply(Brake brake) {
            tables.brakes.put(brake.id(), new Applied(brake, Optional.empty(), 0, false));
            return answer(null);
        }

        @Override
        public Uni<Void> end(UUID id, Ended end) {
            tables.brakes.computeIfPresent(
                    id,
                    (_, standing) ->
                            new Applied(standing.brake(), Optional.of(end), 0, standing.spent()));
            return answer(null);
        }

        @Override
        public Uni<Void> spend(UUID id) {
            tables.brakes.computeIfPresent(
                    id, (_, standing) -> new Applied(standing.brake(), standing.end(), 0, true));
            return answer(null);
        }
    }

    private final class MemoryMissteps implements Missteps {
        @Override
        public Uni<Void> add(Collection<TrackRecord.Misstep> missteps) {
            for (TrackRecord.Misstep each : missteps) {
                if (tables.missteps.stream()
                        .noneMatch(other ->
                                other.change().equals(each.change())
                                        && other.kind() == each.kind())) {
                    tables.missteps.add(each);
                }
            }
            return answer(null);
        }

        @Override
        public Uni<List<TrackRecord.Misstep>> between(String charter, Instant from, Instant until) {
            return answer(
                    tables.missteps.stream()
                            .filter(each -> each.charter().equals(charter))
                            .filter(each -> each.at().isAfter(from))
                            .filter(each -> !each.at().isAfter(until))
                            .toList());
        }
    }

    private final class MemoryHalts implements HaltRegister {
        @Override
        public Uni<InForce> inForce() {
            return Uni.createFrom()
                    .item(() ->
                            new InForce(
                                    tables.halts.values().stream()
                                            .filter(Last::isInForce)
                                            .map(Last::halt)
                                            .toList()));
        }

        @Override
        public Uni<Void> halt(Halt halt) {
            return Uni.createFrom()
                    .voidItem()
                    .invoke(() -> tables.halts.put(halt.scope(), new Last(halt, Optional.empty())));
        }

        @Override
        public Uni<Void> lift(UUID halt, String scope, String by, Instant at) {
            return Uni.createFrom()
                    .voidItem()
                    .invoke(() ->
                            tables.halts.computeIfPresent(
                                    scope, (_, last) -> new Last(last.halt(), Optional.of(at))));
        }

        @Override
        public Uni<Optional<Last>> last(String scope) {
            return Uni.createFrom().item(() -> Optional.ofNullable(tables.halts.get(scope)));
        }

        @Override
        public Uni<Optional<Last>> find(UUID halt) {
            return Uni.createFrom()
                    .item(() ->
                            tables.halts.values().stream()
                                    .filter(last -> last.halt().id().equals(halt))
                                    .findFirst());
        }
    }

    private final class MemoryCharters implements PublishedCharters {
        @Override
        public Charter read(String document) {
            return CharterFile.read(document);
        }

        @Override
        public Uni<Void> add(Document charter, UUID draft, Instant at) {
            if (tables.charters.stream()
                    .anyMatch(each ->
                            each.charter().name().equals(charter.charter().name())
                                    && each.charter()
                                            .version()
                                            .equals(charter.charter().version()))) {
                throw new IllegalStateException("published twice: " + charter.charter().version());
            }
            tables.charters.add(charter);
            tables.publishedAt.put(charter.charter().hash(), at);
            tables.publishedDraft.put(charter.charter().hash(), draft);
            return answer(null);
        }

        @Override
        public Uni<List<Version>> history(String name) {
            return answer(
                    tables.charters.stream()
                            .filter(each -> each.charter().name().equals(name))
                            .map(each ->
                                    new Version(
                                            each.charter().version(),
                                            each.charter().hash(),
                                            each.document(),
                                            Optional.ofNullable(
                                                    tables.publishedAt.get(each.charter().hash())),
                                            Optional.ofNullable(
                                                    tables.publishedDraft.get(
                                                            each.charter().hash()))))
                            .toList());
        }

        @Override
        public Uni<List<Charter>> all() {
            return answer(tables.charters.stream().map(Document::charter).toList());
        }
    }

    private final class MemoryDrafts implements CharterDrafts {
        @Override
        public Uni<Void> add(Draft draft) {
            boolean open =
                    tables.drafts.values().stream()
                            .anyMatch(each ->
                                    each.name().equals(draft.name()) && each.end().isEmpty());
            if (open) {
                throw new IllegalStateException("two open drafts of " + draft.name());
            }
            tables.drafts.put(draft.id(), draft);
            return answer(null);
        }

        @Override
        public Uni<Optional<Draft>> find(UUID id) {
            return answer(Optional.ofNullable(tables.drafts.get(id)));
        }

        @Override
        public Uni<List<Draft>> of(String charter) {
            return answer(
                    tables.drafts.values().stream()
                            .filter(each -> each.name().equals(charter))
                            .toList());
        }

        @Override
        public Uni<List<Draft>> list(int most) {
            return answer(tables.drafts.values().stream().limit(most).toList());
        }

        @Override
        public Uni<List<Draft>> overdue(Instant now) {
            return answer(
                    tables.drafts.values().stream()
                            .filter(each -> each.end().isEmpty() && !now.isBefore(each.until()))
                            .toList());
        }

        @Override
        public Uni<Void> approved(UUID draft, Draft.Approval approval) {
            tables.drafts.computeIfPresent(
                    draft,
                    (_, found) -> {
                        List<Draft.Approval> all = new ArrayList<>(found.approvals());
                        all.add(approval);
                        return found.with(all);
                    });
            return answer(null);
        }

        @Override
        public Uni<Void> ended(UUID draft, Draft.End end) {
            tables.drafts.computeIfPresent(
                    draft,
                    (_, d) ->
                            new Draft(
                                    d.id(),
                                    d.name(),
                                    d.version(),
                                    d.hash(),
                                    d.document(),
                                    d.previous(),
                                    d.owner(),
                                    d.drafter(),
                                    d.needs(),
                                    d.because(),
                                    d.reason(),
                                    d.at(),
                                    d.until(),
                                    d.approvals(),
                                    Optional.of(end)));
            return answer(null);
        }
    }

    private final class MemoryAccounts implements ObservedAccounts {
        @Override
        public Uni<Map<String, String>> fingerprints(String system) {
            return answer(Map.copyOf(tables.accounts.getOrDefault(system, Map.of())));
        }

        @Override
        public Uni<Map<String, Long>> counts(Collection<String> systems) {
            Map<String, Long> counts = new HashMap<>();
            systems.forEach(system ->
                    counts.put(
                            system, (long) tables.accounts.getOrDefault(system, Map.of()).size()));
            return answer(counts);
        }

        @Override
        public Uni<Map<String, String>> workers(String system, Collection<String> ids) {
            Map<String, String> workers =
                    new HashMap<>(tables.workers.getOrDefault(system, Map.of()));
            workers.keySet().retainAll(ids);
            return answer(workers);
        }

        /** The test says what there is to find. */
        @Override
        public Uni<List<Found>> find(Search search) {
            return answer(
                    found.stream()
                            .filter(each -> each.account().id().compareTo(search.after()) > 0)
                            .filter(each ->
                                    !tables.occurrences.containsKey(
                                            new Occurrences.Key(search.system(), each.id())))
                            .limit(search.atMost())
                            .toList());
        }

        @Override
        public Uni<List<String>> enabled(String system, String after, int atMost) {
            return answer(List.copyOf(enabled));
        }

        @Override
        public Uni<Void> credentials(
                String system, Map<String, Optional<Instant>> since, Instant at) {
            credentials.putAll(since);
            return answer(null);
        }

        @Override
        public Uni<Optional<Holding>> holding(String system, String id) {
            return answer(
                    Optional.ofNullable(tables.workers.getOrDefault(system, Map.of()).get(id))
                            .map(worker -> new Holding(Optional.of(worker), Optional.of("boss"))));
        }

        @Override
        public Uni<Void> put(String system, Collection<Seen> accounts) {
            for (Seen each : accounts) {
                tables.accounts
                        .computeIfAbsent(system, any -> new HashMap<>())
                        .put(each.id(), each.fingerprint());
                each.workerId().ifPresent(worker -> belongs(system, each.id(), worker));
            }
            return answer(null);
        }

        @Override
        public Uni<Void> remove(String system, Collection<String> ids) {
            tables.accounts.getOrDefault(system, new HashMap<>()).keySet().removeAll(ids);
            return answer(null);
        }
    }

    /** An account of this system was read that carries a worker id. */
    public void belongs(String system, String id, String worker) {
        tables.workers.computeIfAbsent(system, any -> new HashMap<>()).put(id, worker);
    }

    /** An account of this system was read that carries no worker id. */
    void nobodys(String system, String id) {
        tables.nobodys.computeIfAbsent(system, any -> new HashSet<>()).add(id);
    }

    /** An account is not there any more. */
    void gone(String system, String id) {
        tables.workers.getOrDefault(system, Map.of()).remove(id);
    }

    /** The ledger closed a change. */
    void ends(UUID change, String outcome, Instant at) {
        tables.ends.put(change, new Proposals.End(outcome, at));
    }

    private final class MemorySubjects implements Subjects {
        @Override
        public Uni<Map<Asked, Admission.Subject>> find(Collection<Asked> asked) {
            Map<Asked, Admission.Subject> found = new HashMap<>();
            for (Asked each : asked) {
                Map<String, String> target = tables.workers.getOrDefault(each.target(), Map.of());
                String worker =
                        each.system().equals("hr")
                                ? each.id()
                                : tables.workers
                                        .getOrDefault(each.system(), Map.of())
                                        .getOrDefault(each.id(), "");
                boolean known =
                        tables.workers.values().stream()
                                .anyMatch(accounts -> accounts.containsValue(worker));
                found.put(
                        each,
                        new Admission.Subject(
                                known ? Optional.of(worker) : Optional.empty(),
                                Optional.of(each.id())
                                        .filter(_ -> each.system().equals(each.target()))
                                        .filter(
                                                tables.nobodys.getOrDefault(each.target(), Set.of())
                                                        ::contains),
                                target.values().stream().filter(worker::equals).count(),
                                target.size()
                                        + tables.nobodys
                                                .getOrDefault(each.target(), Set.of())
                                                .size(),
                                Optional.ofNullable(workers.get(each.id()))
                                        .filter(_ -> each.system().equals("hr"))
                                        .filter(said ->
                                                said.backOn()
                                                        .filter(back ->
                                                                said.leftOn()
                                                                        .map(back::isAfter)
                                                                        .orElse(true))
                                                        .isPresent())
                                        .map(Presence::workerId)));
            }
            return answer(found);
        }
    }

    private final class MemoryAnswers implements Answers {
        @Override
        public Uni<Claim> claim(Request request) {
            Kept kept =
                    tables.answers.putIfAbsent(
                            List.of(request.caller(), request.key()),
                            new Kept(request, List.of(), Set.of()));
            return answer(
                    kept == null
                            ? new Claim.Taken()
                            : kept.request().request().equals(request.request())
                                    ? new Claim.Answered(kept.results())
                                    : new Claim.Contradicted());
        }

        @Override
        public Uni<Void> keep(Request request, Collection<UUID> changes, List<Result> results) {
            tables.answers.put(
                    List.of(request.caller(), request.key()),
                    new Kept(request, results, Set.copyOf(changes)));
            return answer(null);
        }

        @Override
        public Uni<Void> release(Request request) {
            tables.answers.remove(List.of(request.caller(), request.key()));
            return answer(null);
        }

        @Override
        public Uni<Void> prune(Instant at) {
            tables.answers
                    .values()
                    .removeIf(kept ->
                            kept.changes().stream()
                                    .allMatch(change ->
                                            tables.ends.containsKey(change)
                                                    && tables.ends
                                                            .get(change)
                                                            .at()
                                                            .isBefore(
                                                                    at.minus(
                                                                            java.time.Duration
                                                                                    .ofDays(1)))));
            return answer(null);
        }
    }

    private final class MemoryTasks implements AccessTasks {
        @Override
        public Uni<Void> add(Task task) {
            tables.tasks.putIfAbsent(task.id(), task);
            return answer(null);
        }

        @Override
        public Uni<Optional<Task>> find(UUID id) {
            return answer(Optional.ofNullable(tables.tasks.get(id)));
        }

        @Override
        public Uni<Optional<Task>> of(UUID change) {
            return answer(
                    tables.tasks.values().stream()
                            .filter(each ->
                                    each.items().stream()
                                            .anyMatch(item -> change.equals(item.change())))
                            .findFirst());
        }

        @Override
        public Uni<Void> prune(Instant at) {
            tables.tasks.values().removeIf(each -> each.until().isBefore(at));
            return answer(null);
        }
    }

    private final class MemoryEvaluations implements AccessEvaluations {
        @Override
        public Uni<Evaluation> add(Evaluation evaluation) {
            Evaluation kept =
                    tables.evaluations.values().stream()
                            .filter(each ->
                                    each.requester().equals(evaluation.requester())
                                            && each.asked().equals(evaluation.asked()))
                            .findFirst()
                            .map(each -> evaluation.as(each.id()))
                            .orElse(evaluation);
            tables.evaluations.put(kept.id(), kept);
            return answer(kept);
        }

        @Override
        public Uni<List<Evaluation>> find(Collection<UUID> ids) {
            return answer(
                    ids.stream()
                            .map(tables.evaluations::get)
                            .filter(java.util.Objects::nonNull)
                            .toList());
        }

        @Override
        public Uni<Void> prune(Instant at) {
            tables.evaluations.values().removeIf(each -> each.until().isBefore(at));
            return answer(null);
        }
    }

    /** What the services say of changes. */
    private final class MemoryCourses implements Courses {
        @Override
        public Uni<Optional<Route>> route(UUID change, String authorization) {
            return Uni.createFrom().item(Optional.ofNullable(routes.get(change)));
        }

        @Override
        public Uni<Optional<Story>> story(UUID change, String authorization) {
            return Uni.createFrom().item(Optional.ofNullable(stories.get(change)));
        }
    }

    private final class MemoryPositions implements FeedPositions {
        @Override
        public Uni<Long> of(String feed) {
            return answer(tables.positions.getOrDefault(feed, 0L));
        }

        @Override
        public Uni<Void> advance(String feed, long position) {
            tables.positions.merge(feed, position, Math::max);
            return answer(null);
        }
    }

    private <T> Uni<T> answer(T value) {
        statements++;
        return Uni.createFrom().item(value);
    }
}
