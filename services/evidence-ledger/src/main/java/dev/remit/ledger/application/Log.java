package dev.remit.ledger.application;

import dev.remit.handoff.Envelope;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.ledger.log.Entry;
import dev.remit.ledger.log.EvidenceLeaf;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The log's keys and secrets; makes entries of messages. */
@Singleton
public class Log {
    private final SigningKey key;
    private final TrustedKeys trusted;
    private final String policy;
    private final SecretKeySpec blindingKey;
    private final SecureRandom random = new SecureRandom();

    @Inject
    Log(
            @ConfigProperty(name = "remit.ledger.directory") Path directory,
            @ConfigProperty(name = "remit.ledger.key") Path key,
            @ConfigProperty(name = "remit.keys.trust") Path trust)
            throws IOException {
        this(
                SigningKey.read(key),
                TrustedKeys.read(trust),
                secret(directory.resolve("blinding.key")));
    }

    Log(SigningKey key, TrustedKeys trusted, byte[] blindingKey) {
        this.key = key;
        this.trusted = trusted;
        this.policy =
                Hash.sha256(String.join("\n", trustedKeys()).getBytes(StandardCharsets.UTF_8))
                        .toString();
        this.blindingKey = new SecretKeySpec(blindingKey, "HmacSHA256");
    }

    /** The log's signing key; its name is the log's origin. */
    public SigningKey key() {
        return key;
    }

    /** The public keys of the services. */
    TrustedKeys trusted() {
        return trusted;
    }

    /** The public keys of the services, as texts. */
    public List<String> trustedKeys() {
        return trusted.all().stream().map(TrustedKeys.Trusted::line).toList();
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

    /** The entries of received messages, in their order. */
    List<Entry> entries(List<Received> batch) {
        Mac mac = mac();
        Map<UUID, String> blinded = new HashMap<>();
        byte[] salts = new byte[batch.size() * EvidenceLeaf.SALT_BYTES];
        random.nextBytes(salts);
        List<Entry> entries = new ArrayList<>(batch.size());
        for (Received received : batch) {
            Envelope envelope = received.envelope();
            UUID change = envelope.correlation();
            int from = entries.size() * EvidenceLeaf.SALT_BYTES;
            byte[] salt = Arrays.copyOfRange(salts, from, from + EvidenceLeaf.SALT_BYTES);
            entries.add(
                    new Entry(
                            envelope,
                            received.topic()
                                    + "["
                                    + received.partition()
                                    + "]@"
                                    + received.offset(),
                            received.payload(),
                            received.seal().key(),
                            received.seal().text(),
                            policy,
                            salt,
                            EvidenceLeaf.of(
                                    envelope,
                                    received.payload(),
                                    received.seal(),
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
