package dev.remit.readiness.domain;

/** Something that may become known, and that a held change may wait for. */
public sealed interface Concern {
    /** An account of this system that is, or was until now, correlated with this worker. */
    record OfWorker(String system, String workerId) implements Concern {}

    /** The account with this immutable id. */
    record OfAccount(String system, String id) implements Concern {}

    /** A complete reading of this system. */
    record OfSource(String system) implements Concern {}

    /** The charter with this hash, SHA-256 in hexadecimal. */
    record OfCharter(String hash) implements Concern {}

    /** What is halted. */
    record OfHalts() implements Concern {}
}
