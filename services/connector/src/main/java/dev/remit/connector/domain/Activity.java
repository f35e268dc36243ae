package dev.remit.connector.domain;

import java.time.Instant;
import java.util.Map;

/**
 * One action on an account from the target's own audit feed.
 *
 * @param id the feed's id of the event
 * @param account immutable id of the account acted on
 * @param changed only the attributes that count as evidence
 */
public record Activity(
        String id,
        Instant at,
        String account,
        String operation,
        String resourceType,
        String resourcePath,
        String actorId,
        String clientId,
        Map<String, String> changed) {}
