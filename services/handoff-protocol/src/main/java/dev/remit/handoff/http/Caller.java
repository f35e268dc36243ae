package dev.remit.handoff.http;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Who is calling, from the verified access token. */
@RequestScoped
public class Caller {
    @Inject JsonWebToken token;
    @Inject SecurityIdentity identity;

    /** The immutable id: the token's sub. */
    public String id() {
        return token.getSubject();
    }

    public boolean has(String role) {
        return identity.hasRole(role);
    }

    public Set<String> roles() {
        return identity.getRoles();
    }

    public String issuer() {
        return token.getIssuer();
    }

    public Optional<String> tokenId() {
        return Optional.ofNullable(token.getTokenID());
    }

    /** Authentication context class reference (OpenID Connect Core, acr). */
    public Optional<String> acr() {
        return token.claim("acr").map(String::valueOf);
    }

    /** When the person signed in (OpenID Connect Core, auth_time). */
    public Optional<Instant> authenticatedAt() {
        return token.<Object>claim("auth_time")
                .map(seconds -> Instant.ofEpochSecond(Long.parseLong(seconds.toString())));
    }
}
