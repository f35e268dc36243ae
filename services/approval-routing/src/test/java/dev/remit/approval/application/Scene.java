package dev.remit.approval.application;

import dev.remit.approval.adapter.json.JsonAmendments;
import dev.remit.approval.adapter.json.JsonCharter;
import dev.remit.approval.adapter.json.JsonPlan;
import dev.remit.approval.adapter.kafka.KafkaLetters;
import dev.remit.approval.adapter.kafka.KafkaReadings;
import dev.remit.approval.adapter.webauthn.WebAuthn;
import dev.remit.approval.application.Answers.Request;
import dev.remit.approval.application.Answers.Result;
import dev.remit.approval.application.DecideStages.Decider;
import dev.remit.approval.application.DecideStages.Item;
import dev.remit.approval.domain.About;
import dev.remit.approval.domain.Attempt;
import dev.remit.approval.domain.Authentication;
import dev.remit.approval.domain.Charter;
import dev.remit.approval.domain.Concern;
import dev.remit.approval.domain.Forecast;
import dev.remit.approval.domain.Parties;
import dev.remit.approval.domain.Ready;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Service;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.halt.Halt;
import dev.remit.handoff.halt.InForce;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.wire.v1.AccountFacts;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.AuthorityResumed;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.ExecutionOutcome;
import dev.remit.wire.v1.GrantEnded;
import dev.remit.wire.v1.GroupFact;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.ObservationKind;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import dev.remit.wire.v1.Subject;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;

/** The service with its ports in memory, a charter, a manager and two security approvers. */
final class Scene {
    static final String PEOPLE = "keycloak:acme";
    static final String CHARTER = "c".repeat(64);
    static final byte[] PLAN = "{\"steps\":[]}".getBytes(StandardCharsets.UTF_8);
    static final String PLAN_HASH = Hash.sha256(PLAN).hex();
    static final Duration EXPIRES = Duration.ofDays(2);
    static final String MANAGER =
            "{\"name\":\"manager\",\"resolver\":\"manager\",\"quorum\":1,\"expiresAfter\":\"PT48H\"}";

    final InMemory world = new InMemory();
    final InMemoryRemovals removals = new InMemoryRemovals();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final RouteReadyChange receiver;
    final InMemoryPasskeys passkeys = new InMemoryPasskeys();
    private final Authenticators authenticators =
            new WebAuthn(Optional.of("localhost"), Optional.of(List.of("http://localhost:8083")));
    final RegisterPasskey register;
    final DecideStages decide;
    final LookAgain lookAgain;
    final TellOfDrafts tellOfDrafts;
    final InMemoryDrafts drafts = new InMemoryDrafts();
    final InMemoryTakenBack takenBack = new InMemoryTakenBack();
    final ExpireStages expire;
    final AnswerQuestion answer;
    final WithdrawChange withdraw;
    final AmendChange amend;
    private final JsonAmendments amending = new JsonAmendments();
    final Delegate delegate;

    /** What an ITSM is to be shown. */
    final List<Mirror.Event> mirrored = new ArrayList<>();

    private final Mirror mirror =
            new Mirror() {
                @Override
                public Uni<Void> add(Collection<Event> events) {
                    mirrored.addAll(events);
                    return Uni.createFrom().voidItem();
                }

                @Override
                public Uni<Optional<Due>> claim(Instant now) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Uni<Void> shown(long position) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Uni<Void> putOff(long position, Instant now) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Uni<Lag> lag(Instant now) {
                    throw new UnsupportedOperationException();
                }
            };

    InForce halted = InForce.NONE;
    private int offset;

    private final Advance advance;

    Scene() {
        advance =
                new Advance(
                        world,
                        world,
                        world,
                        world,
                        () -> Uni.createFrom().item(halted),
                        removals,
                        new KafkaLetters(),
                        world,
                        mirror,
                        meters,
                        Duration.ofDays(1),
                        Optional.empty());
        tellOfDrafts = new TellOfDrafts(drafts, world, world, world);
        receiver =
                new RouteReadyChange(
                        world,
                        world,
                        world,
                        world,
                        advance,
                        new KafkaReadings(PEOPLE),
                        removals,
                        tellOfDrafts,
                        takenBack);
        decide =
                new DecideStages(
                        world, advance, world, passkeys, authenticators, amending, world, meters);
        register = registering(false);
        lookAgain = new LookAgain(world, advance, world);
        expire = new ExpireStages(world, advance, world);
        Say say = new Say(world, advance, world, world);
        answer = new AnswerQuestion(say);
        withdraw = new WithdrawChange(say);
        amend = new AmendChange(say, amending);
        delegate = delegating(false);
        charter(MANAGER, group("security", "/security"));
        world.people.put(Concern.account("manager"), List.of(account("manager")));
        world.people.put(
                Concern.account("security-1"), List.of(account("security-1", "/security")));
        world.people.put(
                Concern.account("security-2"), List.of(account("security-2", "/security")));
        world.people.put(
                Concern.group("/security"),
                List.of(account("security-1", "/security"), account("security-2", "/security")));
    }

    void charter(String... stages) {
        world.charters.put(
                CHARTER,
                new Charter.Lookup.Found(
                        JsonCharter.read(
                                """
                                {"metadata":{"owner":"charter-owner"},"spec":{"approval":{"role":"approver","stages":[%s]},
                                 "execution":{"authorizationExpiresAfter":"PT1H"}}}\
                                """
                                        .formatted(String.join(",", stages)))));
    }

    static String group(String name, String path) {
        return """
        {"name":"%s","resolver":"group","group":"%s","quorum":1,"expiresAfter":"PT48H"}\
        """
                .formatted(name, path);
    }

    static String rule(String name, String rule, Optional<String> group) {
        return """
        {"name":"%s","resolver":"policy","policy":{"name":"%s","version":"1","verdicts":["READY"]}%s,"quorum":1,
         "expiresAfter":"PT48H"}\
        """
                .formatted(name, rule, group.map(path -> ",\"group\":\"" + path + "\"").orElse(""));
    }

    static Account account(String id, String... groups) {
        return new Account(
                PEOPLE,
                id,
                true,
                Optional.of("W-" + id),
                Optional.empty(),
                List.of(groups).stream().map(path -> new Account.Group(path, path)).toList(),
                List.of("approver"),
                id,
                Instant.EPOCH);
    }

    static List<UUID> changes(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(n -> new UUID(0x4000L, n)).toList();
    }

    void receive(SpecificRecord... messages) {
        receive(List.of(messages));
    }

    void receive(List<? extends SpecificRecord> messages) {
        List<Received> batch = new ArrayList<>();
        Set<UUID> locked = new HashSet<>();
        for (SpecificRecord message : messages) {
            Optional<UUID> change =
                    switch (message) {
                        case ReadinessJudged judged ->
                                Optional.of(judged.getChange().getChangeId());
                        case ChangeExecuted executed -> Optional.of(executed.getChangeId());
                        case GrantEnded ended -> Optional.of(ended.getChangeId());
                        default -> Optional.empty();
                    };
            change.ifPresent(locked::add);
            batch.add(received(message, change));
        }
        receiver.receive(batch, world.outbox(locked)).await().indefinitely();
    }

    void receive(Collection<UUID> changes) {
        receive(changes.stream().map(change -> judged(change, ReadinessVerdict.READY)).toList());
    }

    Result decide(UUID change, String by) {
        return decide(List.of(item(change)), by, Optional.empty()).getFirst();
    }

    List<Result> decide(List<Item> items, String by, Optional<Request> request) {
        return decide.decide(items, decider(by), items.size() > 1, request).await().indefinitely();
    }

    /** Whom a change would be put to; nobody has proposed it. */
    Forecast preview() {
        Ready asked =
                new Ready(
                        new UUID(0, 0),
                        new byte[0],
                        new About("leaver", "offboard", PEOPLE, "leaves", "ASSIST", ""),
                        CHARTER,
                        "READY",
                        Map.of(),
                        Map.of(),
                        new Parties("owner", Optional.empty(), "leaver", ""),
                        Optional.of("manager"),
                        Optional.empty(),
                        PLAN,
                        PLAN_HASH,
                        JsonPlan.effect(PLAN));
        return advance.preview(List.of(asked), world.now).await().indefinitely().getFirst();
    }

    RegisterPasskey registering(boolean unknownAccepted) {
        return new RegisterPasskey(
                passkeys,
                authenticators,
                new KafkaLetters(),
                world,
                world,
                new RecentSignIn(Duration.ofMinutes(5), unknownAccepted));
    }

    Delegate delegating(boolean unknownAccepted) {
        return new Delegate(
                world,
                world,
                world,
                world,
                new KafkaLetters(),
                world,
                new RecentSignIn(Duration.ofMinutes(5), unknownAccepted));
    }

    /** Signed in just now. */
    Authentication lately() {
        return new Authentication(
                "issuer",
                Optional.of("token"),
                Optional.empty(),
                List.of(),
                Optional.of(world.now));
    }

    ReconcileInboxes reconciling(Reconciliation reconciliation) {
        return new ReconcileInboxes(reconciliation, advance, world, meters, Duration.ofMinutes(10));
    }

    static Decider decider(String by) {
        return new Decider(
                by,
                Set.of("approver"),
                new Authentication(
                        "issuer",
                        Optional.of("token"),
                        Optional.empty(),
                        List.of(),
                        Optional.empty()));
    }

    static Item item(UUID change) {
        return item(change, Attempt.Kind.APPROVED, PLAN_HASH);
    }

    static Item item(UUID change, Attempt.Kind kind, String planHash) {
        return new Item(
                change,
                kind,
                "checked",
                planHash,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    void lookAgain() {
        lookAgain.lookAgain().await().indefinitely();
    }

    void expire() {
        expire.expire().await().indefinitely();
    }

    static ReadinessJudged judged(UUID change, ReadinessVerdict verdict) {
        return ReadinessJudged.newBuilder()
                .setChange(
                        Change.newBuilder()
                                .setChangeId(change)
                                .setCharter(new CharterRef("leaver", "1", CHARTER))
                                .setMode(Mode.OWN)
                                .setSubject(
                                        Subject.newBuilder().setSystem("hr").setId("E1").build())
                                .setTarget(PEOPLE)
                                .setAction("offboard")
                                .setReason("left")
                                .setProposer(
                                        Actor.newBuilder()
                                                .setId("clerk")
                                                .setKind(ActorKind.DIGITAL_EMPLOYEE)
                                                .setPrincipal("owner")
                                                .build())
                                .setProposedAt(Instant.EPOCH)
                                .build())
                .setVerdict(verdict)
                .setFacts(List.of())
                .setAccount("leaver")
                .setManager("manager")
                .setPlan(ByteBuffer.wrap(PLAN))
                .setPlanHash(PLAN_HASH)
                .setReason("fit")
                .setJudgedAt(Instant.EPOCH)
                .build();
    }

    /** A person reports what they did by hand. */
    static ChangeExecuted executed(UUID change, String person) {
        return ChangeExecuted.newBuilder()
                .setChangeId(change)
                .setAuthorizationId(new UUID(0, 0))
                .setPlanHash(PLAN_HASH)
                .setExecutor(Actor.newBuilder().setId(person).setKind(ActorKind.HUMAN).build())
                .setOutcome(ExecutionOutcome.SUCCEEDED)
                .setSteps(List.of())
                .setReadBackMatches(true)
                .setReason("by hand")
                .setStartedAt(Instant.EPOCH)
                .setCompletedAt(Instant.EPOCH)
                .build();
    }

    static IdentityObserved observed(String system, String account, String... groups) {
        return IdentityObserved.newBuilder()
                .setSource(system)
                .setKind(ObservationKind.SNAPSHOT)
                .setSubject(Subject.newBuilder().setSystem(system).setId(account).build())
                .setSourceEventId("event")
                .setOccurredAt(Instant.EPOCH)
                .setObservedAt(Instant.EPOCH)
                .setAccount(
                        AccountFacts.newBuilder()
                                .setEnabled(true)
                                .setGroups(
                                        List.of(groups).stream()
                                                .map(path -> new GroupFact(path, path))
                                                .toList())
                                .setRoles(List.of("approver"))
                                .build())
                .build();
    }

    /** A person halts this scope, and nothing else is halted. */
    void halt(String scope) {
        halted =
                new InForce(
                        List.of(
                                new Halt(
                                        new UUID(7, 7),
                                        scope,
                                        "boss",
                                        "looks wrong",
                                        Instant.EPOCH)));
    }

    /** The halt is lifted, and the service is told. */
    void resume() {
        halted = InForce.NONE;
        receive(
                AuthorityResumed.newBuilder()
                        .setHaltId(new UUID(7, 7))
                        .setScope(Scopes.wire(Scopes.MESH))
                        .setResumedBy(
                                Actor.newBuilder().setId("boss").setKind(ActorKind.HUMAN).build())
                        .setReason("fine")
                        .setResumedAt(Instant.EPOCH)
                        .build());
        lookAgain();
    }

    static CharterPublished published() {
        return CharterPublished.newBuilder()
                .setCharter(new CharterRef("leaver", "1", CHARTER))
                .setDocument(ByteBuffer.wrap(new byte[0]))
                .setPublishedBy(
                        Actor.newBuilder().setId("connector").setKind(ActorKind.SERVICE).build())
                .setPublishedAt(Instant.EPOCH)
                .build();
    }

    private Received received(SpecificRecord message, Optional<UUID> change) {
        Handoff handoff = Handoff.of(message);
        Hash hash = Hash.sha256(new byte[0]);
        // what went on is taken back beside the chain
        boolean chained =
                change.isPresent()
                        && !(message instanceof ReadinessJudged judged
                                && judged.getVerdict() == ReadinessVerdict.WITHDRAWN);
        Envelope envelope =
                new Envelope(
                        new UUID(0x5000L, ++offset),
                        Service.DATA_READINESS,
                        handoff,
                        change.map(UUID::toString).orElse("subject"),
                        Instant.EPOCH,
                        handoff.dataschema(),
                        change.orElse(null),
                        null,
                        chained ? 2 : 0,
                        chained ? hash : null);
        return new Received(
                envelope, message, new byte[0], null, hash, handoff.topic().topicName(), 0, offset);
    }
}
