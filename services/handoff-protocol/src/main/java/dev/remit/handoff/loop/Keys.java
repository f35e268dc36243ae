package dev.remit.handoff.loop;

import dev.remit.handoff.Service;
import dev.remit.handoff.seal.SealVerifier;
import dev.remit.handoff.seal.SigningKey;
import dev.remit.handoff.seal.TrustedKeys;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The service's own signing key and the keys it trusts, read once at start. */
@Singleton
class Keys {
    private final Service service;
    private final SigningKey signing;
    private final SealVerifier verifier;

    Keys(
            @ConfigProperty(name = "quarkus.application.name") String service,
            @ConfigProperty(name = "remit.keys.signing") Path signing,
            @ConfigProperty(name = "remit.keys.trust") Path trust)
            throws IOException {
        this.service = Service.of(service);
        this.signing = SigningKey.read(signing);
        TrustedKeys trusted = TrustedKeys.read(trust);
        this.verifier = new SealVerifier(trusted);
        if (!this.signing.verifier().name().equals(service)) {
            throw new IllegalStateException(
                    "remit.keys.signing: the key belongs to "
                            + this.signing.verifier().name()
                            + ", not to "
                            + service);
        }
        if (trusted.find(this.signing.verifier().reference()).isEmpty()) {
            throw new IllegalStateException(
                    "remit.keys.trust does not hold "
                            + this.signing.verifier().reference()
                            + ", the service's own key");
        }
    }

    Service service() {
        return service;
    }

    SigningKey signing() {
        return signing;
    }

    SealVerifier verifier() {
        return verifier;
    }
}
