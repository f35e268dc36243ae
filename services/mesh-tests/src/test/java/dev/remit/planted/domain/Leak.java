package dev.remit.planted.domain;

/** Breaks the rule on purpose: a domain that knows the wire. */
record Leak(dev.remit.wire.v1.Actor actor) {}
