package dev.remit.approval.domain;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A protected entitlement that an authorized change takes from an account.
 *
 * @param account the account's immutable id
 * @param until when the authorization ends; empty for what is given for a time, which is taken away
 *     whenever that is over
 */
public record Removal(
        UUID change, Entitlement entitlement, String account, Optional<Instant> until) {}
