package dev.remit.executor.domain;

import java.time.Instant;
import java.util.UUID;

/**
 * What an authorization allows, before anything is touched.
 *
 * @param plan the plan's exact bytes
 * @param planHash the hash that was authorized, lower-case hex
 * @param expiresAt after this nothing may be begun
 */
public record Intent(
        UUID authorization,
        UUID change,
        String target,
        String account,
        byte[] plan,
        String planHash,
        Instant expiresAt) {}
