package dev.remit.ledger.certificate;

import dev.remit.handoff.Service;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.Leaver;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.EarlierPolicy;
import dev.remit.ledger.log.EvidenceLeaf;
import dev.remit.ledger.log.KeyTrust;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.NoteSigner;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.Timestamp;
import dev.remit.ledger.witness.TimestampAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A leaver's change with real keys, seals and a log, certified; never checked in making. */
record Certified(Certificate certificate) {
    static final SigningKey LOG = SigningKey.generate("log.example/acme", new SecureRandom());
    private static final List<NoteSigner> WITNESSES =
            List.of(
                    NoteSigner.generate(
                            "one.example", NoteKey.Kind.ED25519_COSIGNATURE, new SecureRandom()),
                    NoteSigner.generate(
                            "two.example", NoteKey.Kind.ED25519_COSIGNATURE, new SecureRandom()));

    private static final NoteSigner ML_DSA =
            NoteSigner.generate(
                    LOG.verifier().name(), NoteKey.Kind.ML_DSA_44_COSIGNATURE, new SecureRandom());

    /** The folder that an auditor has: asks for both witnesses, and for a timestamp. */
    static final Path FOLDER = folder();

    private static final TimestampAuthority AUTHORITY = authority();

    static final CertificateVerifier.Trust TRUST = trust();

    /** The same without timestamps, which take milliseconds to verify. */
    static final CertificateVerifier.Trust UNDATED =
            new CertificateVerifier.Trust(
                    TRUST.services(), TRUST.log(), TRUST.witnesses(), List.of(), List.of());

    private static Path folder() {
        try {
            return Files.createTempDirectory("trust");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TimestampAuthority authority() {
        try {
            return TimestampAuthority.open(FOLDER, Leaver.NOW);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CertificateVerifier.Trust trust() {
        try {
            Files.write(
                    FOLDER.resolve("trust.vkeys"),
                    Leaver.trusted().all().stream().map(TrustedKeys.Trusted::line).toList());
            Files.writeString(FOLDER.resolve("log.vkey"), LOG.verifier().toString());
            Files.writeString(
                    FOLDER.resolve("log.policy"),
                    "log %s\nlog %s\nwitness one %s\nwitness two %s\ngroup both all one two\nquorum both\n"
                            .formatted(
                                    LOG.verifier(),
                                    ML_DSA.verifier(),
                                    WITNESSES.get(0).verifier(),
                                    WITNESSES.get(1).verifier()));
            return TrustPack.read(FOLDER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<byte[]> timestamp(String note) {
        byte[] request = Timestamp.request(note.getBytes(StandardCharsets.UTF_8), BigInteger.ONE);
        try {
            return Optional.of(Timestamp.token(request, AUTHORITY.answer(request, Leaver.NOW)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Certified leaver(Consumer<Leaver> differently) {
        return leaver(differently, messages -> messages);
    }

    /** With these differences, and these of its messages certified. */
    static Certified leaver(
            Consumer<Leaver> differently, UnaryOperator<List<Received>> differentMessages) {
        return leaver(differently, differentMessages, List.of());
    }

    /** With what the log says of keys. */
    static Certified leaver(List<KeyTrust> keys) {
        return leaver(_ -> {}, messages -> messages, keys);
    }

    private static Certified leaver(
            Consumer<Leaver> differently,
            UnaryOperator<List<Received>> differentMessages,
            List<KeyTrust> keys) {
        Leaver leaver = new Leaver(1);
        differently.accept(leaver);
        List<Received> messages = new ArrayList<>(leaver.handoffs());
        List<Story.Step> steps = new ArrayList<>();
        for (Received each : messages) {
            if (Stories.read(each.envelope(), each.hash(), each.message())
                    instanceof Reading.Handoff(_, Story.Step step)) {
                steps.add(step);
            }
        }
        Received published = leaver.published();
        Charter charter =
                ((Reading.Published)
                                Stories.read(
                                        published.envelope(),
                                        published.hash(),
                                        published.message()))
                        .charter()
                        .orElseThrow();
        messages.add(
                leaver.next(
                        Service.EVIDENCE_LEDGER,
                        Stories.closed(
                                Story.untold(leaver.change).with(steps),
                                charter,
                                new Closure.Ended(Closure.Outcome.COMPLETED, List.of(), "done"),
                                Leaver.NOW)));
        messages.add(leaver.activity());
        messages.add(published);
        if (leaver.authenticator != null) {
            messages.add(leaver.registered());
        }
        if (leaver.revokedAt != null) {
            messages.add(leaver.revoked());
        }
        return new Certified(certificate(leaver, differentMessages.apply(messages), keys));
    }

    private static Certificate certificate(
            Leaver leaver, List<Received> messages, List<KeyTrust> keys) {
        List<String> texts = new ArrayList<>();
        List<Optional<Certificate.Content>> contents = new ArrayList<>();
        for (Received message : messages) {
            byte[] salt = new byte[EvidenceLeaf.SALT_BYTES];
            new SecureRandom().nextBytes(salt);
            contents.add(
                    Optional.of(
                            new Certificate.Content(
                                    message.envelope().headers(),
                                    message.payload(),
                                    message.seal().text(),
                                    salt)));
            texts.add(
                    new String(
                            EvidenceLeaf.of(
                                    message.envelope(),
                                    message.payload(),
                                    message.seal(),
                                    salt,
                                    message.envelope().sequence() > 0 ? "blinded" : "-",
                                    "policy"),
                            StandardCharsets.UTF_8));
        }
        for (KeyTrust key : keys) {
            contents.add(Optional.empty());
            texts.add(new String(key.leaf(), StandardCharsets.UTF_8));
        }
        List<Hash> hashes =
                texts.stream()
                        .map(text -> Merkle.leafHash(text.getBytes(StandardCharsets.UTF_8)))
                        .toList();
        String log = new Checkpoint("log.example/acme", hashes.size(), Merkle.root(hashes)).text();
        List<Certificate.Leaf> leaves = new ArrayList<>();
        List<List<Hash>> proofs = new ArrayList<>();
        for (int n = 0; n < texts.size(); n++) {
            leaves.add(new Certificate.Leaf("", n, texts.get(n)));
            proofs.add(Merkle.inclusionProof(hashes, n));
        }
        var summary = new Certificate.Summary(new byte[32], List.of("a change", "and its end"));
        String note = note(log, WITNESSES);
        return new Certificate(
                new Certificate.Statement(
                        leaver.change.toString(),
                        "COMPLETED",
                        "blinded",
                        log,
                        List.of(),
                        leaves,
                        summary.commitment(),
                        Leaver.trusted().all().stream().map(TrustedKeys.Trusted::line).toList(),
                        LOG.verifier().toString()),
                note,
                timestamp(note),
                List.of(),
                proofs,
                contents,
                Optional.of(summary));
    }

    private static String note(String log, List<NoteSigner> witnesses) {
        List<NoteSigner> all = new ArrayList<>(List.of(NoteSigner.parse(LOG.secretText()), ML_DSA));
        all.addAll(witnesses);
        return SignedNote.sign(log, all, Leaver.NOW);
    }

    /** The first witness alone was asked for then. */
    static EarlierPolicy quorumOfOneUntil(long size) {
        return EarlierPolicy.parse(
                "log %s\nwitness one %s\nquorum one\nuntil %s %d\n"
                        .formatted(
                                LOG.verifier(),
                                WITNESSES.get(0).verifier(),
                                LOG.verifier().name(),
                                size));
    }

    /** Cosigned by so many witnesses. */
    Certified withWitnesses(int number) {
        String note = note(certificate.statement().log(), WITNESSES.subList(0, number));
        return new Certified(
                new Certificate(
                        certificate.statement(),
                        note,
                        timestamp(note),
                        certificate.earlier(),
                        certificate.proofs(),
                        certificate.contents(),
                        certificate.summary()));
    }

    /**
     * Without a timestamp, and without the log's second signature: a line of an unknown key is
     * passed over, so that nothing but the timestamp would notice it to be changed.
     */
    Certified undated() {
        List<NoteSigner> all = new ArrayList<>(List.of(NoteSigner.parse(LOG.secretText())));
        all.addAll(WITNESSES);
        return new Certified(
                new Certificate(
                        certificate.statement(),
                        SignedNote.sign(certificate.statement().log(), all, Leaver.NOW),
                        Optional.empty(),
                        certificate.earlier(),
                        certificate.proofs(),
                        certificate.contents(),
                        certificate.summary()));
    }

    /** With the same proof for every leaf. */
    Certified withProofs(List<Hash> proof) {
        return new Certified(
                new Certificate(
                        certificate.statement(),
                        certificate.checkpoint(),
                        certificate.timestamp(),
                        certificate.earlier(),
                        Collections.nCopies(certificate.proofs().size(), proof),
                        certificate.contents(),
                        certificate.summary()));
    }

    byte[] file() {
        return certificate.sign(LOG);
    }

    static Verification verify(byte[] file) {
        return CertificateVerifier.verify(file, Optional.of(TRUST));
    }
}
