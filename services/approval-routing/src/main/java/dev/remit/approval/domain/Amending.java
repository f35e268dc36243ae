package dev.remit.approval.domain;

import dev.remit.approval.domain.Attempt.Result;
import java.time.Instant;

/** Writes plans with other terms. */
public interface Amending {
    /** What came of it. */
    sealed interface Amended {
        /** The plan's very bytes, their SHA-256 and what it does. */
        record Plan(byte[] bytes, String hash, Effect effect) implements Amended {}

        /** It cannot be. */
        record Flawed(Result.Refused why) implements Amended {}
    }

    /** The plan with these terms. */
    Amended amend(byte[] plan, Terms terms, Instant now);
}
