package dev.remit.readiness.adapter.http;

import dev.remit.handoff.http.Problem;
import java.util.UUID;

/** Ids in paths. */
final class Ids {
    private Ids() {}

    /**
     * @throws Problem 404 with this code if the text is no UUID
     */
    static UUID uuid(String text, String code) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, code, "'" + text + "' is not a UUID");
        }
    }
}
