package dev.remit.ledger;

import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Ids;
import dev.remit.handoff.KeptChange;
import dev.remit.handoff.Service;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.passkey.Assertion;
import dev.remit.handoff.passkey.DecisionChallenge;
import dev.remit.handoff.passkey.Passkey;
import dev.remit.handoff.passkey.SoftAuthenticator;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.wire.Messages;
import dev.remit.wire.v1.Activity;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.AuthenticationContext;
import dev.remit.wire.v1.Candidate;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.Decision;
import dev.remit.wire.v1.DecisionBinding;
import dev.remit.wire.v1.EmployeeDemoted;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.ExecutionOutcome;
import dev.remit.wire.v1.FactJudgement;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.ModeCondition;
import dev.remit.wire.v1.ModeDecision;
import dev.remit.wire.v1.ObservationKind;
import dev.remit.wire.v1.PasskeyAssertion;
import dev.remit.wire.v1.PasskeyRegistered;
import dev.remit.wire.v1.PasskeyRevoked;
import dev.remit.wire.v1.PolicyRef;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import dev.remit.wire.v1.StepResult;
import dev.remit.wire.v1.StepState;
import dev.remit.wire.v1.Subject;
import dev.remit.wire.v1.TrackRecordLimit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** A leaver's change as the services would seal it, with what can go wrong in it. */
public final class Leaver {
    public static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    public static final String MANAGER = "00000000-0000-4000-8000-000000000001";
    public static final String CLERK = "00000000-0000-4000-8000-000000000050";
    public static final String OWNER = "00000000-0000-4000-8000-000000000020";
    public static final String EXECUTOR = "00000000-0000-4000-8000-000000000052";
    public static final String RULE = "policy:low-risk-leaver@1";
    public static final UUID DEMOTION = new UUID(0, 7);
    public static final Actor BY_MANAGER = new Actor(MANAGER, ActorKind.HUMAN, null);
    public static final Actor BY_RULE = new Actor(RULE, ActorKind.POLICY, null);
    public static final PolicyRef THE_RULE = new PolicyRef("low-risk-leaver", "1");

    private static final String PROOFS =
            "\"proof\":[\"readiness.fit\",\"approvals.complete\",\"separation-of-duties\","
                    + "\"executed.as-authorized\",\"read-back.matches\",\"activity.corroborated\"]";

    /** A manager decides. */
    public static final byte[] BY_PERSON = charter("{\"name\":\"manager\",\"quorum\":1}");

    /** A rule decides when the verdict is READY. */
    public static final byte[] BY_THE_RULE =
            charter(
                    "{\"name\":\"manager\",\"resolver\":\"policy\",\"quorum\":1,\"policy\":"
                            + "{\"name\":\"low-risk-leaver\",\"version\":\"1\",\"verdicts\":[\"READY\"]}}");

    private static final Map<Service, SigningKey> KEYS = keys();

    public final UUID change;
    public final String account;
    public byte[] charter = BY_PERSON;
    public Actor approver = BY_MANAGER;
    public String asked = MANAGER;
    public @Nullable PolicyRef policy;
    public ReadinessVerdict verdict = ReadinessVerdict.READY;
    public Decision decision = Decision.APPROVED;
    public byte[] authorizedPlan;
    public Instant executedAt = NOW;
    public Mode mode = Mode.OWN;

    /** In which mode it is authorized, and by which condition; null for no word of it. */
    public @Nullable ModeDecision authorizedMode =
            new ModeDecision(
                    Mode.OWN, List.of(new ModeCondition("charter.grants", true, "it does")));

    public Actor executor = new Actor(EXECUTOR, ActorKind.SERVICE, null);
    public boolean binds = true;

    /** How the approver was signed in; null for a rule. */
    public @Nullable AuthenticationContext signIn;

    public List<FactJudgement> facts = List.of();

    /** With what the approver signs, and whose it was registered as; null for nothing. */
    public @Nullable SoftAuthenticator authenticator;

    public String owner = MANAGER;
    public Instant registeredAt = NOW.minusSeconds(60);
    public UnaryOperator<DecisionChallenge> signs = UnaryOperator.identity();
    public @Nullable Instant revokedAt;

    private final String action;
    private final List<String> steps;
    private final byte[] plan;
    private int sequence;
    private @Nullable Hash last;

    public Leaver(int number) {
        this(number, "offboard");
    }

    /** One whose plan has these steps. */
    public Leaver(int number, String action, String... steps) {
        change = Ids.derived(new UUID(0, 1), "change " + number);
        account = Ids.derived(new UUID(0, 2), "account " + number).toString();
        this.action = action;
        this.steps = List.of(steps);
        plan =
                CanonicalJson.of(
                        "{\"account\":\""
                                + account
                                + "\",\"steps\":["
                                + Arrays.stream(steps)
                                        .map("{\"name\":\"%s\"}"::formatted)
                                        .collect(Collectors.joining(","))
                                + "]}");
        authorizedPlan = plan;
    }

    /** A charter with these stages, canonical. */
    public static byte[] charter(String stages) {
        return CanonicalJson.of(
                "{\"spec\":{\"approval\":{\"stages\":[" + stages + "]}," + PROOFS + "}}");
    }

    /** The keys of the services. */
    public static TrustedKeys trusted() {
        return TrustedKeys.of(KEYS.values().stream().map(SigningKey::verifier).toList());
    }

    /** The change's handoffs from its proposal to its execution, six. */
    public List<Received> handoffs() {
        sequence = 0;
        last = null;
        String hash = Hash.sha256(plan).hex();
        Change about =
                Change.newBuilder()
                        .setChangeId(change)
                        .setCharter(reference())
                        .setMode(mode)
                        .setSubject(new Subject("hr", "E1002"))
                        .setTarget("keycloak:acme")
                        .setAction(action)
                        .setReason("left")
                        .setProposer(new Actor(CLERK, ActorKind.DIGITAL_EMPLOYEE, OWNER))
                        .setProposedAt(NOW)
                        .build();
        List<Received> handoffs = new ArrayList<>();
        handoffs.add(next(Service.CONNECTOR, new ChangeProposed(about, null)));
        handoffs.add(
                next(
                        Service.DATA_READINESS,
                        ReadinessJudged.newBuilder()
                                .setChange(about)
                                .setVerdict(verdict)
                                .setFacts(facts)
                                .setAccount(account)
                                .setManager(MANAGER)
                                .setPlan(ByteBuffer.wrap(plan))
                                .setPlanHash(hash)
                                .setReason("fit")
                                .setJudgedAt(NOW)
                                .build()));
        handoffs.add(
                next(
                        Service.APPROVAL_ROUTING,
                        new ApprovalRequested(
                                change,
                                "manager",
                                1,
                                List.of(
                                        new Candidate(
                                                asked, true, "asked", null, null, null, null,
                                                null)),
                                null,
                                hash,
                                NOW,
                                NOW.plusSeconds(60),
                                1,
                                List.of(),
                                List.of(),
                                List.of())));
        Received decided =
                next(
                        Service.APPROVAL_ROUTING,
                        signed(
                                ApprovalDecided.newBuilder()
                                        .setChangeId(change)
                                        .setStage("manager")
                                        .setDecision(decision)
                                        .setDecidedBy(approver)
                                        .setPolicy(policy)
                                        .setReason("")
                                        .setPlanHash(hash)
                                        .setAuthentication(signIn)
                                        .setDecidedAt(NOW)
                                        .setBinding(binds ? binding(about) : null)
                                        .build(),
                                about));
        handoffs.add(decided);
        if (decision != Decision.APPROVED) {
            return handoffs;
        }
        handoffs.add(
                next(
                        Service.APPROVAL_ROUTING,
                        new ExecutionAuthorized(
                                about,
                                change,
                                account,
                                ByteBuffer.wrap(authorizedPlan),
                                hash,
                                List.of(decided.envelope().id()),
                                List.of(),
                                List.of(),
                                List.of(),
                                NOW,
                                NOW.plusSeconds(60),
                                null,
                                authorizedMode,
                                List.of(),
                                null,
                                List.of(),
                                null,
                                null)));
        handoffs.add(
                next(
                        Service.EXECUTOR,
                        new ChangeExecuted(
                                change,
                                change,
                                hash,
                                executor,
                                ExecutionOutcome.SUCCEEDED,
                                null,
                                steps.stream()
                                        .map(step ->
                                                new StepResult(
                                                        step,
                                                        StepState.DONE,
                                                        null,
                                                        Map.of(),
                                                        Map.of(),
                                                        ""))
                                        .toList(),
                                true,
                                "done",
                                executedAt,
                                executedAt,
                                null)));
        return handoffs;
    }

    /** What the approver signs with. */
    public SoftAuthenticator authenticator() {
        return Objects.requireNonNull(authenticator);
    }

    private ApprovalDecided signed(ApprovalDecided decided, Change about) {
        SoftAuthenticator by = authenticator;
        if (by == null) {
            return decided;
        }
        String changeHash = KeptChange.hash(about);
        DecisionChallenge challenge =
                signs.apply(
                        new DecisionChallenge(
                                change,
                                "manager",
                                decision.name(),
                                Optional.empty(),
                                "",
                                decided.getPlanHash(),
                                changeHash,
                                reference().getHash(),
                                routeHash(),
                                change));
        Assertion assertion = by.sign(challenge.bytes());
        return ApprovalDecided.newBuilder(decided)
                .setAssertion(
                        new PasskeyAssertion(
                                registered().envelope().id(),
                                assertion.credentialId(),
                                ByteBuffer.wrap(assertion.authenticatorData()),
                                ByteBuffer.wrap(assertion.clientData()),
                                ByteBuffer.wrap(assertion.signature())))
                .build();
    }

    private DecisionBinding binding(Change about) {
        return DecisionBinding.newBuilder()
                .setChangeHash(KeptChange.hash(about))
                .setCharterHash(reference().getHash())
                .setRouteHash(routeHash())
                .setNonce(change)
                .setNotBefore(NOW)
                .setExpiresAt(NOW.plusSeconds(60))
                .setLabel("")
                .setRoles(List.of())
                .setUnits(List.of())
                .build();
    }

    private String routeHash() {
        String text = new String(charter, StandardCharsets.UTF_8);
        String stages = text.substring(text.indexOf("{\"stages\""), text.indexOf(",\"proof\""));
        return Hash.sha256(CanonicalJson.of("{\"approval\":" + stages + "}")).hex();
    }

    /** A demotion of the clerk's under a charter. */
    public static Received demoted(String charter) {
        return beside(
                Service.CONNECTOR,
                "own/" + charter,
                EmployeeDemoted.newBuilder()
                        .setDemotionId(DEMOTION)
                        .setCharter(new CharterRef(charter, "1", "0".repeat(64)))
                        .setEmployee(new Actor(CLERK, ActorKind.DIGITAL_EMPLOYEE, OWNER))
                        .setLimit(TrackRecordLimit.FAILURES)
                        .setAllowed(1)
                        .setChanges(List.of())
                        .setCountedFrom(NOW)
                        .setDemotedAt(NOW)
                        .build());
    }

    /** The registration of what the approver signs with. */
    public Received registered() {
        Passkey key = authenticator().passkey(owner);
        return beside(
                Service.APPROVAL_ROUTING,
                owner,
                PasskeyRegistered.newBuilder()
                        .setPasskeyId(change)
                        .setPerson(new Actor(owner, ActorKind.HUMAN, null))
                        .setCredentialId(key.credentialId())
                        .setRelyingParty(key.rpId())
                        .setPublicKey(ByteBuffer.wrap(key.publicKey()))
                        .setAlgorithm(key.algorithm())
                        .setAaguid(new UUID(0, 0))
                        .setAuthentication(
                                AuthenticationContext.newBuilder()
                                        .setIssuer("https://id.example")
                                        .build())
                        .setRegisteredAt(registeredAt)
                        .build());
    }

    /** Its end. */
    public Received revoked() {
        return beside(
                Service.APPROVAL_ROUTING,
                owner,
                new PasskeyRevoked(
                        registered().envelope().id(),
                        new Actor(owner, ActorKind.HUMAN, null),
                        new Actor(owner, ActorKind.HUMAN, null),
                        "lost",
                        Objects.requireNonNull(revokedAt)));
    }

    /** What the target's own feed shows. */
    public Received activity() {
        return activity("keycloak:acme");
    }

    /** What this target's own feed shows. */
    public Received activity(String system) {
        return beside(
                Service.CONNECTOR,
                account,
                IdentityObserved.newBuilder()
                        .setSource(system)
                        .setKind(ObservationKind.ACTIVITY)
                        .setSubject(new Subject(system, account))
                        .setSourceEventId("1")
                        .setOccurredAt(NOW)
                        .setObservedAt(NOW)
                        .setActivity(
                                new Activity(
                                        "UPDATE",
                                        "USER",
                                        "users/" + account,
                                        EXECUTOR,
                                        "",
                                        Map.of(
                                                "enabled",
                                                String.valueOf(steps.contains("enable-account")))))
                        .build());
    }

    /** The charter's publication, by a build that did not know of drafts. */
    public Received published() {
        return sealed(
                Service.CONNECTOR,
                publication().build(),
                "leavers",
                null,
                0,
                null,
                NOW,
                Messages.asOf("v6", CharterPublished.getClassSchema()));
    }

    /** The same by this build, resting on nothing. */
    public CharterPublished.Builder publication() {
        return CharterPublished.newBuilder()
                .setCharter(reference())
                .setDocument(ByteBuffer.wrap(charter))
                .setPublishedBy(new Actor("connector", ActorKind.SERVICE, null))
                .setPublishedAt(NOW);
    }

    /** The change's next handoff, sealed by its sender. */
    public Received next(Service sender, SpecificRecord record) {
        Received received =
                sealed(sender, record, change.toString(), change, ++sequence, last, NOW);
        last = received.hash();
        return received;
    }

    /** A message that is not one of the handoffs of a change, sealed by its sender. */
    public static Received beside(Service sender, String subject, SpecificRecord record) {
        return sealed(sender, record, subject, null, 0, null, NOW);
    }

    /** A sealed message as the loop passes it on. */
    public static Received sealed(
            Service sender,
            SpecificRecord record,
            String subject,
            @Nullable UUID change,
            int sequence,
            @Nullable Hash prev,
            Instant time) {
        return sealed(sender, record, subject, change, sequence, prev, time, record.getSchema());
    }

    private static Received sealed(
            Service sender,
            SpecificRecord record,
            String subject,
            @Nullable UUID change,
            int sequence,
            @Nullable Hash prev,
            Instant time,
            Schema schema) {
        Handoff handoff = Handoff.of(record);
        byte[] payload = encode(record, schema);
        Envelope envelope =
                new Envelope(
                        Ids.derived(
                                new UUID(0, 3),
                                Arrays.hashCode(payload) + subject + sequence + handoff),
                        sender,
                        handoff,
                        subject,
                        time,
                        Handoff.dataschema(schema),
                        change,
                        null,
                        sequence,
                        prev);
        Hash hash = Seal.hash(envelope, payload);
        Seal seal = Seal.all(KEYS.get(sender), List.of(hash)).getFirst();
        return new Received(
                envelope, record, payload, seal, hash, handoff.topic().topicName(), 0, 0);
    }

    public CharterRef reference() {
        return new CharterRef("leavers", "1", Hash.sha256(charter).hex());
    }

    private static byte[] encode(SpecificRecord record, Schema schema) {
        try {
            var out = new ByteArrayOutputStream();
            out.writeBytes(new byte[] {0, 0, 0, 0, 1});
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
            new SpecificDatumWriter<SpecificRecord>(schema).write(record, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<Service, SigningKey> keys() {
        Map<Service, SigningKey> keys = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            keys.put(service, SigningKey.generate(service.id(), new SecureRandom()));
        }
        return keys;
    }
}
