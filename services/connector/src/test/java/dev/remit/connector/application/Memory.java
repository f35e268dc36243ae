package dev.remit.connector.application;

import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Proposal;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/** A store in memory: a transaction that fails leaves nothing behind, the clock stands still. */
public final class Memory implements Handoffs {
    /** A message handed on or published. */
    public record Letter(UUID id, String subject, SpecificRecord message) {}

    /** Input that was set aside. */
    public record Aside(String code, String reason, String origin) {}

    private record Lease(String owner, long term, Instant expiry) {}

    /** Everything that a transaction may change. */
    private static final class Tables {
        final Map<String, String> events = new HashMap<>();
        final Set<String> files = new HashSet<>();
        final Map<UUID, Proposals.Kept> proposals = new LinkedHashMap<>();
        final Set<UUID> proposed = new HashSet<>();
        final List<PublishedCharters.Document> charters = new ArrayList<>();
        final Map<String, Map<String, String>> accounts = new HashMap<>();
        final Map<String, Long> positions = new HashMap<>();
        final Map<String, Lease> leases = new HashMap<>();
        final Map<UUID, Letter> letters = new LinkedHashMap<>();
        final List<Aside> asides = new ArrayList<>();

        Tables copy() {
            Tables copy = new Tables();
            copy.events.putAll(events);
            copy.files.addAll(files);
            copy.proposals.putAll(proposals);
            copy.proposed.addAll(proposed);
            copy.charters.addAll(charters);
            accounts.forEach((system, ids) -> copy.accounts.put(system, new HashMap<>(ids)));
            copy.positions.putAll(positions);
            copy.leases.putAll(leases);
            copy.letters.putAll(letters);
            copy.asides.addAll(asides);
            return copy;
        }
    }

    public Instant now = Instant.parse("2026-01-31T10:00:00Z");
    public final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** Calls to the store so far, transactions not counted. */
    int statements;

    /** How many more transactions succeed. */
    int commits = Integer.MAX_VALUE;

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
        return new ObserveTarget(this, feeds, new MemoryAccounts(), new MemoryPositions(), meters);
    }

    ProposeChange propose() {
        return new ProposeChange(this, new MemoryProposals());
    }

    PublishCharters publish(Feeds feeds, Charters charters) {
        return new PublishCharters(this, feeds, new MemoryCharters(), charters);
    }

    ReadHrFile readHrFile(Feeds feeds, Charters charters) {
        return new ReadHrFile(feeds, new MemoryEvents(), charters, propose(), meters);
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
        public Uni<Boolean> wasRead(String contentHash) {
            return answer(tables.files.contains(contentHash));
        }

        @Override
        public Uni<Void> fileRead(String contentHash, String name) {
            tables.files.add(contentHash);
            return answer(null);
        }
    }

    private final class MemoryProposals implements Proposals {
        @Override
        public Uni<Set<UUID>> add(Collection<Kept> proposals, LocalDate today) {
            Set<UUID> added = new HashSet<>();
            for (Kept each : proposals) {
                if (tables.proposals.putIfAbsent(each.change(), each) == null) {
                    added.add(each.change());
                    if (!each.due().isAfter(today)) {
                        tables.proposed.add(each.change());
                    }
                }
            }
            return answer(added);
        }

        @Override
        public Uni<Optional<Proposal>> find(UUID change) {
            return answer(Optional.ofNullable(tables.proposals.get(change)).map(Kept::proposal));
        }

        @Override
        public Uni<List<UUID>> due(LocalDate today, int atMost) {
            return answer(
                    tables.proposals.values().stream()
                            .filter(each -> !tables.proposed.contains(each.change()))
                            .filter(each -> !each.due().isAfter(today))
                            .map(Kept::change)
                            .limit(atMost)
                            .toList());
        }

        @Override
        public Uni<List<Kept>> take(Collection<UUID> changes) {
            return answer(
                    changes.stream()
                            .filter(tables.proposed::add)
                            .map(tables.proposals::get)
                            .toList());
        }
    }

    private final class MemoryCharters implements PublishedCharters {
        @Override
        public Uni<Set<String>> add(Collection<Document> charters) {
            Set<String> added = new HashSet<>();
            for (Document each : charters) {
                boolean known =
                        tables.charters.stream()
                                .map(Document::charter)
                                .anyMatch(other ->
                                        other.name().equals(each.charter().name())
                                                && other.version()
                                                        .equals(each.charter().version()));
                if (!known) {
                    tables.charters.add(each);
                    added.add(each.charter().hash());
                }
            }
            return answer(added);
        }

        @Override
        public Uni<List<Charter>> all() {
            return answer(tables.charters.stream().map(Document::charter).toList());
        }
    }

    private final class MemoryAccounts implements ObservedAccounts {
        @Override
        public Uni<Map<String, String>> fingerprints(String system) {
            return answer(Map.copyOf(tables.accounts.getOrDefault(system, Map.of())));
        }

        @Override
        public Uni<Void> put(String system, Map<String, String> fingerprints) {
            tables.accounts.computeIfAbsent(system, any -> new HashMap<>()).putAll(fingerprints);
            return answer(null);
        }

        @Override
        public Uni<Void> remove(String system, Collection<String> ids) {
            tables.accounts.getOrDefault(system, new HashMap<>()).keySet().removeAll(ids);
            return answer(null);
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
