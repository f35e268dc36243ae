package dev.remit.bench;

import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Ids;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.Service;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.stack.Home;
import dev.remit.stack.Schemas;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.Candidate;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.CharterDecided;
import dev.remit.wire.v1.CharterDecision;
import dev.remit.wire.v1.CharterDrafted;
import dev.remit.wire.v1.CharterPart;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.Decision;
import dev.remit.wire.v1.DecisionBinding;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.ExecutionOutcome;
import dev.remit.wire.v1.FactJudgement;
import dev.remit.wire.v1.FactState;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.ModeCondition;
import dev.remit.wire.v1.ModeDecision;
import dev.remit.wire.v1.PolicyRef;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import dev.remit.wire.v1.StepResult;
import dev.remit.wire.v1.StepState;
import dev.remit.wire.v1.Subject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Changes with all their handoffs from proposal to execution, as the services would have sealed
 * them: with the services' own keys, in batches, each naming the one before. A rule approves, the
 * executor reports success, so that the ledger closes each as COMPLETED.
 */
final class SealedChanges {
    /** Handoffs of a change up to its execution. */
    static final int HANDOFFS = 6;

    /** What the log holds of a change in the end: those, and its ChangeClosed. */
    static final int ENTRIES = HANDOFFS + 1;

    /** As many messages of one service as one transaction would hand on under load. */
    private static final int BATCH = 100;

    private static final String TARGET = "scim:bench";
    private static final String OWNER = "00000000-0000-4000-8000-000000000020";
    private static final Actor CLERK =
            new Actor("00000000-0000-4000-8000-000000000050", ActorKind.DIGITAL_EMPLOYEE, OWNER);
    private static final Actor EXECUTOR =
            new Actor("00000000-0000-4000-8000-000000000052", ActorKind.SERVICE, null);
    private static final Actor RULE = new Actor("policy:low-risk-leaver@1", ActorKind.POLICY, null);
    private static final String STAGE = "policy";
    private static final String APPROVAL =
            "{\"stages\":[{\"name\":\"policy\",\"quorum\":1,\"resolver\":\"policy\",\"policy\":"
                    + "{\"name\":\"low-risk-leaver\",\"version\":\"1\",\"verdicts\":[\"READY\"]}}]}";
    private static final byte[] CHARTER =
            CanonicalJson.of(
                    "{\"metadata\":{\"name\":\"bench-ledger\",\"owner\":\""
                            + OWNER
                            + "\",\"version\":\"1\"},\"spec\":{\"approval\":"
                            + APPROVAL
                            + ",\"proof\":[\"readiness.fit\",\"approvals.complete\","
                            + "\"separation-of-duties\",\"executed.as-authorized\",\"read-back.matches\"]}}");
    private static final CharterRef REFERENCE =
            new CharterRef("bench-ledger", "1", Hash.sha256(CHARTER).hex());
    private static final String ROUTE =
            Hash.sha256(CanonicalJson.of("{\"approval\":" + APPROVAL + "}")).hex();

    private final Map<Service, SigningKey> keys;
    private final Map<Handoff, byte[]> heads;
    private int number;

    /**
     * @param heads what stands before each message's Avro bytes: a zero byte and the registry's
     *     content id
     */
    SealedChanges(Map<Service, SigningKey> keys, Map<Handoff, byte[]> heads) {
        this.keys = keys;
        this.heads = heads;
    }

    /** With the keys of a local mesh, and the content ids of its registry. */
    static SealedChanges of(Home home) throws IOException, InterruptedException {
        Map<Service, SigningKey> keys = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            keys.put(service, SigningKey.read(home.keys().resolve(service.id() + ".key")));
        }
        Schemas schemas =
                new Schemas("http://127.0.0.1:" + home.port("registry") + "/apis/registry/v3");
        Map<Handoff, byte[]> heads = new EnumMap<>(Handoff.class);
        for (Handoff handoff : Handoff.values()) {
            heads.put(
                    handoff,
                    ByteBuffer.allocate(5)
                            .put((byte) 0)
                            .putInt(schemas.contentId(handoff.schema()))
                            .array());
        }
        return new SealedChanges(keys, heads);
    }

    /** A sealed message. */
    record Message(UUID id, ProducerRecord<String, byte[]> record) {}

    /** A change with its handoffs in order. */
    record Sealed(UUID change, List<Message> handoffs) {}

    /** The charter that all of them are under, drafted and approved by the installation. */
    List<Message> charter() {
        UUID draft = UUID.randomUUID();
        UUID decision = UUID.randomUUID();
        Instant now = Instant.now();
        Actor connector = new Actor("connector", ActorKind.SERVICE, null);
        SpecificRecord drafted =
                CharterDrafted.newBuilder()
                        .setDraftId(draft)
                        .setCharter(REFERENCE)
                        .setDocument(ByteBuffer.wrap(CHARTER))
                        .setDraftedBy(connector)
                        .setOwner("bench")
                        .setNeeds(List.of(CharterPart.BOOTSTRAP))
                        .setBecause(List.of())
                        .setReason("bench")
                        .setDraftedAt(now)
                        .setExpiresAt(now)
                        .build();
        SpecificRecord decided =
                CharterDecided.newBuilder()
                        .setDecisionId(decision)
                        .setDraftId(draft)
                        .setCharter(REFERENCE)
                        .setDecision(CharterDecision.APPROVED)
                        .setPart(CharterPart.BOOTSTRAP)
                        .setDecidedBy(new Actor("policy:bench", ActorKind.POLICY, null))
                        .setReason("bench")
                        .setDecidedAt(now)
                        .build();
        SpecificRecord published =
                CharterPublished.newBuilder()
                        .setCharter(REFERENCE)
                        .setDocument(ByteBuffer.wrap(CHARTER))
                        .setPublishedBy(connector)
                        .setPublishedAt(now)
                        .setDraftId(draft)
                        .setApprovals(List.of(decision))
                        .build();
        return seal(
                        Service.CONNECTOR,
                        List.of(
                                new Letter(draft, "charter/bench-ledger", drafted),
                                new Letter(decision, "charter/bench-ledger", decided),
                                new Letter(UUID.randomUUID(), "bench-ledger", published)))
                .stream()
                .map(Done::message)
                .toList();
    }

    /** So many further changes, sealed a hundred together at each service. */
    List<Sealed> next(int changes) {
        List<Sealed> all = new ArrayList<>(changes);
        for (int from = 0; from < changes; from += BATCH) {
            all.addAll(batch(Math.min(BATCH, changes - from)));
        }
        return all;
    }

    /** Of one change, while its handoffs are made. */
    private static final class Made {
        final UUID id = UUID.randomUUID();
        final UUID authorization = UUID.randomUUID();
        final String account;
        final byte[] plan;
        final String planHash;
        final Change change;
        final List<Message> handoffs = new ArrayList<>();
        @Nullable Hash last;

        Made(int number, Instant now) {
            account = "bench-account-" + number;
            plan =
                    CanonicalJson.of(
                            "{\"account\":\""
                                    + account
                                    + "\",\"changeId\":\""
                                    + id
                                    + "\",\"steps\":[{\"name\":\"disable-account\"}],\"target\":\""
                                    + TARGET
                                    + "\"}");
            planHash = Hash.sha256(plan).hex();
            change =
                    Change.newBuilder()
                            .setChangeId(id)
                            .setCharter(REFERENCE)
                            .setMode(Mode.OWN)
                            .setSubject(new Subject("hr", "bench-worker-" + number))
                            .setTarget(TARGET)
                            .setAction("offboard")
                            .setReason("has left on the last day of the month")
                            .setProposer(CLERK)
                            .setProposedAt(now)
                            .build();
        }
    }

    private List<Sealed> batch(int changes) {
        Instant now = Instant.now();
        List<Made> made = new ArrayList<>();
        for (int n = 0; n < changes; n++) {
            made.add(new Made(number++, now));
        }
        hand(made, Service.CONNECTOR, each -> new ChangeProposed(each.change, null));
        hand(made, Service.DATA_READINESS, each -> judged(each, now));
        hand(made, Service.APPROVAL_ROUTING, each -> requested(each, now));
        hand(made, Service.APPROVAL_ROUTING, each -> decided(each, now));
        hand(made, Service.APPROVAL_ROUTING, each -> authorized(each, now));
        hand(made, Service.EXECUTOR, each -> executed(each, now));
        return made.stream().map(each -> new Sealed(each.id, List.copyOf(each.handoffs))).toList();
    }

    private static ReadinessJudged judged(Made made, Instant now) {
        return ReadinessJudged.newBuilder()
                .setChange(made.change)
                .setVerdict(ReadinessVerdict.READY)
                .setFacts(
                        List.of(
                                fact("account.correlated", made.account, now),
                                fact("source.fresh", "PT5S", now)))
                .setAccount(made.account)
                .setPlan(ByteBuffer.wrap(made.plan))
                .setPlanHash(made.planHash)
                .setReason("every fact is there and fresh")
                .setJudgedAt(now)
                .build();
    }

    private static FactJudgement fact(String name, String value, Instant now) {
        return FactJudgement.newBuilder()
                .setName(name)
                .setState(FactState.PRESENT)
                .setValue(value)
                .setSource(TARGET)
                .setObservedAt(now)
                .setReason("observed")
                .build();
    }

    private static ApprovalRequested requested(Made made, Instant now) {
        return new ApprovalRequested(
                made.id,
                STAGE,
                1,
                List.of(
                        new Candidate(
                                RULE.getId(),
                                true,
                                "the charter names it",
                                null,
                                null,
                                null,
                                null,
                                null)),
                null,
                made.planHash,
                now,
                now.plus(Duration.ofDays(2)),
                1,
                List.of(),
                List.of(),
                List.of());
    }

    private static ApprovalDecided decided(Made made, Instant now) {
        return ApprovalDecided.newBuilder()
                .setChangeId(made.id)
                .setStage(STAGE)
                .setDecision(Decision.APPROVED)
                .setDecidedBy(RULE)
                .setPolicy(new PolicyRef("low-risk-leaver", "1"))
                .setReason("the verdict is READY")
                .setPlanHash(made.planHash)
                .setDecidedAt(now)
                .setBinding(
                        DecisionBinding.newBuilder()
                                .setChangeHash(KeptChange.hash(made.change))
                                .setCharterHash(REFERENCE.getHash())
                                .setRouteHash(ROUTE)
                                .setNonce(UUID.randomUUID())
                                .setNotBefore(now)
                                .setExpiresAt(now.plus(Duration.ofHours(1)))
                                .setLabel("low-risk-leaver")
                                .setRoles(List.of())
                                .setUnits(List.of())
                                .build())
                .build();
    }

    private static ExecutionAuthorized authorized(Made made, Instant now) {
        return new ExecutionAuthorized(
                made.change,
                made.authorization,
                made.account,
                ByteBuffer.wrap(made.plan),
                made.planHash,
                List.of(made.handoffs.getLast().id()),
                List.of(),
                List.of(),
                List.of(),
                now,
                now.plus(Duration.ofHours(1)),
                null,
                new ModeDecision(
                        Mode.OWN,
                        List.of(
                                new ModeCondition(
                                        "charter.grants", true, "the charter grants it"))),
                List.of(),
                null,
                List.of(),
                null,
                null);
    }

    private static ChangeExecuted executed(Made made, Instant now) {
        return new ChangeExecuted(
                made.id,
                made.authorization,
                made.planHash,
                EXECUTOR,
                ExecutionOutcome.SUCCEEDED,
                null,
                List.of(
                        new StepResult(
                                "disable-account",
                                StepState.DONE,
                                null,
                                Map.of("active", "true"),
                                Map.of("active", "false"),
                                "done and read back")),
                true,
                "executed and read back",
                now,
                now,
                null);
    }

    /** Makes a record of a change. */
    private interface Next {
        SpecificRecord of(Made made);
    }

    /**
     * As in the mesh: what a feed begins is derived from its event alone, the rest has its time.
     */
    private static UUID id(Made made) {
        String number = String.valueOf(made.handoffs.size());
        return made.handoffs.isEmpty()
                ? Ids.derived(made.id, number)
                : Ids.derived(made.change.getProposedAt(), made.id, number);
    }

    /** One service hands on one message for each of these changes, under one signature. */
    private void hand(List<Made> made, Service sender, Next next) {
        List<Letter> letters =
                made.stream()
                        .map(each ->
                                new Letter(
                                        id(each),
                                        each.id.toString(),
                                        next.of(each),
                                        each.id,
                                        each.handoffs.size() + 1,
                                        each.last))
                        .toList();
        List<Done> done = seal(sender, letters);
        for (int n = 0; n < made.size(); n++) {
            made.get(n).handoffs.add(done.get(n).message());
            made.get(n).last = done.get(n).hash();
        }
    }

    private record Letter(
            UUID id,
            String subject,
            SpecificRecord record,
            @Nullable UUID change,
            int sequence,
            @Nullable Hash prev) {
        Letter(UUID id, String subject, SpecificRecord record) {
            this(id, subject, record, null, 0, null);
        }
    }

    private record Done(Message message, Hash hash) {}

    private List<Done> seal(Service sender, List<Letter> letters) {
        List<Envelope> envelopes = new ArrayList<>();
        List<byte[]> payloads = new ArrayList<>();
        List<Hash> hashes = new ArrayList<>();
        for (Letter letter : letters) {
            Handoff handoff = Handoff.of(letter.record());
            Envelope envelope =
                    new Envelope(
                            letter.id(),
                            sender,
                            handoff,
                            letter.subject(),
                            Instant.now(),
                            handoff.dataschema(),
                            letter.change(),
                            null,
                            letter.sequence(),
                            letter.prev());
            byte[] payload = payload(handoff, letter.record());
            envelopes.add(envelope);
            payloads.add(payload);
            hashes.add(Seal.hash(envelope, payload));
        }
        SigningKey key = keys.get(sender);
        if (key == null) {
            throw new IllegalArgumentException("no key of " + sender.id());
        }
        List<Seal> seals = Seal.all(key, hashes);
        List<Done> done = new ArrayList<>();
        for (int n = 0; n < letters.size(); n++) {
            Envelope envelope = envelopes.get(n);
            done.add(
                    new Done(
                            new Message(
                                    envelope.id(), record(envelope, seals.get(n), payloads.get(n))),
                            hashes.get(n)));
        }
        return done;
    }

    private byte[] payload(Handoff handoff, SpecificRecord record) {
        var out = new ByteArrayOutputStream(1024);
        out.writeBytes(heads.getOrDefault(handoff, new byte[5]));
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            new SpecificDatumWriter<SpecificRecord>(record.getSchema()).write(record, encoder);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("an array does not refuse bytes", e);
        }
        return out.toByteArray();
    }

    /** A sealed message as Kafka carries it. */
    static ProducerRecord<String, byte[]> record(Envelope envelope, Seal seal, byte[] payload) {
        var record =
                new ProducerRecord<>(
                        envelope.handoff().topic().topicName(), envelope.subject(), payload);
        envelope.headers()
                .forEach((name, value) ->
                        record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        record.headers().add(Seal.KEY_HEADER, seal.key().getBytes(StandardCharsets.UTF_8));
        record.headers().add(Seal.SEAL_HEADER, seal.text().getBytes(StandardCharsets.UTF_8));
        return record;
    }
}
