package dev.remit.planted.adapter.kafka;

/** What a use case must not know. */
public record Topic(String name) {}
