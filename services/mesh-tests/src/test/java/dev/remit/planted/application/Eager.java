package dev.remit.planted.application;

/** Breaks the rule on purpose: a use case that takes a generated record in its own hands. */
record Eager(dev.remit.wire.v1.ChangeProposed proposed) {}
