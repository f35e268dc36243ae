package dev.remit.handoff.loop;

import dev.remit.handoff.Service;
import dev.remit.handoff.seal.SealVerifier;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The service's own signing key, read once at start, and the keys it trusts, read again when their
 * file changes: a new key is trusted everywhere before anyone signs with it, and a revoked one is
 * refused at once.
 */
@Singleton
class Keys implements Trust {
    private static final Logger LOG = Logger.getLogger(Keys.class);
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private final Service service;
    private final SigningKey signing;
    private final Path file;
    private FileTime read;
    private volatile long looked = System.nanoTime();
    private TrustedKeys trusted;
    private SealVerifier verifier;

    Keys(
            @ConfigProperty(name = "quarkus.application.name") String service,
            @ConfigProperty(name = "remit.keys.signing") Path signing,
            @ConfigProperty(name = "remit.keys.trust") Path trust)
            throws IOException {
        this.service = Service.of(service);
        this.signing = SigningKey.read(signing);
        this.file = trust;
        this.read = Files.getLastModifiedTime(trust);
        this.trusted = TrustedKeys.read(trust);
        this.verifier = SealVerifier.ofReceiver(trusted);
        if (!this.signing.verifier().name().equals(service)) {
            throw new IllegalStateException(
                    "remit.keys.signing: the key belongs to "
                            + this.signing.verifier().name()
                            + ", not to "
                            + service);
        }
        TrustedKeys.Trusted own =
                trusted.find(this.signing.verifier().reference())
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "remit.keys.trust does not hold "
                                                + this.signing.verifier().reference()
                                                + ", the service's own key"));
        if (own.until().isPresent() || own.revoked().isPresent()) {
            throw new IllegalStateException(
                    "remit.keys.signing: "
                            + own.key().reference()
                            + " is retired or revoked in remit.keys.trust; give the service its new key");
        }
    }

    Service service() {
        return service;
    }

    SigningKey signing() {
        return signing;
    }

    /** Whether {@link #verifier} reads no file now. */
    boolean isFresh() {
        return System.nanoTime() - looked <= LOOK_NANOS;
    }

    /** Checks by the keys that the file holds now, a second late at most; may read a file. */
    synchronized SealVerifier verifier() {
        now();
        return verifier;
    }

    @Override
    public synchronized TrustedKeys now() {
        if (System.nanoTime() - looked > LOOK_NANOS) {
            looked = System.nanoTime();
            lookAgain();
        }
        return trusted;
    }

    /**
     * A file that does not read changes nothing, nor does one that lacks a key: lines are never
     * deleted, so it is half written, and good messages would be set aside.
     */
    private void lookAgain() {
        try {
            FileTime now = Files.getLastModifiedTime(file);
            if (!now.equals(read)) {
                TrustedKeys fresh = TrustedKeys.read(file);
                for (TrustedKeys.Trusted each : trusted.all()) {
                    if (fresh.find(each.key().reference()).isEmpty()) {
                        throw new IllegalArgumentException(
                                each.key().reference()
                                        + " is missing; to end a key, write until= or revoked= behind it");
                    }
                }
                trusted = fresh;
                verifier = SealVerifier.ofReceiver(fresh);
                read = now;
                LOG.infof("remit.keys.trust was read again");
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.errorf(
                    "remit.keys.trust does not read, the keys of before stay: %s", e.getMessage());
        }
    }
}
