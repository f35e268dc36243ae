package dev.remit.ledger.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.CanonicalJson;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Handoff;
import dev.remit.handoff.Ids;
import dev.remit.handoff.Service;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.handoff.seal.VerifierKey;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.EvidenceLeaf;
import dev.remit.ledger.log.SignedNote;
import dev.remit.wire.v1.Activity;
import dev.remit.wire.v1.Actor;
import dev.remit.wire.v1.ActorKind;
import dev.remit.wire.v1.ApprovalDecided;
import dev.remit.wire.v1.ApprovalRequested;
import dev.remit.wire.v1.Candidate;
import dev.remit.wire.v1.Change;
import dev.remit.wire.v1.ChangeExecuted;
import dev.remit.wire.v1.ChangeProposed;
import dev.remit.wire.v1.CharterPublished;
import dev.remit.wire.v1.CharterRef;
import dev.remit.wire.v1.Decision;
import dev.remit.wire.v1.ExecutionAuthorized;
import dev.remit.wire.v1.ExecutionOutcome;
import dev.remit.wire.v1.IdentityObserved;
import dev.remit.wire.v1.Mode;
import dev.remit.wire.v1.ObservationKind;
import dev.remit.wire.v1.ReadinessJudged;
import dev.remit.wire.v1.ReadinessVerdict;
import dev.remit.wire.v1.Subject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A whole change with real keys, seals and a log, certified and then tampered with. */
class CertificateTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final UUID CHANGE = Ids.timeOrdered(NOW, new SecureRandom());
    private static final String LEAVER = "00000000-0000-4000-8000-000000000002";
    private static final String MANAGER = "00000000-0000-4000-8000-000000000001";
    private static final String CLERK = "00000000-0000-4000-8000-000000000050";
    private static final String OWNER = "00000000-0000-4000-8000-000000000020";
    private static final String EXECUTOR = "00000000-0000-4000-8000-000000000052";
    private static final byte[] CHARTER =
            CanonicalJson.of(
                    "{\"spec\":{\"approval\":{\"stages\":[{\"name\":\"manager\",\"quorum\":1}]},\"proof\":[\"readiness.fit\","
                            + "\"approvals.complete\",\"separation-of-duties\",\"executed.as-authorized\",\"read-back.matches\","
                            + "\"activity.corroborated\"]}}");
    private static final byte[] PLAN =
            CanonicalJson.of("{\"account\":\"" + LEAVER + "\",\"steps\":[]}");

    private final Map<Service, SigningKey> keys = new EnumMap<>(Service.class);
    private final SigningKey log = SigningKey.generate("log.example/acme", new SecureRandom());
    private final List<Certificate.Message> messages = new ArrayList<>();
    private final List<Stories.Message> read = new ArrayList<>();
    private final List<Hash> leaves = new ArrayList<>();
    private int sequence;
    private @Nullable Hash last;

    CertificateTest() {
        for (Service service : Service.values()) {
            keys.put(service, SigningKey.generate(service.id(), new SecureRandom()));
        }
    }

    @Test
    void aWholeChangeVerifiesWithKeysObtainedApart() {
        Verification verification = verify(certificate(MANAGER, PLAN));
        assertThat(verification.checks()).filteredOn(check -> !check.holds()).isEmpty();
        assertThat(verification.holds()).isTrue();
        assertThat(verification.outcome()).isEqualTo("COMPLETED");
    }

    @Test
    void everyChangedByteOfTheFileIsRefused() {
        byte[] file = certificate(MANAGER, PLAN);
        for (int n = 0; n < file.length; n++) {
            byte[] changed = file.clone();
            changed[n] ^= 1;
            Verification verification = verify(changed);
            assertThat(verification.holds()).as("byte " + n + " of " + file.length).isFalse();
            assertThat(verification.checks())
                    .anyMatch(check -> !check.holds() && !check.words().isBlank());
        }
    }

    @Test
    void aCertificateOfForeignKeysIsRefused() {
        byte[] file = certificate(MANAGER, PLAN);
        SigningKey other = SigningKey.generate("log.example/acme", new SecureRandom());
        Verification verification =
                CertificateVerifier.verify(
                        file,
                        Optional.of(new CertificateVerifier.Trust(trusted(), other.verifier())));
        assertThat(verification.checks())
                .anyMatch(check -> check.name().equals("signature") && !check.holds());
    }

    @Test
    void theVerifierDecidesAnewThatApproverAndProposerDiffer() {
        for (String approver : List.of(CLERK, OWNER, LEAVER, EXECUTOR)) {
            assertFails(certificate(approver, PLAN), "separation-of-duties");
        }
    }

    @Test
    void theVerifierDecidesAnewThatWhatWasExecutedIsWhatWasApproved() {
        assertFails(
                certificate(MANAGER, CanonicalJson.of("{\"account\":\"other\"}")),
                "executed.as-authorized");
    }

    private void assertFails(byte[] file, String check) {
        assertThat(verify(file).checks())
                .anyMatch(each -> each.name().equals(check) && !each.holds());
    }

    private Verification verify(byte[] file) {
        return CertificateVerifier.verify(
                file, Optional.of(new CertificateVerifier.Trust(trusted(), log.verifier())));
    }

    private TrustedKeys trusted() {
        return TrustedKeys.of(keys.values().stream().map(SigningKey::verifier).toList());
    }

    private byte[] certificate(String approver, byte[] authorizedPlan) {
        messages.clear();
        read.clear();
        leaves.clear();
        sequence = 0;
        last = null;
        String hash = Hash.sha256(PLAN).hex();
        CharterRef charter = new CharterRef("leavers", "1", Hash.sha256(CHARTER).hex());
        Change change =
                Change.newBuilder()
                        .setChangeId(CHANGE)
                        .setCharter(charter)
                        .setMode(Mode.OWN)
                        .setSubject(new Subject("hr", "E1002"))
                        .setTarget("keycloak:acme")
                        .setAction("offboard")
                        .setReason("left")
                        .setProposer(new Actor(CLERK, ActorKind.DIGITAL_EMPLOYEE, OWNER))
                        .setProposedAt(NOW)
                        .build();
        add(Service.CONNECTOR, new ChangeProposed(change, null));
        add(
                Service.DATA_READINESS,
                ReadinessJudged.newBuilder()
                        .setChange(change)
                        .setVerdict(ReadinessVerdict.READY)
                        .setFacts(List.of())
                        .setAccount(LEAVER)
                        .setManager(MANAGER)
                        .setPlan(ByteBuffer.wrap(PLAN))
                        .setPlanHash(hash)
                        .setReason("fit")
                        .setJudgedAt(NOW)
                        .build());
        add(
                Service.APPROVAL_ROUTING,
                new ApprovalRequested(
                        CHANGE,
                        "manager",
                        1,
                        List.of(new Candidate(approver, true, "manager")),
                        null,
                        hash,
                        NOW,
                        NOW.plusSeconds(60)));
        UUID approval =
                add(
                        Service.APPROVAL_ROUTING,
                        ApprovalDecided.newBuilder()
                                .setChangeId(CHANGE)
                                .setStage("manager")
                                .setDecision(Decision.APPROVED)
                                .setDecidedBy(new Actor(approver, ActorKind.HUMAN, null))
                                .setReason("")
                                .setPlanHash(hash)
                                .setDecidedAt(NOW)
                                .build());
        add(
                Service.APPROVAL_ROUTING,
                new ExecutionAuthorized(
                        change,
                        CHANGE,
                        LEAVER,
                        ByteBuffer.wrap(authorizedPlan),
                        hash,
                        List.of(approval),
                        NOW,
                        NOW.plusSeconds(60)));
        add(
                Service.EXECUTOR,
                new ChangeExecuted(
                        CHANGE,
                        CHANGE,
                        hash,
                        new Actor(EXECUTOR, ActorKind.SERVICE, null),
                        ExecutionOutcome.SUCCEEDED,
                        List.of(),
                        true,
                        "done",
                        NOW,
                        NOW));
        add(
                Service.CONNECTOR,
                IdentityObserved.newBuilder()
                        .setSource("keycloak:acme")
                        .setKind(ObservationKind.ACTIVITY)
                        .setSubject(new Subject("keycloak:acme", LEAVER))
                        .setSourceEventId("1")
                        .setOccurredAt(NOW)
                        .setObservedAt(NOW)
                        .setActivity(
                                new Activity(
                                        "UPDATE",
                                        "USER",
                                        "users/" + LEAVER,
                                        EXECUTOR,
                                        "",
                                        Map.of("enabled", "false")))
                        .build());
        add(
                Service.CONNECTOR,
                new CharterPublished(
                        charter,
                        ByteBuffer.wrap(CHARTER),
                        new Actor("connector", ActorKind.SERVICE, null),
                        NOW));
        Story story = Stories.of(read).orElseThrow();
        Charter parsed =
                new Charter(
                        "leavers",
                        "1",
                        charter.getHash(),
                        List.of(new Charter.Stage("manager", 1)),
                        List.of());
        Closure.Ended ended = new Closure.Ended(Closure.Outcome.COMPLETED, List.of(), "done");
        add(Service.EVIDENCE_LEDGER, Stories.closed(story, parsed, ended, NOW));
        String checkpoint =
                SignedNote.sign(
                        new Checkpoint("log.example/acme", leaves.size(), Merkle.root(leaves))
                                .text(),
                        log);
        List<Certificate.Message> placed = new ArrayList<>();
        for (Certificate.Message message : messages) {
            placed.add(
                    new Certificate.Message(
                            message.topic(),
                            message.headers(),
                            message.payload(),
                            message.key(),
                            message.seal(),
                            message.policy(),
                            message.salt(),
                            message.leafIndex(),
                            Merkle.inclusionProof(leaves, (int) message.leafIndex())));
        }
        return new Certificate(
                        CHANGE.toString(),
                        "COMPLETED",
                        List.of("a change"),
                        "blinded",
                        placed,
                        checkpoint,
                        keys.values().stream()
                                .map(SigningKey::verifier)
                                .map(VerifierKey::toString)
                                .toList(),
                        log.verifier().toString())
                .sign(log);
    }

    private UUID add(Service sender, SpecificRecord record) {
        Handoff handoff = Handoff.of(record);
        boolean chained =
                !(record instanceof IdentityObserved) && !(record instanceof CharterPublished);
        UUID id = Ids.timeOrdered(NOW, new SecureRandom());
        byte[] payload = encode(record);
        Envelope envelope =
                new Envelope(
                        id,
                        sender,
                        handoff,
                        CHANGE.toString(),
                        NOW,
                        handoff.dataschema(),
                        chained ? CHANGE : null,
                        null,
                        chained ? ++sequence : 0,
                        chained ? last : null);
        Hash hash = Seal.hash(envelope, payload);
        if (chained) {
            last = hash;
        }
        Seal seal = Seal.all(keys.get(sender), List.of(hash)).getFirst();
        byte[] salt = new byte[EvidenceLeaf.SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        messages.add(
                new Certificate.Message(
                        handoff.topic().topicName(),
                        envelope.headers(),
                        payload,
                        seal.key(),
                        seal.text(),
                        "policy",
                        salt,
                        leaves.size(),
                        List.of()));
        leaves.add(
                Merkle.leafHash(
                        EvidenceLeaf.of(
                                envelope,
                                payload,
                                seal,
                                salt,
                                chained ? "blinded" : "-",
                                "policy")));
        read.add(new Stories.Message(envelope, hash, record));
        return id;
    }

    private static byte[] encode(SpecificRecord record) {
        try {
            var out = new ByteArrayOutputStream();
            out.writeBytes(new byte[] {0, 0, 0, 0, 1});
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
            new SpecificDatumWriter<SpecificRecord>(record.getSchema()).write(record, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
