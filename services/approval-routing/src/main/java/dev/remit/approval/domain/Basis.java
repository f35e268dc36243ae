package dev.remit.approval.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * What made someone be asked.
 *
 * @param fact for example {@code worker.manager}, {@code account.groups}, {@code resource.owner}
 * @param source the system that says so
 * @param observedAt when it was read there
 */
public record Basis(String fact, String source, Optional<Instant> observedAt) {}
