package dev.remit.ledger.certificate;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.merkle.Merkle;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SealVerifier;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.handoff.seal.VerifierKey;
import dev.remit.ledger.adapter.kafka.Payloads;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.certificate.Verification.Check;
import dev.remit.ledger.domain.Charter;
import dev.remit.ledger.domain.Closure;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.EvidenceLeaf;
import dev.remit.ledger.log.SignedNote;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Checks a closure certificate offline: it trusts nothing but the keys it is given. It goes through
 * the messages as they were sealed and decides closure anew; what the certificate says about itself
 * is only compared.
 */
public final class CertificateVerifier {
    /** The keys to go by: the services' and the log's. */
    public record Trust(TrustedKeys services, VerifierKey log) {}

    /** A message whose seal holds. */
    private record Sealed(Envelope envelope, Hash hash, Reading reading) {}

    private final List<Check> checks = new ArrayList<>();

    private CertificateVerifier() {}

    /**
     * Verifies a certificate file.
     *
     * @param trust keys obtained apart from the file; without them, the file's own are used, and
     *     that is said
     */
    public static Verification verify(byte[] file, Optional<Trust> trust) {
        return new CertificateVerifier().run(file, trust);
    }

    private Verification run(byte[] file, Optional<Trust> given) {
        Certificate.Unverified unverified;
        try {
            unverified = Certificate.read(file);
        } catch (IllegalArgumentException e) {
            fail("form", String.valueOf(e.getMessage()));
            return new Verification(List.copyOf(checks), List.of(), "");
        }
        hold("form", "canonical JSON, one DSSE signature around an in-toto statement");
        Certificate certificate = unverified.certificate();
        Trust trust;
        try {
            trust = given.orElseGet(() -> own(certificate));
        } catch (IllegalArgumentException e) {
            fail("trust", "the keys in the file do not read: " + e.getMessage());
            return new Verification(
                    List.copyOf(checks), certificate.words(), certificate.outcome());
        }
        hold(
                "trust",
                given.isPresent()
                        ? "keys obtained apart from the file"
                        : "NOTE: keys taken from the file itself; give --trust to rule out a forged set");
        check(
                "signature",
                unverified.isSignedBy(trust.log()),
                "the statement is signed by " + trust.log().reference(),
                "the statement is not signed by " + trust.log().reference());
        Optional<Checkpoint> checkpoint = checkpoint(certificate, trust);
        List<Sealed> messages = messages(certificate, trust, checkpoint);
        chain(messages);
        decision(certificate, messages);
        return new Verification(List.copyOf(checks), certificate.words(), certificate.outcome());
    }

    private static Trust own(Certificate certificate) {
        return new Trust(
                TrustedKeys.parse(String.join("\n", certificate.trusted())),
                VerifierKey.parse(certificate.logKey()));
    }

    private Optional<Checkpoint> checkpoint(Certificate certificate, Trust trust) {
        try {
            Checkpoint checkpoint =
                    Checkpoint.parse(SignedNote.open(certificate.checkpoint(), trust.log()));
            check(
                    "checkpoint",
                    checkpoint.origin().equals(trust.log().name()),
                    "the log "
                            + checkpoint.origin()
                            + " signed its state at size "
                            + checkpoint.size(),
                    "the checkpoint is of another log, " + checkpoint.origin());
            return Optional.of(checkpoint);
        } catch (IllegalArgumentException e) {
            fail("checkpoint", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private List<Sealed> messages(
            Certificate certificate, Trust trust, Optional<Checkpoint> checkpoint) {
        SealVerifier seals = new SealVerifier(trust.services());
        List<Sealed> messages = new ArrayList<>();
        int sealed = 0;
        int included = 0;
        for (Certificate.Message message : certificate.messages()) {
            String name = name(message);
            try {
                Map<String, String> headers = message.headers();
                Envelope envelope =
                        Envelope.read(
                                message.topic(),
                                headers.get("ce_subject"),
                                header -> {
                                    String value = headers.get(header);
                                    return value == null
                                            ? null
                                            : value.getBytes(StandardCharsets.UTF_8);
                                });
                if (!headers.equals(envelope.headers())) {
                    fail("seal", name + ": has a header that is not part of the envelope");
                }
                Seal seal = Seal.parse(message.key(), message.seal());
                Hash hash = seals.verify(envelope, message.payload(), seal);
                sealed++;
                messages.add(
                        new Sealed(
                                envelope,
                                hash,
                                Stories.read(
                                        envelope,
                                        hash,
                                        Payloads.decode(envelope, message.payload()))));
                String blinded = envelope.correlation() == null ? "-" : certificate.blindedChange();
                byte[] leaf =
                        EvidenceLeaf.of(
                                envelope,
                                message.payload(),
                                seal,
                                message.salt(),
                                blinded,
                                message.policy());
                if (checkpoint.isPresent()
                        && Merkle.includes(
                                checkpoint.get().root(),
                                checkpoint.get().size(),
                                message.leafIndex(),
                                Merkle.leafHash(leaf),
                                message.proof())) {
                    included++;
                } else {
                    fail(
                            "inclusion",
                            name + ": is not leaf " + message.leafIndex() + " of the log");
                }
            } catch (Unprocessable e) {
                fail("seal", name + ": " + e.code() + ", " + e.reason());
            } catch (IllegalArgumentException e) {
                fail("message", name + ": " + e.getMessage());
            }
        }
        int all = certificate.messages().size();
        check(
                "seals",
                sealed == all && all > 0,
                all + " messages, each sealed by a service that may send it",
                (all - sealed) + " of " + all + " seals do not hold");
        check(
                "inclusions",
                included == all && all > 0,
                all + " messages are leaves of that log",
                (all - included) + " of " + all + " messages are not in the log");
        return messages;
    }

    private void chain(List<Sealed> messages) {
        List<Sealed> chain =
                messages.stream().filter(each -> each.envelope().sequence() > 0).toList();
        boolean unbroken = !chain.isEmpty();
        for (int n = 0; n < chain.size(); n++) {
            Envelope envelope = chain.get(n).envelope();
            boolean follows =
                    envelope.sequence() == n + 1
                            && (n == 0 || Objects.equals(chain.get(n - 1).hash(), envelope.prev()));
            boolean sameChange =
                    Objects.equals(
                            envelope.correlation(), chain.getFirst().envelope().correlation());
            if (!follows || !sameChange) {
                unbroken = false;
                fail(
                        "chain",
                        envelope.handoff().recordName()
                                + " with sequence "
                                + envelope.sequence()
                                + " does not follow the handoff before it");
            }
        }
        if (unbroken) {
            hold("chain", chain.size() + " handoffs, each naming the hash of the one before");
        }
    }

    private void decision(Certificate certificate, List<Sealed> messages) {
        List<Story.Step> steps = new ArrayList<>();
        List<Story.Activity> activities = new ArrayList<>();
        Optional<Story.Closed> closed = Optional.empty();
        UUID change = null;
        for (Sealed message : messages) {
            switch (message.reading()) {
                case Reading.Handoff(UUID of, Story.Step step) -> {
                    change = change == null ? of : change;
                    // closure was decided on what came before it
                    if (step.said() instanceof Story.Closed end) {
                        closed = closed.or(() -> Optional.of(end));
                    } else {
                        steps.add(step);
                    }
                }
                case Reading.Seen(Story.Activity activity) -> activities.add(activity);
                case Reading.Published _, Reading.SetAside _, Reading.Other _ -> {}
            }
        }
        if (closed.isEmpty() || change == null) {
            fail("closure", "the proposal or the closure is missing");
            return;
        }
        Story story = Story.untold(change).with(steps).seen(activities);
        if (story.proposed().isEmpty()) {
            fail("closure", "the proposal or the closure is missing");
            return;
        }
        Optional<Charter> charter = charter(messages, story);
        List<String> found =
                story.steps().stream()
                        .map(step ->
                                step.sequence()
                                        + " "
                                        + step.id()
                                        + " "
                                        + step.type()
                                        + " "
                                        + step.hash().hex())
                        .toList();
        check(
                "complete",
                closed.get().handoffs().equals(found),
                "the closure lists exactly these handoffs",
                "the closure lists other handoffs than the certificate holds");
        switch (Closure.of(story, charter)) {
            case Closure.Ended ended -> {
                boolean same =
                        ended.outcome().name().equals(closed.get().outcome())
                                && certificate.outcome().equals(ended.outcome().name());
                check(
                        "outcome",
                        same,
                        ended.outcome() + ": " + ended.words(),
                        "decided anew it is "
                                + ended.outcome()
                                + ", the certificate says "
                                + certificate.outcome());
                ended.proofs().forEach(proof -> hold(proof.name(), proof.words()));
            }
            case Closure.Open open -> {
                fail("outcome", "decided anew it has not ended: " + open.words());
                open.missing().forEach(missing -> fail(missing.name(), missing.words()));
            }
        }
        check(
                "subject",
                certificate.change().equals(story.change().toString())
                        && closed.get().change().equals(story.change()),
                "change " + certificate.change(),
                "the certificate names another change than its messages");
    }

    private Optional<Charter> charter(List<Sealed> messages, Story story) {
        String hash = story.proposed().map(Story.Proposed::charterHash).orElse("");
        for (Sealed message : messages) {
            if (message.reading() instanceof Reading.Published published
                    && published.hash().equals(hash)) {
                published
                        .charter()
                        .ifPresentOrElse(
                                each ->
                                        hold(
                                                "charter",
                                                each.name()
                                                        + " "
                                                        + each.version()
                                                        + ", by its hash"),
                                () -> fail("charter", published.problem()));
                return published.charter();
            }
        }
        fail("charter", "the charter that the change names is not among the messages");
        return Optional.empty();
    }

    private static String name(Certificate.Message message) {
        String type = message.headers().getOrDefault("ce_type", "?");
        String sequence = message.headers().get("ce_sequence");
        return type.substring(type.lastIndexOf('.') + 1)
                + (sequence == null ? "" : " " + sequence.replaceFirst("^0+", ""));
    }

    private void check(String name, boolean holds, String words, String otherwise) {
        checks.add(new Check(name, holds, holds ? words : otherwise));
    }

    private void hold(String name, String words) {
        checks.add(new Check(name, true, words));
    }

    private void fail(String name, String words) {
        checks.add(new Check(name, false, words));
    }
}
