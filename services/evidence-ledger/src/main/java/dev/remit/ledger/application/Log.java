package dev.remit.ledger.application;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.loop.Trust;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.Entry;
import dev.remit.ledger.log.EvidenceLeaf;
import dev.remit.ledger.log.NoteKey;
import dev.remit.ledger.log.NoteSigner;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.TrustPolicy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The log's keys and secrets; makes entries of messages. */
@Singleton
public class Log {
    private static final Logger LOG = Logger.getLogger(Log.class);

    /** Trusted keys, and the hash that stands for them in leaves. */
    private record Policy(TrustedKeys keys, String hash) {
        static Policy of(TrustedKeys keys) {
            return new Policy(
                    keys,
                    Hash.sha256(String.join("\n", lines(keys)).getBytes(StandardCharsets.UTF_8))
                            .toString());
        }
    }

    private final SigningKey key;
    private final List<NoteSigner> signers;
    private final Map<String, List<NoteSigner>> shardSigners = new ConcurrentHashMap<>();
    private final TrustPolicy witnesses;
    private final Trust trust;
    private volatile Policy policy;
    private final SecretKeySpec blindingKey;
    private final SecureRandom random = new SecureRandom();

    @Inject
    Log(
            @ConfigProperty(name = "remit.ledger.directory") Path directory,
            @ConfigProperty(name = "remit.ledger.key") Path key,
            @ConfigProperty(name = "remit.ledger.policy") Optional<Path> policy,
            Trust trust)
            throws IOException {
        this(
                NoteSigner.readAll(key),
                policy.isPresent()
                        ? Optional.of(TrustPolicy.parse(Files.readString(policy.get())))
                        : Optional.empty(),
                trust,
                secret(directory.resolve("blinding.key")));
    }

    Log(
            List<NoteSigner> signers,
            Optional<TrustPolicy> policy,
            TrustedKeys trusted,
            byte[] blindingKey) {
        this(signers, policy, () -> trusted, blindingKey);
    }

    /**
     * @param signers of one name, the log's origin; one of them of the kind Ed25519
     * @param policy names this log and the witnesses to be asked; empty: nobody is asked
     */
    Log(List<NoteSigner> signers, Optional<TrustPolicy> policy, Trust trust, byte[] blindingKey) {
        this.key =
                signers.stream()
                        .filter(each -> each.verifier().kind() == NoteKey.Kind.ED25519)
                        .findFirst()
                        .map(each -> SigningKey.parse(each.secretText()))
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "remit.ledger.key: holds no Ed25519 key"));
        this.signers = signers;
        List<NoteKey> keys = signers.stream().map(NoteSigner::verifier).toList();
        if (keys.stream().anyMatch(each -> !each.name().equals(key.verifier().name()))) {
            throw new IllegalArgumentException("remit.ledger.key: holds keys of several logs");
        }
        this.witnesses = policy.orElseGet(() -> TrustPolicy.of(keys));
        if (witnesses.logs().stream().noneMatch(each -> keys.contains(each.key()))) {
            throw new IllegalArgumentException(
                    "remit.ledger.policy: names no key of " + key.verifier().name());
        }
        this.trust = trust;
        this.policy = Policy.of(trust.now());
        this.blindingKey = new SecretKeySpec(blindingKey, "HmacSHA256");
    }

    /** The same log under another policy. */
    Log with(Optional<TrustPolicy> other) {
        return new Log(signers, other, trust, blindingKey.getEncoded());
    }

    /** The log's signing key; its name is the log's origin. */
    public SigningKey key() {
        return key;
    }

    /** The public keys of the services. */
    TrustedKeys trusted() {
        return trust.now();
    }

    /** The origin of the shard of this period. */
    String origin(String period) {
        return Shard.origin(key.verifier().name(), period);
    }

    /** The period of the shard that a checkpoint of this log is of. */
    String period(Checkpoint checkpoint) {
        return Shard.period(checkpoint.origin(), key.verifier().name())
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "checkpoint: of another log, " + checkpoint.origin()));
    }

    /** Signs a checkpoint's text with every key of the log, under its shard's name. */
    String sign(Checkpoint checkpoint, Instant now) {
        return SignedNote.sign(checkpoint.text(), signers(checkpoint.origin()), now);
    }

    private List<NoteSigner> signers(String origin) {
        return shardSigners.computeIfAbsent(
                origin, _ -> signers.stream().map(each -> each.of(origin)).toList());
    }

    /**
     * Opens a checkpoint that this log signed, of any of its shards.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    Checkpoint open(String note) {
        SignedNote parsed = SignedNote.parse(note);
        Checkpoint checkpoint = Checkpoint.parse(parsed.text());
        period(checkpoint);
        parsed.verified(signers(checkpoint.origin()).stream().map(NoteSigner::verifier).toList());
        return checkpoint;
    }

    /** Who is asked to cosign checkpoints, and how many must. */
    TrustPolicy witnesses() {
        return witnesses;
    }

    private static List<String> lines(TrustedKeys keys) {
        return keys.all().stream().map(TrustedKeys.Trusted::line).toList();
    }

    /** What leaves logged from now on say of the keys that are trusted. */
    private String policy() {
        Policy known = policy;
        TrustedKeys now = trust.now();
        if (known.keys() != now) {
            known = Policy.of(now);
            policy = known;
            LOG.infof("the log's leaves have the policy %s from now on", known.hash());
        }
        return known.hash();
    }

    /**
     * A change under the log's blinding key: links the change's leaves to those who know it, and to
     * nobody else.
     */
    public String blinded(UUID change) {
        return blinded(change, mac());
    }

    /** What hides the summary of a change's certificate: always the same. */
    byte[] summarySalt(UUID change) {
        return mac().doFinal(("closure-summary " + change).getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether an entry made before says what one made now would of the keys that are trusted. */
    boolean isOfNow(Entry entry) {
        return entry.policy().equals(policy());
    }

    /** The entries of received messages, in their order. */
    List<Entry> entries(List<Received> batch) {
        Mac mac = mac();
        String policy = policy();
        Map<UUID, String> blinded = new HashMap<>();
        byte[] salts = new byte[batch.size() * EvidenceLeaf.SALT_BYTES];
        random.nextBytes(salts);
        List<Entry> entries = new ArrayList<>(batch.size());
        for (Received received : batch) {
            Envelope envelope = received.envelope();
            UUID change = envelope.correlation();
            int from = entries.size() * EvidenceLeaf.SALT_BYTES;
            byte[] salt = Arrays.copyOfRange(salts, from, from + EvidenceLeaf.SALT_BYTES);
            byte[] sealed = Seal.sealedBytes(envelope, received.payload());
            entries.add(
                    new Entry(
                            envelope,
                            received.topic()
                                    + "["
                                    + received.partition()
                                    + "]@"
                                    + received.offset(),
                            received.payload(),
                            sealed,
                            received.seal().key(),
                            received.seal().text(),
                            policy,
                            salt,
                            EvidenceLeaf.of(
                                    envelope,
                                    sealed,
                                    received.seal().key(),
                                    salt,
                                    change == null
                                            ? "-"
                                            : blinded.computeIfAbsent(
                                                    change, each -> blinded(each, mac)),
                                    policy)));
        }
        return entries;
    }

    private Mac mac() {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(blindingKey);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static String blinded(UUID change, Mac mac) {
        return Base64.getEncoder()
                .encodeToString(mac.doFinal(change.toString().getBytes(StandardCharsets.US_ASCII)));
    }

    /**
     * Reads 32 bytes, or makes them: whole or not at all, and only one when several start at once.
     */
    static byte[] secret(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] secret = new byte[32];
            new SecureRandom().nextBytes(secret);
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path fresh =
                    Files.createTempFile(
                            file.toAbsolutePath().getParent(),
                            "secret",
                            ".new",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, Base64.getEncoder().encodeToString(secret));
            try {
                Files.createLink(file, fresh);
            } catch (FileAlreadyExistsException e) {
                // another replica was first: its key is the one
            } finally {
                Files.delete(fresh);
            }
        }
        return Base64.getDecoder().decode(Files.readString(file).strip());
    }
}
