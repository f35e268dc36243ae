package dev.remit.ledger.adapter.http;

import dev.remit.handoff.http.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a request says, checked. */
final class Checked {
    private static final int MOST = 200;

    private Checked() {}

    /**
     * How many are asked for.
     *
     * @throws Problem 422 unless it is from 1 to 200
     */
    static void limit(int limit) {
        if (limit < 1 || limit > MOST) {
            throw Problem.inField("limit", "FIELD_MISFORMED", "limit: must be from 1 to " + MOST);
        }
    }

    /**
     * A time, UTC.
     *
     * @throws Problem 422 if it is none
     */
    static Instant time(String field, @Nullable String text) {
        try {
            return Instant.parse(text == null ? "" : text);
        } catch (DateTimeException e) {
            throw Problem.inField(
                    field, "FIELD_MISFORMED", field + ": is not a time like 2026-01-31T12:00:00Z");
        }
    }
}
