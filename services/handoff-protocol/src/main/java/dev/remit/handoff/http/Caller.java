package dev.remit.handoff.http;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonString;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Who is calling, from the verified access token. */
@RequestScoped
public class Caller {
    @Inject JsonWebToken token;
    @Inject SecurityIdentity identity;
    @Inject Agents agents;

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

    /** What the token is for (RFC 8693, section 4.2, scope); empty if it does not say. */
    public Set<String> scopes() {
        return token.<Object>claim("scope")
                .map(scope ->
                        Arrays.stream(String.valueOf(scope).split(" ", -1))
                                .filter(each -> !each.isEmpty())
                                .collect(Collectors.toSet()))
                .orElse(Set.of());
    }

    /** The client that the token was given to (OpenID Connect Core, azp). */
    public Optional<String> client() {
        return token.<Object>claim("azp").map(String::valueOf);
    }

    /** Who acts with a token of somebody else (RFC 8693, act): immutable id. */
    public Optional<String> actor() {
        return token.<Object>claim("act")
                .flatMap(act ->
                        act instanceof Map<?, ?> claims
                                ? Optional.ofNullable(claims.get("sub"))
                                : Optional.empty())
                .map(sub ->
                        sub instanceof JsonString text ? text.getString() : String.valueOf(sub));
    }

    /**
     * Whether a client signed in as itself, or may have: nobody is known to stand behind the
     * token's sub. Only a person's token has a name that is not a service account's.
     */
    public boolean isClient() {
        return token.<Object>claim("preferred_username")
                        .map(String::valueOf)
                        .filter(name -> !name.isEmpty() && !name.startsWith("service-account-"))
                        .isEmpty()
                || client().filter(id()::equals).isPresent();
    }

    /** The AI that the token's client is, if it is registered as one. */
    public Optional<Agents.Registered> agent() {
        return client().flatMap(client -> Optional.ofNullable(agents.byClient().get(client)));
    }

    /** Whether a person acts, and nothing acts for them. Only a person can approve. */
    public boolean isPerson() {
        return !isClient() && actor().isEmpty() && agent().isEmpty();
    }

    /** Authentication context class reference (OpenID Connect Core, acr). */
    public Optional<String> acr() {
        return token.claim("acr").map(String::valueOf);
    }

    /** Authentication methods (OpenID Connect Core, amr; RFC 8176); empty if the token has none. */
    public List<String> amr() {
        Object claim = token.<Object>claim("amr").orElse(List.of());
        return claim instanceof Collection<?> methods
                ? methods.stream()
                        .map(each ->
                                each instanceof JsonString text
                                        ? text.getString()
                                        : each.toString())
                        .toList()
                : List.of(claim.toString());
    }

    /** When the token ends (RFC 7519, exp). */
    public Instant expiresAt() {
        return Instant.ofEpochSecond(token.getExpirationTime());
    }

    /**
     * When the person signed in (OpenID Connect Core, auth_time); empty if that is not known, which
     * Keycloak says as 0 in what it gives for a password.
     */
    public Optional<Instant> authenticatedAt() {
        return token.<Object>claim("auth_time")
                .map(seconds -> Long.parseLong(seconds.toString()))
                .filter(seconds -> seconds > 0)
                .map(Instant::ofEpochSecond);
    }
}
