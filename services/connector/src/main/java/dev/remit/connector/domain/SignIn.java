package dev.remit.connector.domain;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a person was signed in when they decided, from their access token.
 *
 * @param issuer iss
 * @param tokenId jti
 * @param acr authentication context class (OpenID Connect Core, acr)
 * @param authenticatedAt auth_time
 * @param amr authentication methods (RFC 8176)
 */
public record SignIn(
        String issuer,
        Optional<String> tokenId,
        Optional<String> acr,
        Optional<Instant> authenticatedAt,
        List<String> amr) {}
