package dev.remit.planted.application;

/** Breaks the rule on purpose: a use case that takes an adapter in its own hands. */
record Hasty(dev.remit.planted.adapter.kafka.Topic topic) {}
