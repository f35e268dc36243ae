package dev.remit.approval.application;

import dev.remit.approval.domain.Charter.Lookup;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Delegation;
import dev.remit.approval.domain.OpenStage;
import dev.remit.approval.domain.Route;
import dev.remit.handoff.Ids;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
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
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/** All ports in memory, with every call counted. */
final class InMemory
        implements Routes, People, Charters, News, Answers, Delegations, Notices, Handoffs {
    /** A message handed on, in order. */
    record Sent(UUID id, UUID change, SpecificRecord message, UUID cause) {}

    /** What was set aside. */
    record SetAside(String code, String origin) {}

    Instant now = Instant.parse("2026-01-02T03:04:05Z");
    final Map<UUID, Route> routes = new LinkedHashMap<>();
    final List<Recorded> decisions = new ArrayList<>();
    final Map<Concern, List<Account>> people = new HashMap<>();
    final Map<Concern, List<Account>> arriving = new HashMap<>();
    final Map<String, Lookup> charters = new HashMap<>();

    /** Whose place is taken by what comes next. */
    Collection<Lookup> replaced = List.of();

    final TreeMap<Long, Set<Concern>> news = new TreeMap<>();
    final Map<Long, Integer> looked = new HashMap<>();
    final Map<List<String>, Request> requests = new HashMap<>();
    final Map<List<String>, List<Result>> answers = new HashMap<>();
    final List<Sent> sent = new ArrayList<>();
    final List<SetAside> setAside = new ArrayList<>();
    final Map<String, Integer> calls = new TreeMap<>();
    final Map<UUID, Kept> delegations = new LinkedHashMap<>();
    final List<Notice> notices = new ArrayList<>();
    final Map<Earlier, Map<String, List<String>>> earlier = new HashMap<>();

    /** What another replica does between this one's selection and its lock. */
    Runnable beforeLock = () -> {};

    /** Routes that do not read. */
    final Set<UUID> broken = new HashSet<>();

    /** Routes that were set aside, and when. */
    final Map<UUID, Instant> aside = new LinkedHashMap<>();

    private final Set<UUID> told = new HashSet<>();
    private long ids;

    @Override
    public Uni<Set<UUID>> routed(Collection<UUID> changes) {
        called("routed");
        Set<UUID> found = new HashSet<>(changes);
        found.retainAll(routes.keySet());
        return item(found);
    }

    @Override
    public Uni<Routes.Found> load(Collection<UUID> changes) {
        called("load");
        Map<UUID, Loaded> loaded = new HashMap<>();
        Map<UUID, String> bad = new HashMap<>();
        for (UUID change : changes) {
            if (broken.contains(change)) {
                bad.put(change, "it does not read");
            } else if (routes.containsKey(change)) {
                loaded.put(change, new Loaded(routes.get(change), approvals(change)));
            }
        }
        return item(new Routes.Found(loaded, bad));
    }

    @Override
    public Uni<Void> setAside(Set<UUID> changes, Instant at) {
        changes.forEach(change -> aside.put(change, at));
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<List<UUID>> setAsideBefore(Instant since, int limit) {
        return item(
                aside.entrySet().stream()
                        .filter(each -> each.getValue().isBefore(since))
                        .map(Map.Entry::getKey)
                        .limit(limit)
                        .toList());
    }

    @Override
    public Uni<Void> takeBack(Set<UUID> changes) {
        aside.keySet().removeAll(changes);
        return Uni.createFrom().voidItem();
    }

    private List<UUID> approvals(UUID change) {
        List<UUID> approvals = new ArrayList<>();
        for (Recorded each : decisions) {
            if (each.change().equals(change)) {
                switch (each.decision().kind()) {
                    case APPROVED -> approvals.add(each.message());
                    case AMENDED -> approvals.clear();
                    default -> {}
                }
            }
        }
        return List.copyOf(approvals);
    }

    @Override
    public Uni<Map<Earlier, Map<String, List<String>>>> approvers(Set<Earlier> asked) {
        called("approvers");
        Map<Earlier, Map<String, List<String>>> found = new HashMap<>(earlier);
        found.keySet().retainAll(asked);
        return item(found);
    }

    @Override
    public Uni<Set<UUID>> granted(Collection<UUID> changes) {
        called("granted");
        return item(
                changes.stream()
                        .filter(each -> routes.get(each) instanceof Route.Granted)
                        .collect(Collectors.toSet()));
    }

    @Override
    public Uni<Void> store(Collection<Moved> moved, Collection<Recorded> recorded) {
        called("store");
        moved.forEach(each -> {
            if (each.added() == routes.containsKey(each.change())) {
                throw new IllegalStateException("added is " + each.added());
            }
            routes.put(each.change(), each.route());
        });
        decisions.addAll(recorded);
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<List<UUID>> due(Instant at, int limit) {
        called("due");
        return item(
                routes.entrySet().stream()
                        .filter(each -> !aside.containsKey(each.getKey()))
                        .filter(each ->
                                until(each.getValue()).map(t -> !at.isBefore(t)).orElse(false))
                        .sorted(Comparator.comparing(each -> until(each.getValue()).orElseThrow()))
                        .limit(limit)
                        .map(Map.Entry::getKey)
                        .toList());
    }

    @Override
    public Uni<Census> census() {
        return item(
                new Census(
                        routes.values().stream().filter(Route.Open.class::isInstance).count(),
                        routes.values().stream().filter(Route.Held.class::isInstance).count(),
                        routes.values().stream()
                                .filter(Route.Open.class::isInstance)
                                .flatMap(each ->
                                        ((Route.Open) each)
                                                .course().open().stream().map(OpenStage::since))
                                .min(Comparator.naturalOrder()),
                        0,
                        0,
                        aside.size()));
    }

    @Override
    public Uni<Set<Concern>> take(List<Received> batch) {
        called("take");
        people.putAll(arriving);
        arriving.clear();
        return Uni.createFrom().item(Set.of());
    }

    @Override
    public Uni<Map<Concern, List<Account>>> behind(Set<Concern> concerns) {
        called("behind");
        Map<Concern, List<Account>> found = new HashMap<>(people);
        found.keySet().retainAll(concerns);
        List.copyOf(found.values())
                .forEach(all ->
                        all.stream()
                                .filter(account -> account.system().equals(Scene.PEOPLE))
                                .forEach(account ->
                                        found.put(
                                                Concern.account(account.id()), List.of(account))));
        return item(found);
    }

    @Override
    public Uni<Map<String, Lookup>> withHashes(Set<String> hashes) {
        called("withHashes");
        Map<String, Lookup> found = new HashMap<>();
        hashes.forEach(hash ->
                found.put(hash, charters.getOrDefault(hash, new Lookup.Missing("not known"))));
        return item(found);
    }

    @Override
    public Uni<Collection<Lookup>> published() {
        called("published");
        return item(charters.values());
    }

    @Override
    public Uni<Collection<Lookup>> replace(List<Published> versions) {
        return item(replaced);
    }

    @Override
    public Uni<Void> add(Set<Concern> concerns) {
        called("add news");
        news.put(++ids, concerns);
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Optional<Page>> next(int limit) {
        called("next news");
        if (news.isEmpty()) {
            return item(Optional.empty());
        }
        long first = news.firstKey();
        List<UUID> all =
                routes.entrySet().stream()
                        .filter(each ->
                                concerns(each.getValue()).stream()
                                        .anyMatch(news.get(first)::contains))
                        .map(Map.Entry::getKey)
                        .skip(looked.getOrDefault(first, 0))
                        .toList();
        List<UUID> page = all.stream().limit(limit).toList();
        return item(Optional.of(new Page(first, page, now, page.size() < limit)));
    }

    @Override
    public Uni<Void> done(Page page) {
        called("done news");
        looked.merge(page.news(), page.changes().size(), Integer::sum);
        if (page.last()) {
            news.remove(page.news());
        }
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Claim> claim(Request request) {
        List<String> key = List.of(request.caller(), request.key());
        Request before = requests.putIfAbsent(key, request);
        return item(
                before == null
                        ? new Claim.Taken()
                        : before.equals(request)
                                ? new Claim.Answered(answers.get(key))
                                : new Claim.Contradicted());
    }

    @Override
    public Uni<Void> keep(Request request, Collection<UUID> changes, List<Result> results) {
        answers.put(List.of(request.caller(), request.key()), results);
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Void> prune(Instant at) {
        return Uni.createFrom().voidItem();
    }

    @Override
    public <T> Uni<T> transact(Collection<UUID> changes, Function<Outbox, Uni<T>> work) {
        called("transact");
        Box box = new Box();
        return box.lock(changes).chain(() -> work.apply(box));
    }

    /** An outbox in which these changes are locked. */
    Outbox outbox(Collection<UUID> locked) {
        Box box = new Box();
        box.locked.addAll(locked);
        return box;
    }

    List<SpecificRecord> messages(UUID change) {
        return sent.stream()
                .filter(each -> change.equals(each.change()))
                .map(Sent::message)
                .toList();
    }

    private static Optional<Instant> until(Route route) {
        return switch (route) {
            case Route.Unplanned held -> Optional.of(held.until());
            case Route.CharterUnknown held -> Optional.of(held.wake());
            case Route.Barred barred -> Optional.of(barred.until());
            case Route.Open open ->
                    open.course().open().stream()
                            .map(OpenStage::wake)
                            .min(Comparator.naturalOrder());
            case Route.Unrouted _ -> Optional.empty();
            case Route.Scheduled scheduled -> Optional.of(scheduled.wake());
            case Route.Granted granted -> granted.held().map(Route.Wait::wake);
            case Route.Ended _ -> Optional.empty();
        };
    }

    private static Set<Concern> concerns(Route route) {
        return switch (route) {
            case Route.CharterUnknown held ->
                    Set.of(Concern.charter(held.ready().charterHash()), Concern.halts());
            case Route.Barred barred ->
                    Stream.concat(
                                    Stream.of(
                                            Concern.worker(
                                                    barred.ready().parties().subjectWorker()),
                                            Concern.halts()),
                                    barred.asks().stream())
                            .collect(Collectors.toSet());
            case Route.Open open -> {
                Set<Concern> all = new HashSet<>();
                all.add(Concern.halts());
                open.course().open().forEach(each -> all.addAll(each.asks()));
                yield all;
            }
            case Route.Scheduled scheduled ->
                    Set.of(Concern.charter(scheduled.ready().charterHash()), Concern.halts());
            case Route.Granted granted ->
                    granted.held().isEmpty()
                            ? Set.of()
                            : Set.of(Concern.charter(granted.ready().charterHash()));
            case Route.Unplanned _, Route.Unrouted _, Route.Ended _ -> Set.of();
        };
    }

    @Override
    public Uni<Map<String, List<Delegation>>> from(Collection<String> delegators, Instant at) {
        called("delegations");
        Map<String, List<Delegation>> found = new HashMap<>();
        for (Kept kept : delegations.values()) {
            Delegation each = kept.delegation();
            if (delegators.contains(each.from())
                    && kept.endedAt().isEmpty()
                    && !at.isBefore(each.since())
                    && at.isBefore(each.until())) {
                found.computeIfAbsent(each.from(), _ -> new ArrayList<>()).add(each);
            }
        }
        return item(found);
    }

    @Override
    public Uni<List<Kept>> of(String person, Optional<UUID> after, int limit, Instant at) {
        return item(
                delegations.values().stream()
                        .filter(each ->
                                each.delegation().from().equals(person)
                                        || each.delegation().to().equals(person))
                        .filter(each ->
                                each.endedAt().isEmpty() && at.isBefore(each.delegation().until()))
                        .toList());
    }

    @Override
    public Uni<Void> add(Kept kept) {
        delegations.put(kept.delegation().id(), kept);
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Optional<Kept>> withId(UUID id) {
        return item(Optional.ofNullable(delegations.get(id)));
    }

    @Override
    public Uni<Void> end(UUID id, String by, Instant at) {
        delegations.computeIfPresent(
                id,
                (_, each) ->
                        new Kept(
                                each.delegation(),
                                each.reason(),
                                each.madeBy(),
                                each.madeAt(),
                                Optional.of(at)));
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Set<String>> turned(Instant at) {
        Set<String> turned = new HashSet<>();
        for (Kept kept : delegations.values()) {
            if (!at.isBefore(kept.delegation().until()) && told.add(kept.delegation().id())) {
                turned.add(kept.delegation().from());
            }
        }
        return item(turned);
    }

    @Override
    public Uni<Void> add(Collection<Notice> notices) {
        called("notices");
        this.notices.addAll(notices);
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<List<Due>> claim(Channel channel, Instant at) {
        List<Due> due = new ArrayList<>();
        for (Notice each : notices) {
            due.add(new Due(due.size(), each));
        }
        return item(due);
    }

    @Override
    public Uni<Void> sent(Collection<Long> positions) {
        List<Notice> left = new ArrayList<>();
        for (int n = 0; n < notices.size(); n++) {
            if (!positions.contains((long) n)) {
                left.add(notices.get(n));
            }
        }
        notices.clear();
        notices.addAll(left);
        return Uni.createFrom().voidItem();
    }

    private void called(String port) {
        calls.merge(port, 1, Integer::sum);
    }

    private static <T> Uni<T> item(T value) {
        return Uni.createFrom().item(value);
    }

    void passes(Duration time) {
        now = now.plus(time);
    }

    private final class Box implements Outbox {
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
            return new UUID(0x7000L, ++ids);
        }

        @Override
        public Uni<Void> lock(Collection<UUID> changes) {
            called("lock");
            if (!changes.isEmpty()) {
                Runnable other = beforeLock;
                beforeLock = () -> {};
                other.run();
            }
            locked.addAll(changes);
            return Uni.createFrom().voidItem();
        }

        @Override
        public UUID handOn(UUID change, SpecificRecord message, UUID cause) {
            if (!locked.contains(change)) {
                throw new IllegalStateException("change " + change + " is not locked");
            }
            UUID id =
                    cause == null
                            ? newId()
                            : Ids.derived(cause, message.getSchema().getName() + "|" + change);
            sent.add(new Sent(id, change, message, cause));
            return id;
        }

        @Override
        public UUID publish(
                UUID id, String subject, SpecificRecord message, UUID change, UUID cause) {
            sent.add(new Sent(id, change, message, cause));
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
            setAside.add(new SetAside(code, origin));
        }
    }
}
