package dev.remit.planted.application;

/** Breaks the rule on purpose: a use case that asks the database by itself. */
record Terse(dev.remit.handoff.postgres.Statement statement) {}
