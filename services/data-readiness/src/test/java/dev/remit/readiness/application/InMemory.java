package dev.remit.readiness.application;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.readiness.adapter.kafka.AvroLetters;
import dev.remit.readiness.adapter.kafka.Observations;
import dev.remit.readiness.domain.Charter;
import dev.remit.readiness.domain.Concern;
import dev.remit.readiness.domain.Correction;
import dev.remit.readiness.domain.Judgement;
import dev.remit.readiness.domain.Known;
import dev.remit.readiness.domain.Observed;
import dev.remit.readiness.domain.Readiness;
import dev.remit.readiness.domain.Readiness.Held;
import dev.remit.readiness.domain.Request;
import dev.remit.wire.v1.AccountFacts;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.ChangeWithdrawn;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.ObservationKind;
import dev.remit.wire.v1.Subject;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
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

/** data-readiness without Kafka and PostgreSQL. It notes every call of a port, by its name. */
public final class InMemory {
    public static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    public static final String PEOPLE = "keycloak:acme";
    static final String HASH = "c0ffee";

    /** In a charter that asks for no worker. */
    private static final String ORPHANS = "#orphans";

    /** What was put into the outbox. */
    record Sent(UUID id, UUID change, SpecificRecord message, UUID cause) {}

    /** What was set aside. */
    record Aside(String code, String origin) {}

    Instant now = START;
    final List<String> calls = new ArrayList<>();
    final List<Sent> sent = new ArrayList<>();
    final List<Aside> aside = new ArrayList<>();
    final Map<UUID, Readiness.Kept> kept = new TreeMap<>(Comparator.comparing(UUID::toString));
    final Map<UUID, Readiness.TakenBack> takenBack = new HashMap<>();
    final Map<UUID, Correction> questions = new HashMap<>();
    final Set<UUID> answered = new HashSet<>();
    final Map<String, Account> accounts = new TreeMap<>();
    final Map<String, Instant> readAt = new HashMap<>();
    final Map<String, Charter> charters = new HashMap<>();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** Done once, before the next lock is taken: what another replica does meanwhile. */
    Runnable beforeLock = () -> {};

    final Readinesses readinesses = new KeptReadinesses();
    final Facts facts = new KnownFacts();
    private final Corrections corrections = new AskedCorrections();
    private final Letters letters = new AvroLetters();
    private final Judging judging = new Judging(readinesses, corrections, facts, letters, meters);
    final JudgeReadiness judgeReadiness = new JudgeReadiness(readinesses, facts, letters, judging);
    final LookAgain lookAgain = new LookAgain(this::transact, readinesses, judging);
    private final TakeCorrection takeCorrection =
            new TakeCorrection(this::transact, readinesses, corrections, facts, judging);
    private final Handoffs handoffs = this::transact;
    final MeasureHeld measureHeld = new MeasureHeld(handoffs, readinesses, meters);

    public TakeCorrection takeCorrection() {
        return takeCorrection;
    }

    public Corrections corrections() {
        return corrections;
    }

    public Readinesses readinesses() {
        return readinesses;
    }

    /** A batch arrives; what it belongs to is locked, as the loop does. */
    public void receive(Received... batch) {
        receive(List.of(batch));
    }

    void receive(List<Received> batch) {
        MemoryOutbox outbox = new MemoryOutbox();
        batch.forEach(each -> outbox.locked.add(each.envelope().correlation()));
        judgeReadiness.receive(batch, outbox).await().indefinitely();
    }

    private <T> Uni<T> transact(Collection<UUID> changes, Function<Outbox, Uni<T>> work) {
        MemoryOutbox outbox = new MemoryOutbox();
        outbox.locked.addAll(changes);
        return work.apply(outbox);
    }

    <T extends SpecificRecord> List<T> sent(Class<T> type) {
        return sent.stream().map(Sent::message).filter(type::isInstance).map(type::cast).toList();
    }

    long called(String port) {
        return calls.stream().filter(port::equals).count();
    }

    /** The change of the worker with this number, always the same. */
    public static UUID change(int number) {
        return new UUID(0x0190_0000_0000_7000L, 0x8000_0000_0000_0000L | number);
    }

    public static Received proposed(int number, String worker, String target) {
        return proposed(number, worker, target, "left", UUID.randomUUID());
    }

    /** A change of an account that is correlated with nobody. */
    static Received proposedOf(int number, String account, String target) {
        return proposed(number, new Subject(target, account), target, "left", UUID.randomUUID());
    }

    static Received proposed(
            int number, String worker, String target, String reason, UUID message) {
        return proposed(number, new Subject("hr", worker), target, reason, message);
    }

    private static Received proposed(
            int number, Subject subject, String target, String reason, UUID message) {
        return received(
                message,
                change(number),
                change(number).toString(),
                new ChangeProposed(
                        Change.newBuilder()
                                .setChangeId(change(number))
                                .setCharter(new CharterRef("leavers", "1", HASH))
                                .setMode(Mode.OWN)
                                .setSubject(subject)
                                .setTarget(target)
                                .setAction("offboard")
                                .setReason(reason)
                                .setProposer(
                                        Actor.newBuilder()
                                                .setId("clerk")
                                                .setKind(ActorKind.HUMAN)
                                                .build())
                                .setProposedAt(START)
                                .build(),
                        null));
    }

    static Received withdrawn(int number, UUID message) {
        return received(
                message,
                change(number),
                change(number).toString(),
                ChangeWithdrawn.newBuilder()
                        .setChangeId(change(number))
                        .setWithdrawnBy(
                                Actor.newBuilder().setId("clerk").setKind(ActorKind.HUMAN).build())
                        .setReason("a mistake")
                        .setWithdrawnAt(START)
                        .build());
    }

    /** An account was read; a null worker or manager is not named. */
    public static Received account(
            String system, String id, boolean enabled, String worker, String manager) {
        return observed(
                system,
                id,
                ObservationKind.SNAPSHOT,
                AccountFacts.newBuilder()
                        .setEnabled(enabled)
                        .setWorkerId(worker)
                        .setManagerWorkerId(manager)
                        .setGroups(List.of())
                        .setRoles(List.of())
                        .setLabel(id)
                        .build());
    }

    static Received removed(String system, String id) {
        return observed(system, id, ObservationKind.REMOVED, null);
    }

    public static Received synced(String system) {
        return observed(system, system, ObservationKind.SOURCE_SYNCED, null);
    }

    private static Received observed(
            String system, String id, ObservationKind kind, AccountFacts facts) {
        return received(
                UUID.randomUUID(),
                null,
                id,
                IdentityObserved.newBuilder()
                        .setSource(system)
                        .setKind(kind)
                        .setSubject(new Subject(system, id))
                        .setSourceEventId("e")
                        .setOccurredAt(START)
                        .setObservedAt(START)
                        .setAccount(facts)
                        .build());
    }

    /** The charter, which asks that the account exists. */
    static Received charterOfOrphans(String system) {
        return charter(system + ORPHANS);
    }

    /** The charter; its document names the systems, and whether a manager is needed. */
    public static Received charter(String... systems) {
        return received(
                UUID.randomUUID(),
                null,
                "leavers",
                CharterPublished.newBuilder()
                        .setCharter(new CharterRef("leavers", "1", HASH))
                        .setDocument(
                                ByteBuffer.wrap(
                                        String.join(",", systems).getBytes(StandardCharsets.UTF_8)))
                        .setPublishedBy(
                                Actor.newBuilder()
                                        .setId("connector")
                                        .setKind(ActorKind.SERVICE)
                                        .build())
                        .setPublishedAt(START)
                        .build());
    }

    private static Received received(UUID id, UUID change, String subject, SpecificRecord message) {
        Handoff handoff = Handoff.of(message);
        return new Received(
                new Envelope(
                        id,
                        Service.CONNECTOR,
                        handoff,
                        subject,
                        START,
                        handoff.dataschema(),
                        change,
                        null,
                        change == null ? 0 : 1,
                        null),
                message,
                new byte[0],
                null,
                Hash.sha256(new byte[0]),
                handoff.topic().topicName(),
                0,
                7);
    }

    private <T> Uni<T> called(String port, T value) {
        calls.add(port);
        return Uni.createFrom().item(value);
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
            Runnable once = beforeLock;
            beforeLock = () -> {};
            once.run();
            locked.addAll(changes);
            return called("lock", null);
        }

        @Override
        public UUID handOn(UUID change, SpecificRecord message, UUID cause) {
            if (!locked.contains(change)) {
                throw new IllegalStateException("not locked");
            }
            UUID id = UUID.randomUUID();
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
            aside.add(new Aside(code, origin));
        }
    }

    private final class KeptReadinesses implements Readinesses {
        @Override
        public Uni<Map<UUID, Readiness>> load(Collection<UUID> changes) {
            Map<UUID, Readiness> found = new HashMap<>(takenBack);
            found.putAll(kept);
            found.keySet().retainAll(changes);
            return called("load", found);
        }

        @Override
        public Uni<Void> store(Collection<Readiness.Kept> readinesses) {
            Set<UUID> once = new HashSet<>();
            for (Readiness.Kept each : readinesses) {
                if (!once.add(each.proposal().change())) {
                    throw new IllegalStateException("one row twice in one statement");
                }
                kept.put(each.proposal().change(), each);
            }
            return called("store", null);
        }

        @Override
        public Uni<Void> remember(Collection<Readiness.TakenBack> early) {
            early.forEach(each -> takenBack.putIfAbsent(each.withdrawal().change(), each));
            return called("remember", null);
        }

        @Override
        public Uni<List<UUID>> waitingFor(Collection<Concern> concerns, UUID after, int limit) {
            return called(
                    "waitingFor",
                    waiting(concerns, after)
                            .map(Held::proposal)
                            .map(each -> each.change())
                            .limit(limit)
                            .toList());
        }

        @Override
        public Uni<Void> lookAtOnce(Collection<Concern> concerns, UUID after, Instant at) {
            waiting(concerns, after)
                    .toList()
                    .forEach(each ->
                            kept.put(
                                    each.proposal().change(),
                                    new Held(
                                            each.proposal(),
                                            each.facts(),
                                            each.reasons(),
                                            each.waitsFor(),
                                            each.asked(),
                                            each.corrections(),
                                            each.since(),
                                            each.until(),
                                            at)));
            return called("lookAtOnce", null);
        }

        @Override
        public Uni<List<UUID>> due(Instant at, int limit) {
            return called(
                    "due",
                    all().filter(each -> !each.lookAt().isAfter(at))
                            .map(each -> each.proposal().change())
                            .limit(limit)
                            .toList());
        }

        @Override
        public Uni<List<HeldFor>> held() {
            Map<String, List<Held>> byReasons = all().collect(Collectors.groupingBy(Held::reasons));
            return called(
                    "held",
                    byReasons.entrySet().stream()
                            .map(entry ->
                                    new HeldFor(
                                            entry.getKey(),
                                            entry.getValue().size(),
                                            entry.getValue().stream()
                                                    .map(each ->
                                                            Duration.between(each.since(), now))
                                                    .max(Comparator.naturalOrder())
                                                    .orElseThrow()))
                            .toList());
        }

        private Stream<Held> all() {
            return kept.values().stream().filter(Held.class::isInstance).map(Held.class::cast);
        }

        private Stream<Held> waiting(Collection<Concern> concerns, UUID after) {
            return all().filter(each -> !Collections.disjoint(each.waitsFor(), concerns))
                    .filter(each ->
                            each.proposal().change().toString().compareTo(after.toString()) > 0);
        }
    }

    private final class AskedCorrections implements Corrections {
        @Override
        public Uni<Optional<Correction>> find(UUID correction) {
            return called("find", Optional.ofNullable(questions.get(correction)));
        }

        @Override
        public Uni<List<Correction>> open() {
            return called(
                    "open",
                    questions.values().stream()
                            .filter(each -> !answered.contains(each.id()))
                            .toList());
        }

        @Override
        public Uni<Void> ask(Collection<Correction> corrections) {
            corrections.forEach(each -> questions.put(each.id(), each));
            return called("ask", null);
        }

        @Override
        public Uni<Void> answer(Collection<UUID> corrections) {
            answered.addAll(corrections);
            return called("answer", null);
        }
    }

    private final class KnownFacts implements Facts {
        @Override
        public Uni<Map<Concern, UUID>> take(List<Received> batch) {
            Map<Concern, UUID> concerns =
                    Observations.concerns(batch, List.copyOf(accounts.values()));
            for (Received each : batch) {
                switch (each.message()) {
                    case IdentityObserved observed -> take(observed);
                    case CharterPublished published ->
                            charters.put(published.getCharter().getHash(), charterOf(published));
                    default -> {}
                }
            }
            return called("take", concerns);
        }

        @Override
        public Uni<Findings> about(Collection<Inquiry> inquiries, Instant at) {
            Map<UUID, Known> known = new HashMap<>();
            for (Inquiry inquiry : inquiries) {
                Request request = inquiry.request();
                List<Account> own =
                        request.isOfAccount()
                                ? Optional.ofNullable(
                                                accounts.get(
                                                        request.target()
                                                                + "|"
                                                                + request.subjectId()))
                                        .stream()
                                        .toList()
                                : accounts(request.target(), Optional.of(request.subjectId()));
                known.put(
                        inquiry.request().change(),
                        new Known(
                                Optional.ofNullable(charters.get(inquiry.request().charterHash())),
                                new Observed(
                                        own,
                                        Observed.managerWorkers(
                                                        own, inquiry.corrections(), Map.of())
                                                .stream()
                                                .flatMap(worker ->
                                                        accounts(PEOPLE, Optional.of(worker))
                                                                .stream())
                                                .toList(),
                                        Optional.ofNullable(readAt.get(inquiry.request().target())),
                                        inquiry.corrections(),
                                        PEOPLE,
                                        at)));
            }
            return called("about", new Findings(known));
        }

        @Override
        public Uni<List<Account>> own(String workerId) {
            return called("own", accounts(PEOPLE, Optional.of(workerId)));
        }

        @Override
        public Uni<List<Account>> people(Collection<String> ids) {
            return called(
                    "people",
                    accounts.values().stream()
                            .filter(each -> each.system().equals(PEOPLE))
                            .filter(each -> ids.contains(each.id()))
                            .toList());
        }

        private List<Account> accounts(String system, Optional<String> worker) {
            return accounts.values().stream()
                    .filter(each -> each.system().equals(system))
                    .filter(each -> worker.isPresent() && each.workerId().equals(worker))
                    .toList();
        }

        private void take(IdentityObserved observed) {
            String system = observed.getSubject().getSystem();
            String id = observed.getSubject().getId();
            switch (observed.getKind()) {
                case SNAPSHOT ->
                        accounts.put(
                                system + "|" + id,
                                new Account(
                                        system,
                                        id,
                                        observed.getAccount().getEnabled(),
                                        Optional.ofNullable(observed.getAccount().getWorkerId()),
                                        Optional.ofNullable(
                                                observed.getAccount().getManagerWorkerId()),
                                        List.of(),
                                        List.of(),
                                        id,
                                        observed.getObservedAt()));
                case REMOVED -> accounts.remove(system + "|" + id);
                case SOURCE_SYNCED -> readAt.put(observed.getSource(), now);
                case WORKER_EVENT, ACTIVITY, UNKNOWN -> {}
            }
        }

        private static Charter charterOf(CharterPublished published) {
            String systems =
                    StandardCharsets.UTF_8.decode(published.getDocument().duplicate()).toString();
            String systemsOnly = systems.replace(ORPHANS, "");
            return new Charter(
                    "leavers",
                    "1",
                    HASH,
                    new HashSet<>(Arrays.asList(systemsOnly.split(",", -1))),
                    Map.of("offboard", List.of("disable-account")),
                    List.of(
                            new Charter.Required(
                                    systems.equals(systemsOnly)
                                            ? Judgement.ACCOUNT
                                            : Judgement.EXISTS,
                                    Optional.empty()),
                            new Charter.Required(Judgement.MANAGER, Optional.empty()),
                            new Charter.Required(
                                    Judgement.FRESH, Optional.of(Duration.ofMinutes(2)))),
                    Duration.ofHours(1));
        }
    }
}
