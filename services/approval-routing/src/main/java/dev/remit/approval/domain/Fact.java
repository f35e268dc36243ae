package dev.remit.approval.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * What readiness found of a fact.
 *
 * @param value empty when nothing was found
 * @param source where it was read; empty when nowhere
 * @param observedAt when it was read there
 */
public record Fact(Optional<String> value, String source, Optional<Instant> observedAt) {}
