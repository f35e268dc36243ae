package dev.remit.readiness.domain;

import java.util.UUID;

/** A proposed change, as far as its readiness is concerned. */
public record Request(
        UUID change,
        String charter,
        String charterHash,
        String subjectSystem,
        String subjectId,
        String target,
        String action) {}
