package dev.remit.readiness.domain;

import dev.remit.handoff.directory.Account;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known when a change is judged.
 *
 * @param accounts the target's accounts that are correlated with the subject
 * @param managers the target's accounts of the worker named as manager
 * @param readAt when the target was last read completely
 * @param corrections facts supplied by people, by the fact's name
 */
public record Observed(
        List<Account> accounts,
        List<Account> managers,
        Optional<Instant> readAt,
        Map<String, String> corrections,
        Instant now) {}
