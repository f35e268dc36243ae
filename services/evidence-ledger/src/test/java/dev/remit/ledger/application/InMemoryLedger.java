package dev.remit.ledger.application;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.adapter.cel.CelConditions;
import dev.remit.ledger.adapter.charter.CharterDifferences;
import dev.remit.ledger.adapter.loop.AvroReadings;
import dev.remit.ledger.adapter.loop.OutboxAnnouncements;
import dev.remit.ledger.adapter.pdf.PdfReports;
import dev.remit.ledger.certificate.Population;
import dev.remit.ledger.certificate.StatementKey;
import dev.remit.ledger.domain.Standing;
import dev.remit.ledger.domain.Wait;
import dev.remit.ledger.log.Entry;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.NoteSigner;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.ShardPeriod;
import dev.remit.ledger.log.Shards;
import dev.remit.ledger.log.Tile;
import dev.remit.ledger.log.TrustPolicy;
import dev.remit.ledger.witness.AddCheckpoint;
import dev.remit.ledger.witness.Witness;
import dev.remit.ledger.witness.WitnessFolder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's ports in memory, and its classes on top of them. Counts calls; a transaction that
 * fails is rolled back; what is handed on comes back as a received message.
 */
final class InMemoryLedger
        implements Entries,
                Changes,
                Waits,
                Checkpoints,
                PublicFiles,
                CertificateFiles,
                Contents,
                Offsets,
                Handoffs,
                Witnesses,
                Timestamps {
    private record Link(int sequence, @Nullable Hash hash) {}

    /** What a transaction may change. */
    private record State(
            List<Entry> log,
            Map<UUID, Standing> standings,
            Map<UUID, Map<Wait.Place, Wait>> waits,
            Set<UUID> stirred,
            Set<UUID> erased,
            TreeMap<Long, Signed> signed,
            List<Shard> shards,
            Map<UUID, Link> chains,
            Map<Offsets.Place, Offsets.Read> read,
            List<Received> handedOn) {
        State copy() {
            return new State(
                    new ArrayList<>(log),
                    new HashMap<>(standings),
                    copy(waits),
                    new TreeSet<>(stirred),
                    new TreeSet<>(erased),
                    new TreeMap<>(signed),
                    new ArrayList<>(shards),
                    new HashMap<>(chains),
                    new HashMap<>(read),
                    new ArrayList<>(handedOn));
        }

        private static Map<UUID, Map<Wait.Place, Wait>> copy(
                Map<UUID, Map<Wait.Place, Wait>> waits) {
            Map<UUID, Map<Wait.Place, Wait>> copy = new HashMap<>();
            waits.forEach((change, each) -> copy.put(change, new HashMap<>(each)));
            return copy;
        }
    }

    static final SigningKey KEY = SigningKey.generate("log.example/acme", new SecureRandom());

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final List<String> calls = new ArrayList<>();
    final Map<String, byte[]> publicFiles = new TreeMap<>();
    final Map<UUID, byte[]> certificates = new HashMap<>();
    final Map<UUID, byte[]> bundles = new HashMap<>();

    int tilesRead;

    /** Where the public files are instead, if it is said. */
    @Nullable PublicFiles elsewhere;

    /** A bit of this file flips when it is written. */
    @Nullable String flipped;

    final List<Integer> filesWritten = new ArrayList<>();
    final Set<UUID> swept = new TreeSet<>();
    Optional<TrustPolicy> policy = Optional.empty();

    /** Who answers requests to cosign, by the names in the policy; nobody else answers. */
    final Map<String, Witness> cosigners = new TreeMap<>();

    /** The notes that each of them kept last, by origin. */
    private final Map<String, Map<String, String>> cosigned = new HashMap<>();

    final Set<String> silent = new TreeSet<>();

    /** Witnesses that say to have cosigned a size, whatever they are asked. */
    final Map<String, Long> claims = new TreeMap<>();

    Function<byte[], byte[]> authority = null;
    List<X509Certificate> authorities = List.of();

    /** The services' keys, as the ledger trusts them now. */
    TrustedKeys trusted = Leaver.trusted();

    Log log =
            new Log(
                    List.of(
                            NoteSigner.parse(KEY.secretText()),
                            NoteSigner.generate(
                                    KEY.verifier().name(),
                                    NoteKey.Kind.ML_DSA_44_COSIGNATURE,
                                    new SecureRandom())),
                    Optional.empty(),
                    () -> trusted,
                    new byte[] {1});
    Instant now = Leaver.NOW;

    /** What time it is where everything is stored. */
    Instant stored = Leaver.NOW;

    /** Whether nothing is erased, whoever asks; known from a restart on. */
    boolean held;

    /** Of these changes nothing can be erased. */
    final Set<UUID> stuck = new TreeSet<>();

    /** Nanoseconds of CPU that went into sealing what was handed on: the loop's work. */
    long sealing;

    /** Whether this replica is the one that publishes. */
    boolean leads = true;

    @Nullable Runnable beforeCommit;

    /** Before files change. */
    Runnable beforeWrite = () -> {};

    /** What another replica does, once, right before the log is held. */
    Runnable beforeHold = () -> {};

    /** How long a shard is written; known from a restart on. */
    ShardPeriod period = ShardPeriod.NONE;

    RecordHandoffs record;
    LookAgain lookAgain;
    AccountOffsets offsets;
    BeginShard begin;
    PublishLog publish;
    CertifyClosure certify;
    SignStatement sign;
    EraseContent erase;

    private State state =
            new State(
                    new ArrayList<>(),
                    new HashMap<>(),
                    new HashMap<>(),
                    new TreeSet<>(),
                    new TreeSet<>(),
                    new TreeMap<>(),
                    new ArrayList<>(List.of(Shard.FIRST)),
                    new HashMap<>(),
                    new HashMap<>(),
                    new ArrayList<>());

    InMemoryLedger() {
        restart();
    }

    /** New classes on the same state: nothing is remembered. */
    void restart() {
        Readings readings = new AvroReadings();
        Announcements announcements = new OutboxAnnouncements();
        DecideClosures closures =
                new DecideClosures(
                        this,
                        this,
                        this,
                        new Charters(this, readings, new CharterDifferences()),
                        new Registrations(this, readings),
                        new Demotions(this, readings),
                        new CelConditions(),
                        readings,
                        announcements,
                        meters,
                        Duration.ofHours(1));
        record = new RecordHandoffs(log, readings, this, this, closures, meters);
        lookAgain =
                new LookAgain(
                        this, this, this, closures, Duration.ofSeconds(60), Clock.systemUTC());
        log = log.with(policy);
        AskWitnesses witnesses = new AskWitnesses(log, this, this);
        SettleCheckpoints settle =
                new SettleCheckpoints(log, this, this, this, this, witnesses, this, clock());
        offsets = new AccountOffsets(this, this, this);
        begin =
                new BeginShard(
                        log,
                        this,
                        this,
                        this,
                        this,
                        new RecordKeys(log, this, this, this),
                        clock(),
                        period);
        publish =
                new PublishLog(
                        log,
                        this,
                        this,
                        offsets,
                        this,
                        this,
                        announcements,
                        witnesses,
                        settle,
                        begin);
        certify = new CertifyClosure(log, this, this, this, readings, this, this);
        sign =
                new SignStatement(
                        new StatementKey(new byte[32]),
                        certify,
                        log,
                        this,
                        this,
                        this,
                        this,
                        this,
                        this);
        erase =
                new EraseContent(
                        this,
                        this,
                        this,
                        this,
                        new OutboxAnnouncements(),
                        this,
                        this,
                        meters,
                        Clock.systemUTC(),
                        held);
    }

    ExportPack pack(Instant clock) {
        return new ExportPack(
                log,
                this,
                this,
                this,
                this,
                certify,
                new PdfReports(),
                Clock.fixed(clock, java.time.ZoneOffset.UTC));
    }

    /** Receives a batch as the loop does: drops what was seen, follows the chains. */
    void receive(List<Received> batch) {
        transact(
                        List.of(),
                        outbox -> {
                            List<Received> fresh =
                                    batch.stream()
                                            .filter(each ->
                                                    state.log.stream()
                                                            .noneMatch(entry ->
                                                                    entry.envelope()
                                                                            .id()
                                                                            .equals(
                                                                                    each.envelope()
                                                                                            .id())))
                                            .toList();
                            fresh.forEach(this::follow);
                            return fresh.isEmpty()
                                    ? Uni.createFrom().voidItem()
                                    : record.receive(fresh, outbox);
                        })
                .await()
                .indefinitely();
    }

    /** As {@link #receive}, without looking for what was seen: for large numbers. */
    void receiveFresh(List<Received> batch) {
        transact(
                        List.of(),
                        outbox -> {
                            batch.forEach(this::follow);
                            return record.receive(batch, outbox);
                        })
                .await()
                .indefinitely();
    }

    /** What was handed on since the last call; it comes back over Kafka. */
    List<Received> handedOn() {
        List<Received> handedOn = List.copyOf(state.handedOn);
        state.handedOn.clear();
        return handedOn;
    }

    Standing standing(UUID change) {
        return Objects.requireNonNull(state.standings.get(change));
    }

    /** What another replica does, once, right after the size was read. */
    Runnable afterSize = () -> {};

    int logged() {
        return state.log.size();
    }

    /** As after restoring an old backup. */
    void forgetFrom(int size) {
        state.log.subList(size, state.log.size()).clear();
    }

    /** The whole database as it was at a size. */
    void rollBackTo(int size) {
        forgetFrom(size);
        state.signed.tailMap((long) size, false).clear();
        state.shards.removeIf(each -> each.first() > size);
    }

    List<Signed> checkpoints() {
        return List.copyOf(state.signed.values());
    }

    byte[] leaf(int index) {
        return state.log.get(index).leaf();
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
    }

    void replaceLeaf(int index) {
        Entry entry = state.log.get(index);
        state.log.set(
                index,
                new Entry(
                        entry.envelope(),
                        entry.origin(),
                        entry.payload(),
                        entry.sealed(),
                        entry.sealKey(),
                        entry.seal(),
                        entry.policy(),
                        entry.salt(),
                        new byte[] {7}));
    }

    private void follow(Received received) {
        UUID change = received.envelope().correlation();
        int sequence = received.envelope().sequence();
        if (change != null && sequence > 0) {
            Link link = state.chains.getOrDefault(change, new Link(0, null));
            if (link.sequence() < sequence) {
                state.chains.put(change, new Link(sequence, received.hash()));
            }
        }
    }

    // Handoffs

    @Override
    public <T> Uni<T> transact(Collection<UUID> changes, Function<Outbox, Uni<T>> work) {
        State before = state.copy();
        return work.apply(new InMemoryOutbox())
                .invoke(() -> {
                    if (beforeCommit != null) {
                        beforeCommit.run();
                    }
                })
                .onFailure()
                .invoke(() -> state = before);
    }

    private final class InMemoryOutbox implements Outbox {
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
            return Uni.createFrom().voidItem();
        }

        @Override
        public UUID handOn(UUID change, SpecificRecord message, @Nullable UUID cause) {
            Link link = state.chains.getOrDefault(change, new Link(0, null));
            var threads = ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadCpuTime();
            Received sealed =
                    Leaver.sealed(
                            Service.EVIDENCE_LEDGER,
                            message,
                            change.toString(),
                            change,
                            link.sequence() + 1,
                            link.hash(),
                            now);
            sealing += threads.getCurrentThreadCpuTime() - before;
            state.chains.put(change, new Link(link.sequence() + 1, sealed.hash()));
            state.handedOn.add(sealed);
            return sealed.envelope().id();
        }

        @Override
        public UUID publish(
                UUID id,
                String subject,
                SpecificRecord message,
                @Nullable UUID change,
                @Nullable UUID cause) {
            state.handedOn.add(
                    Leaver.sealed(Service.EVIDENCE_LEDGER, message, subject, change, 0, null, now));
            return id;
        }

        @Override
        public void deadLetter(
                String code,
                String reason,
                String origin,
                @Nullable String key,
                Map<String, byte[]> headers,
                byte[] payload) {
            throw new AssertionError("the ledger sets nothing aside itself");
        }
    }

    // Entries

    @Override
    public Uni<Long> append(List<Entry> entries, Instant at) {
        calls.add("append");
        long first = state.log.size();
        state.log.addAll(entries);
        return Uni.createFrom().item(first);
    }

    @Override
    public Uni<List<Placed>> placedAs(Collection<UUID> ids) {
        List<Placed> placed = new ArrayList<>();
        for (int n = 0; n < state.log.size(); n++) {
            if (ids.contains(state.log.get(n).envelope().id())) {
                placed.add(new Placed(n, state.log.get(n).leaf()));
            }
        }
        return Uni.createFrom().item(placed);
    }

    @Override
    public Uni<Void> append(UUID id, String type, byte[] leaf, Instant at) {
        // of a kind that nothing here asks for
        Envelope envelope =
                new Envelope(
                        id,
                        Service.EVIDENCE_LEDGER,
                        Handoff.CHECKPOINT_PUBLISHED,
                        type,
                        at,
                        Handoff.CHECKPOINT_PUBLISHED.dataschema(),
                        null,
                        null,
                        0,
                        null);
        byte[] none = new byte[0];
        state.log.add(new Entry(envelope, "", none, none, "", "", "", none, leaf));
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<List<Read>> of(Collection<Offsets.Place> places) {
        return Uni.createFrom()
                .item(places.stream().map(state.read::get).filter(Objects::nonNull).toList());
    }

    @Override
    public Uni<List<Read>> unaccounted(int most) {
        return Uni.createFrom()
                .item(
                        state.read.values().stream()
                                .filter(each -> each.next() > each.since())
                                .limit(most)
                                .toList());
    }

    @Override
    public Uni<Void> advance(Collection<Read> read) {
        read.forEach(each -> state.read.put(each.place(), each));
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Long> hold() {
        calls.add("hold");
        Runnable next = beforeHold;
        beforeHold = () -> {};
        next.run();
        return Uni.createFrom().item((long) state.log.size());
    }

    @Override
    public Uni<Long> size() {
        long size = state.log.size();
        Runnable next = afterSize;
        afterSize = () -> {};
        next.run();
        return Uni.createFrom().item(size);
    }

    @Override
    public Uni<List<Entry.Logged>> handoffs(Collection<UUID> changes, long before) {
        calls.add("handoffs");
        return entries(
                before,
                each ->
                        each.envelope().sequence() > 0
                                && changes.contains(each.envelope().correlation()));
    }

    @Override
    public Uni<List<Entry.Logged>> observations(Collection<String> accounts, long before) {
        calls.add("observations");
        return entries(
                before,
                each ->
                        type(each).equals("IdentityObserved")
                                && accounts.contains(each.envelope().subject()));
    }

    @Override
    public Uni<List<Entry.Logged>> charters(Collection<String> names) {
        calls.add("charters");
        return entries(
                Long.MAX_VALUE,
                each ->
                        type(each).equals("CharterPublished")
                                && names.contains(each.envelope().subject()));
    }

    @Override
    public Uni<List<Entry.Logged>> charterDecisions(Collection<String> names) {
        return entries(
                Long.MAX_VALUE,
                each ->
                        type(each).equals("CharterDecided")
                                && names.stream()
                                        .map("charter/"::concat)
                                        .anyMatch(each.envelope().subject()::equals));
    }

    @Override
    public Uni<List<Entry.Logged>> demotions(Collection<String> names) {
        return entries(
                Long.MAX_VALUE,
                each ->
                        (type(each).equals("EmployeeDemoted")
                                        || type(each).equals("EmployeePromoted"))
                                && names.stream()
                                        .map(Scopes::own)
                                        .anyMatch(each.envelope().subject()::equals));
    }

    @Override
    public Uni<List<Entry.Logged>> of(UUID change) {
        return entries(Long.MAX_VALUE, each -> change.equals(each.envelope().correlation()));
    }

    @Override
    public Uni<List<Entry.Logged>> withIds(Collection<UUID> ids) {
        return entries(Long.MAX_VALUE, each -> ids.contains(each.envelope().id()));
    }

    @Override
    public Uni<List<Entry.Logged>> setAside(long before, int most) {
        return entries(before, each -> type(each).equals("DeadLettered"));
    }

    @Override
    public Uni<List<byte[]>> leaves(long from, long to) {
        return Uni.createFrom()
                .item(state.log.subList((int) from, (int) to).stream().map(Entry::leaf).toList());
    }

    private Uni<List<Entry.Logged>> entries(long before, Predicate<Entry> wanted) {
        List<Entry.Logged> found = new ArrayList<>();
        for (int n = 0; n < Math.min(before, state.log.size()); n++) {
            if (wanted.test(state.log.get(n)) && isKept(state.log.get(n))) {
                found.add(new Entry.Logged(n, state.log.get(n)));
            }
        }
        return Uni.createFrom().item(found);
    }

    private boolean isKept(Entry entry) {
        UUID change = entry.envelope().correlation();
        return change == null
                || !state.erased.contains(change)
                || type(entry).equals("ContentErased");
    }

    @Override
    public Uni<List<Placed>> placed(UUID change) {
        List<Entry.Logged> own = new ArrayList<>();
        for (int n = 0; n < state.log.size(); n++) {
            if (change.equals(state.log.get(n).envelope().correlation())) {
                own.add(new Entry.Logged(n, state.log.get(n)));
            }
        }
        own.sort(
                Comparator.comparing((Entry.Logged each) -> each.entry().envelope().sequence() == 0)
                        .thenComparingInt(each -> each.entry().envelope().sequence()));
        return Uni.createFrom()
                .item(
                        own.stream()
                                .map(each -> new Placed(each.index(), each.entry().leaf()))
                                .toList());
    }

    // Contents

    @Override
    public Uni<Void> erase(Collection<UUID> owners, Instant at) {
        if (owners.stream().anyMatch(stuck::contains)) {
            return Uni.createFrom().failure(new IllegalStateException("stuck"));
        }
        state.erased.addAll(owners);
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<List<UUID>> unswept(Instant before, int most) {
        return Uni.createFrom()
                .item(
                        state.erased.stream()
                                .filter(each -> !swept.contains(each))
                                .limit(most)
                                .toList());
    }

    @Override
    public Uni<Void> swept(Collection<UUID> owners, Instant at) {
        swept.addAll(owners);
        return Uni.createFrom().voidItem();
    }

    private List<Standing> keptUnder(String charterHash, long closedBefore) {
        return state.standings.values().stream()
                .filter(each -> each.charterHash().equals(charterHash) && !each.isErased())
                .filter(each -> each.closingLeaf().filter(leaf -> leaf < closedBefore).isPresent())
                .toList();
    }

    @Override
    public Uni<List<KeptUnder>> kept() {
        return Uni.createFrom()
                .item(
                        state.standings.values().stream()
                                .map(each -> new KeptUnder(each.charter(), each.charterHash()))
                                .filter(each ->
                                        !keptUnder(each.charterHash(), Long.MAX_VALUE).isEmpty())
                                .distinct()
                                .toList());
    }

    @Override
    public Uni<List<UUID>> keptUntil(String charterHash, long closedBefore, int most) {
        return Uni.createFrom()
                .item(
                        keptUnder(charterHash, closedBefore).stream()
                                .map(Standing::change)
                                .limit(most)
                                .toList());
    }

    @Override
    public Uni<Long> keptBefore(String charterHash, long closedBefore) {
        return Uni.createFrom().item((long) keptUnder(charterHash, closedBefore).size());
    }

    private static String type(Entry entry) {
        return entry.envelope().handoff().recordName();
    }

    // Waits

    /** Those of a change. */
    Set<Wait> waits(UUID change) {
        return new HashSet<>(state.waits.getOrDefault(change, Map.of()).values());
    }

    @Override
    public Uni<Void> keep(Collection<Moved> moved) {
        calls.add("waits");
        for (Moved each : moved) {
            Map<Wait.Place, Wait> kept =
                    state.waits.computeIfAbsent(each.change(), _ -> new HashMap<>());
            each.gone().forEach(kept::remove);
            each.now().forEach(wait -> kept.put(wait.place(), wait));
        }
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Void> settled(Collection<UUID> done) {
        calls.add("settled");
        for (UUID change : done) {
            Standing later = standing(change);
            state.standings.values().stream()
                    .filter(each ->
                            each.subject().equals(later.subject())
                                    && later.account().isPresent()
                                    && each.account().equals(later.account())
                                    && each.opened() < later.opened())
                    .forEach(each ->
                            state.waits
                                    .getOrDefault(each.change(), Map.of())
                                    .replaceAll((place, wait) ->
                                            place.party() == Wait.Party.OWING
                                                            && wait.until().isEmpty()
                                                            && !wait.since().isAfter(later.since())
                                                    ? ended(wait)
                                                    : wait));
        }
        return Uni.createFrom().voidItem();
    }

    private Wait ended(Wait wait) {
        return new Wait(
                wait.sequence(),
                wait.party(),
                wait.unit(),
                wait.people(),
                wait.asked(),
                wait.since(),
                Optional.of(now),
                wait.rework());
    }

    @Override
    public Uni<Void> forgetPeople(Collection<UUID> changes) {
        changes.forEach(this::forgetPeople);
        return Uni.createFrom().voidItem();
    }

    private void forgetPeople(UUID change) {
        state.waits
                .getOrDefault(change, Map.of())
                .replaceAll((_, wait) ->
                        new Wait(
                                wait.sequence(),
                                wait.party(),
                                wait.unit(),
                                Set.of(),
                                wait.asked(),
                                wait.since(),
                                wait.until(),
                                wait.rework()));
    }

    @Override
    public Uni<List<Line>> sums(Asked asked, int most) {
        throw new UnsupportedOperationException("summed up by the database");
    }

    @Override
    public Uni<List<Line>> byCharterAndParty(Instant from, int charters) {
        throw new UnsupportedOperationException("summed up by the database");
    }

    @Override
    public Uni<List<Pending>> waitingByCharterAndParty(int charters) {
        throw new UnsupportedOperationException("summed up by the database");
    }

    @Override
    public Uni<List<Open>> open(
            Optional<String> charter,
            Optional<Wait.Party> party,
            Optional<String> person,
            Optional<Waits.Place> after,
            int most) {
        throw new UnsupportedOperationException("looked up by the database");
    }

    // Changes

    @Override
    public Uni<List<Standing>> load(Collection<UUID> changes) {
        calls.add("load");
        return Uni.createFrom()
                .item(changes.stream().map(state.standings::get).filter(Objects::nonNull).toList());
    }

    @Override
    public Uni<Void> store(Collection<Standing> standings) {
        calls.add("store");
        standings.forEach(each -> state.standings.put(each.change(), each));
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Void> stir(
            Collection<String> accounts, Collection<String> charterHashes, boolean signed) {
        calls.add("stir");
        for (Standing each : state.standings.values()) {
            boolean unproved =
                    each.holder().equals("evidence-ledger")
                            && each.account().filter(accounts::contains).isPresent();
            boolean uncharted =
                    each.missing().equals(List.of("charter"))
                            && charterHashes.contains(each.charterHash());
            boolean unsigned = signed && each.missing().contains("approvals.complete");
            if (each.outcome().isEmpty() && (unproved || uncharted || unsigned)) {
                state.stirred.add(each.change());
            }
        }
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<List<UUID>> due(Instant before, int most) {
        Set<UUID> due = new LinkedHashSet<>(state.stirred);
        state.standings.values().stream()
                .filter(each -> each.outcome().isEmpty() && each.isUnprovedSince(before))
                .forEach(each -> due.add(each.change()));
        return Uni.createFrom().item(due.stream().limit(most).toList());
    }

    @Override
    public Uni<List<UUID>> overdue(Instant before, int most) {
        return Uni.createFrom()
                .item(
                        state.standings.values().stream()
                                .filter(each -> each.isOverdueSince(before))
                                .map(Standing::change)
                                .limit(most)
                                .toList());
    }

    @Override
    public Uni<Void> settle(Collection<UUID> changes) {
        state.stirred.removeAll(changes);
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<List<Standing>> closedBetween(
            long first, long last, Population population, int most) {
        return Uni.createFrom()
                .item(
                        state.standings.values().stream()
                                .filter(each ->
                                        each.closingLeaf()
                                                .filter(leaf -> leaf >= first && leaf < last)
                                                .isPresent())
                                .filter(each ->
                                        isOr(population.charter(), each.charter())
                                                && isOr(population.subject(), each.subject())
                                                && isOr(
                                                        population.account(),
                                                        each.account().orElse(""))
                                                && isOr(
                                                        population.outcome(),
                                                        each.outcome().orElse("")))
                                .sorted(
                                        Comparator.comparing(
                                                each -> each.closingLeaf().orElseThrow()))
                                .limit(most)
                                .toList());
    }

    private static boolean isOr(Optional<String> asked, String is) {
        return asked.isEmpty() || asked.get().equals(is);
    }

    @Override
    public Uni<List<Standing>> search(Search search, int most) {
        return Uni.createFrom()
                .item(() ->
                        state.standings.values().stream()
                                .filter(each -> each.actors().containsAll(search.actors()))
                                .filter(each -> isOr(search.subject(), each.subject()))
                                .filter(each -> isOr(search.account(), each.account().orElse("")))
                                .sorted(Comparator.comparingLong(Standing::opened).reversed())
                                .limit(most)
                                .toList());
    }

    @Override
    public Uni<Optional<Standing>> find(UUID change) {
        return Uni.createFrom().item(Optional.ofNullable(state.standings.get(change)));
    }

    @Override
    public Uni<Backlog> backlog() {
        return Uni.createFrom().item(new Backlog(0, Optional.empty()));
    }

    // Checkpoints

    @Override
    public Uni<Shards> shards() {
        return Uni.createFrom().item(() -> new Shards(state.shards));
    }

    @Override
    public Uni<Void> begin(Shard shard) {
        state.shards.add(shard);
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Ends> ends() {
        return Uni.createFrom()
                .item(() ->
                        new Ends(
                                Optional.ofNullable(state.signed.lastEntry())
                                        .map(Map.Entry::getValue),
                                state.signed.descendingMap().values().stream()
                                        .filter(each -> each.settled().isPresent())
                                        .findFirst()));
    }

    @Override
    public Uni<Optional<Signed>> lastBefore(Instant time) {
        return Uni.createFrom()
                .item(
                        state.signed.values().stream()
                                .filter(each -> each.settled().filter(time::isAfter).isPresent())
                                .max(
                                        Comparator.comparing((Signed each) ->
                                                        each.settled().orElseThrow())
                                                .thenComparingLong(Signed::size)));
    }

    @Override
    public Uni<Instant> time() {
        return Uni.createFrom().item(stored);
    }

    @Override
    public Uni<Optional<Signed>> covering(long leafIndex) {
        return Uni.createFrom()
                .item(
                        state.signed.tailMap(leafIndex, false).values().stream()
                                .filter(each -> each.settled().isPresent())
                                .findFirst());
    }

    /** As PostgreSQL does: none is settled before another one was. */
    private Signed inOrder(Signed checkpoint) {
        return new Signed(
                checkpoint.size(),
                checkpoint.note(),
                checkpoint.at(),
                checkpoint
                        .settled()
                        .flatMap(at ->
                                Stream.concat(
                                                Stream.of(at),
                                                state.signed.values().stream()
                                                        .flatMap(each -> each.settled().stream()))
                                        .max(Comparator.naturalOrder())),
                checkpoint.timestamp());
    }

    @Override
    public Uni<Void> settle(Signed checkpoint) {
        if (state.signed.tailMap(checkpoint.size()).values().stream()
                .noneMatch(each -> each.settled().isPresent())) {
            state.signed.put(checkpoint.size(), inOrder(checkpoint));
        }
        return Uni.createFrom().voidItem();
    }

    /** Asks these for cosignatures from now on, so many of them. */
    void witnesses(String quorum, String... names) {
        StringBuilder text = new StringBuilder("log " + NoteKey.of(KEY.verifier()) + "\n");
        for (String name : names) {
            text.append("witness " + name + " " + cosigner(name) + " http://" + name + "\n");
        }
        text.append("group all-of-them " + quorum + " " + String.join(" ", names) + "\n");
        text.append("quorum all-of-them\n");
        policy = Optional.of(TrustPolicy.parse(text.toString()));
        restart();
    }

    /** Lets a witness of this name answer, with a new key. */
    NoteKey cosigner(String name) {
        NoteSigner signer =
                NoteSigner.generate(
                        "witness.example/" + name,
                        NoteKey.Kind.ML_DSA_44_COSIGNATURE,
                        new SecureRandom());
        Map<String, String> notes = cosigned.computeIfAbsent(name, _ -> new HashMap<>());
        cosigners.put(
                name,
                new Witness(
                        List.of(signer),
                        List.of(NoteKey.of(KEY.verifier())),
                        new Witness.Cosigned() {
                            @Override
                            public Optional<String> last(String origin) {
                                return Optional.ofNullable(notes.get(origin));
                            }

                            @Override
                            public Optional<String> named(String id) {
                                return notes.keySet().stream()
                                        .filter(each -> WitnessFolder.id(each).equals(id))
                                        .findFirst()
                                        .map(notes::get);
                            }

                            @Override
                            public void keep(String origin, String note) {
                                notes.put(origin, note);
                            }
                        }));
        return signer.verifier();
    }

    @Override
    public Answer ask(TrustPolicy.Member witness, AddCheckpoint request, Duration patience) {
        Witness asked = cosigners.get(witness.name());
        if (asked == null || silent.contains(witness.name())) {
            return new Answer.Silent("no route");
        }
        if (claims.containsKey(witness.name())) {
            return new Answer.OtherSize(claims.get(witness.name()));
        }
        return switch (asked.add(request.text(), now)) {
            case Witness.Answer.Lines(String text) -> new Answer.Lines(text);
            case Witness.Answer.OtherSize(long size) -> new Answer.OtherSize(size);
            case Witness.Answer other -> new Answer.Refused(other.toString());
        };
    }

    @Override
    public Optional<String> last(TrustPolicy.Member witness, String origin, Duration patience) {
        Witness asked = cosigners.get(witness.name());
        return asked == null || silent.contains(witness.name())
                ? Optional.empty()
                : asked.named(WitnessFolder.id(origin));
    }

    @Override
    public boolean areWanted() {
        return authority != null;
    }

    @Override
    public List<X509Certificate> trusted() {
        return authorities;
    }

    @Override
    public byte[] over(byte[] content, Duration patience) {
        return authority.apply(content);
    }

    @Override
    public Uni<Boolean> lead() {
        calls.add("lead");
        return Uni.createFrom().item(leads);
    }

    @Override
    public Uni<Void> awaitLead() {
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Void> add(Signed checkpoint) {
        if (state.signed.putIfAbsent(checkpoint.size(), inOrder(checkpoint)) != null) {
            throw new IllegalStateException("two checkpoints of size " + checkpoint.size());
        }
        return Uni.createFrom().voidItem();
    }

    // files

    @Override
    public PublicFiles of(String period) {
        return period.isEmpty() ? this : new Files(Shard.prefix(period));
    }

    /** Those of a later shard. */
    private final class Files implements PublicFiles {
        private final String prefix;

        Files(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public PublicFiles of(String period) {
            return InMemoryLedger.this.of(period);
        }

        @Override
        public Optional<byte[]> read(String path) {
            return InMemoryLedger.this.read(prefix + path);
        }

        @Override
        public void write(Map<String, byte[]> files) {
            Map<String, byte[]> placed = new TreeMap<>();
            files.forEach((path, bytes) -> placed.put(prefix + path, bytes));
            InMemoryLedger.this.write(placed);
        }

        @Override
        public void replace(String path, Optional<byte[]> seen, byte[] next) {
            InMemoryLedger.this.replace(prefix + path, seen, next);
        }

        @Override
        public <T> Uni<T> away(Callable<T> work) {
            return InMemoryLedger.this.away(work);
        }

        @Override
        public byte[] read(int level, long index, int width) {
            return InMemoryLedger.this.read(prefix, level, index, width);
        }
    }

    @Override
    public Optional<byte[]> read(String path) {
        return elsewhere == null
                ? Optional.ofNullable(publicFiles.get(path))
                : elsewhere.read(path);
    }

    @Override
    public void write(Map<String, byte[]> files) {
        beforeWrite.run();
        filesWritten.add(files.size());
        if (elsewhere != null) {
            elsewhere.write(files);
            return;
        }
        files.forEach((path, bytes) -> {
            byte[] stored = bytes.clone();
            if (path.equals(flipped)) {
                stored[stored.length / 2] ^= 1;
            }
            publicFiles.put(path, stored);
        });
    }

    @Override
    public void replace(String path, Optional<byte[]> seen, byte[] next) {
        if (elsewhere != null) {
            elsewhere.replace(path, seen, next);
            return;
        }
        if (!Arrays.equals(publicFiles.get(path), seen.orElse(null))) {
            throw new IllegalStateException(path + " is not what it was");
        }
        write(Map.of(path, next));
    }

    @Override
    public <T> Uni<T> away(Callable<T> work) {
        return Uni.createFrom()
                .item(() -> {
                    try {
                        return work.call();
                    } catch (RuntimeException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
    }

    @Override
    public byte[] read(int level, long index, int width) {
        return read("", level, index, width);
    }

    private byte[] read(String prefix, int level, long index, int width) {
        tilesRead++;
        if (elsewhere != null) {
            return elsewhere.of(prefix.replace("/", "")).read(level, index, width);
        }
        for (int wide = Tile.FULL; wide >= width; wide--) {
            byte[] bytes = publicFiles.get(prefix + new Tile(level, index, wide).path());
            if (bytes != null) {
                return bytes;
            }
        }
        throw new IllegalStateException("tile " + level + "/" + index + " is missing");
    }

    @Override
    public Optional<byte[]> kept(UUID change, Form form) {
        return Optional.ofNullable(files(form).get(change));
    }

    @Override
    public void keep(UUID change, Form form, byte[] certificate) {
        files(form).put(change, certificate);
    }

    @Override
    public void forget(UUID change) {
        certificates.remove(change);
        bundles.remove(change);
    }

    private Map<UUID, byte[]> files(Form form) {
        return switch (form) {
            case OWN -> certificates;
            case SIGSTORE -> bundles;
        };
    }
}
