package dev.remit.ledger.application;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.Envelope;
import dev.remit.handoff.Unprocessable;
import dev.remit.handoff.loop.Received;
import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.Seal;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.handoff.seal.VerifierKey;
import dev.remit.ledger.adapter.files.LogFiles;
import dev.remit.ledger.adapter.kafka.Payloads;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.adapter.postgres.MessageRow;
import dev.remit.ledger.log.EvidenceLeaf;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The log's keys, secrets and files; makes rows of messages and messages of rows. */
@Singleton
public class Log {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<TreeMap<String, String>> HEADERS = new TypeReference<>() {};

    private final SigningKey key;
    private final TrustedKeys trusted;
    private final String policy;
    private final byte[] blindingKey;
    private final LogFiles files;
    private final LogFiles certificates;
    private final SecureRandom random = new SecureRandom();

    Log(
            @ConfigProperty(name = "remit.ledger.directory") Path directory,
            @ConfigProperty(name = "remit.ledger.key") Path key,
            @ConfigProperty(name = "remit.keys.trust") Path trust)
            throws IOException {
        this.key = SigningKey.read(key);
        this.trusted = TrustedKeys.read(trust);
        this.policy =
                Hash.sha256(String.join("\n", trustedKeys()).getBytes(StandardCharsets.UTF_8))
                        .toString();
        this.blindingKey = blindingKey(directory.resolve("blinding.key"));
        this.files = new LogFiles(directory.resolve("log").toAbsolutePath().normalize());
        this.certificates =
                new LogFiles(directory.resolve("certificates").toAbsolutePath().normalize());
    }

    /** The log's signing key; its name is the log's origin. */
    public SigningKey key() {
        return key;
    }

    /** Tiles, entry bundles and the checkpoint. */
    public LogFiles files() {
        return files;
    }

    public LogFiles certificates() {
        return certificates;
    }

    /** The public keys of the services, as texts. */
    public List<String> trustedKeys() {
        return trusted.all().stream().map(VerifierKey::toString).toList();
    }

    /**
     * A change under the log's blinding key: links the change's leaves to those who know it, and to
     * nobody else.
     */
    public String blinded(UUID change) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(blindingKey, "HmacSHA256"));
            return Base64.getEncoder()
                    .encodeToString(
                            mac.doFinal(change.toString().getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    /** The row of a received message. */
    MessageRow row(Received received, long index, Instant now) {
        Envelope envelope = received.envelope();
        MessageRow row = new MessageRow();
        row.leafIndex = index;
        row.id = envelope.id();
        row.type = envelope.handoff().recordName();
        row.changeId = envelope.correlation();
        row.sequence = envelope.sequence();
        row.subject = envelope.subject();
        row.origin = received.topic() + "[" + received.partition() + "]@" + received.offset();
        try {
            row.headers = JSON.writeValueAsString(envelope.headers());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("headers are always JSON", e);
        }
        row.payload = received.payload();
        row.sealKey = received.seal().key();
        row.seal = received.seal().text();
        row.policy = policy;
        row.salt = new byte[EvidenceLeaf.SALT_BYTES];
        random.nextBytes(row.salt);
        UUID change = envelope.correlation();
        row.leaf =
                EvidenceLeaf.of(
                        envelope,
                        row.payload,
                        received.seal(),
                        row.salt,
                        change == null ? "-" : blinded(change),
                        policy);
        row.loggedAt = now;
        return row;
    }

    /** The stored headers. */
    public static Map<String, String> headers(MessageRow row) {
        try {
            return JSON.readValue(row.headers, HEADERS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("kept headers do not read", e);
        }
    }

    /** The topic of a stored message. */
    public static String topic(MessageRow row) {
        return row.origin.substring(0, row.origin.indexOf('['));
    }

    /** A stored message, decoded; it was verified before it was stored. */
    public static Stories.Message message(MessageRow row) {
        Map<String, String> headers = headers(row);
        try {
            Envelope envelope =
                    Envelope.read(
                            topic(row),
                            row.subject,
                            name -> {
                                String value = headers.get(name);
                                return value == null
                                        ? null
                                        : value.getBytes(StandardCharsets.UTF_8);
                            });
            return new Stories.Message(
                    envelope,
                    Seal.hash(envelope, row.payload),
                    Payloads.decode(envelope, row.payload));
        } catch (Unprocessable e) {
            throw new IllegalStateException("a kept message does not read: " + row.origin, e);
        }
    }

    private static byte[] blindingKey(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] fresh = new byte[32];
            new SecureRandom().nextBytes(fresh);
            Files.createDirectories(file.getParent());
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, Base64.getEncoder().encodeToString(fresh));
        }
        return Base64.getDecoder().decode(Files.readString(file).strip());
    }
}
