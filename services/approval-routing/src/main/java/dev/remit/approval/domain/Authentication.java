package dev.remit.approval.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * How a decider was authenticated, from the access token (OpenID Connect Core: iss, jti, acr,
 * auth_time).
 */
public record Authentication(
        String issuer,
        Optional<String> tokenId,
        Optional<String> acr,
        Optional<Instant> authenticatedAt) {}
