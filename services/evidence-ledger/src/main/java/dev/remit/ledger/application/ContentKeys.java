package dev.remit.ledger.application;

import dev.remit.handoff.Ids;
import dev.remit.handoff.merkle.Hash;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What the content of kept messages is encrypted with (AES-256-GCM, NIST SP 800-38D): a data key
 * for each change, and for each subject outside any change, wrapped by a key-encryption key from a
 * file. Whoever destroys the wrapped data key erases the content wherever it was copied to.
 */
@Singleton
public class ContentKeys {
    /** A data key under a key-encryption key. */
    public record Wrapped(UUID owner, byte[] key, String by) {}

    private static final UUID OUTSIDE = UUID.fromString("5f1c6a54-0d5a-5a0c-9b0b-6f3f2a0c7c11");
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** To find one takes as long as to encrypt with it; each use begins with its own key. */
    private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(ContentKeys::cipher);

    private final Map<String, SecretKeySpec> keyEncryptionKeys = new LinkedHashMap<>();
    private final SecureRandom random = new SecureRandom();

    @Inject
    ContentKeys(
            @ConfigProperty(name = "remit.ledger.directory") Path directory,
            @ConfigProperty(name = "remit.ledger.content-key") Optional<Path> file)
            throws IOException {
        this(
                file.isPresent()
                        ? Files.readAllLines(file.get())
                        : List.of(
                                Base64.getEncoder()
                                        .encodeToString(
                                                Log.secret(directory.resolve("content.key")))));
    }

    /**
     * @param lines key-encryption keys, 32 bytes in base64 a line; the first wraps, all unwrap
     */
    ContentKeys(List<String> lines) {
        for (String line : lines) {
            if (!line.isBlank() && !line.startsWith("#")) {
                byte[] key = decoded(line.strip());
                String name = Hash.sha256(key).hex().substring(0, 8);
                keyEncryptionKeys.put(name, new SecretKeySpec(key, "AES"));
            }
        }
        if (keyEncryptionKeys.isEmpty()) {
            throw new IllegalArgumentException("remit.ledger.content-key: holds no key");
        }
    }

    private static byte[] decoded(String line) {
        try {
            byte[] key = Base64.getDecoder().decode(line);
            if (key.length == KEY_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // its text could quote the key
        }
        throw new IllegalArgumentException(
                "remit.ledger.content-key: a line is not 32 bytes in base64");
    }

    /** Whose key a message outside any change is kept under. */
    public static UUID ownerOutside(String type, String subject) {
        return Ids.derived(OUTSIDE, type + " " + subject);
    }

    /** A new data key for an owner. */
    public Wrapped fresh(UUID owner) {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        Map.Entry<String, SecretKeySpec> first = keyEncryptionKeys.entrySet().iterator().next();
        return new Wrapped(owner, encrypt(first.getValue(), key, bytes(owner)), first.getKey());
    }

    /**
     * Decrypts content.
     *
     * @throws IllegalStateException if it, its leaf or its key was changed, or the key-encryption
     *     key is not there
     */
    public byte[] decrypt(Wrapped key, byte[] encrypted, byte[] leaf) {
        return decrypt(unwrap(key), encrypted, leaf);
    }

    /**
     * Unwraps a data key, for as long as a batch takes.
     *
     * @throws IllegalStateException if it was changed, or the key-encryption key is not there
     */
    public SecretKey unwrap(Wrapped key) {
        SecretKeySpec by = keyEncryptionKeys.get(key.by());
        if (by == null) {
            throw new IllegalStateException(
                    "remit.ledger.content-key: does not hold key " + key.by());
        }
        return new SecretKeySpec(decrypt(by, key.key(), bytes(key.owner())), "AES");
    }

    /** Encrypts content; what it belongs to, its leaf, cannot be exchanged afterwards. */
    public byte[] encrypt(SecretKey key, byte[] plain, byte[] belongsTo) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, key, nonce, belongsTo).doFinal(plain);
            byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + encrypted.length);
            System.arraycopy(encrypted, 0, all, NONCE_BYTES, encrypted.length);
            return all;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES/GCM", e);
        }
    }

    private static byte[] decrypt(SecretKey key, byte[] encrypted, byte[] belongsTo) {
        if (encrypted.length < NONCE_BYTES) {
            throw new IllegalStateException("kept content is cut off");
        }
        byte[] nonce = Arrays.copyOf(encrypted, NONCE_BYTES);
        try {
            return cipher(Cipher.DECRYPT_MODE, key, nonce, belongsTo)
                    .doFinal(encrypted, NONCE_BYTES, encrypted.length - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            throw new IllegalStateException("kept content or its key was changed", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES/GCM", e);
        }
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, byte[] belongsTo)
            throws GeneralSecurityException {
        Cipher cipher = CIPHER.get();
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(belongsTo);
        return cipher;
    }

    private static Cipher cipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES/GCM", e);
        }
    }

    private static byte[] bytes(UUID owner) {
        return owner.toString().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return "ContentKeys" + keyEncryptionKeys.keySet();
    }
}
