package dev.remit.approval.domain;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A protected entitlement that an authorized change takes from an account, or may take by the time
 * it is executed.
 *
 * @param account the account's immutable id
 * @param assisted whether a person executes it, who can have done so whatever the executor says
 * @param since when it was authorized
 * @param until when nothing more can come of it, whatever is reported; empty for what is given for
 *     a time, which is taken away whenever that is over
 */
public record Removal(
        UUID change,
        Entitlement entitlement,
        String account,
        boolean assisted,
        Instant since,
        Optional<Instant> until) {}
