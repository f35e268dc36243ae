package dev.remit.handoff.loop;

import dev.remit.handoff.merkle.Hash;

/**
 * A record as a poll brought it, before anything was checked.
 *
 * @param hash SHA-256 of key, value and headers in their order, each behind its length in four
 *     bytes, big-endian; a length of -1 is null
 */
public record Polled(String topic, int partition, long offset, Hash hash) {}
