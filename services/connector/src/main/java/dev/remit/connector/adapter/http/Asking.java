package dev.remit.connector.adapter.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.application.Answers.Request;
import dev.remit.connector.application.Answers.Result;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What all ways in have in common. */
final class Asking {
    /** How many wishes one request may hold. */
    static final int BATCH = 200;

    private static final int LONGEST_KEY = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Asking() {}

    /**
     * The request that may be repeated, if it carries a key; the key covers the whole body.
     *
     * @param what which operation, so that a key of one is not taken for another's
     */
    static Optional<Request> request(
            String caller, @Nullable String key, String what, Object body) {
        if (key == null) {
            return Optional.empty();
        }
        if (key.isBlank() || key.length() > LONGEST_KEY) {
            throw Problem.inField(
                    "Idempotency-Key",
                    "FIELD_MISFORMED",
                    "Idempotency-Key: must have from 1 to " + LONGEST_KEY + " characters");
        }
        try {
            String text = what + "\n" + JSON.writeValueAsString(body);
            return Optional.of(
                    new Request(
                            caller, key, Hash.sha256(text.getBytes(StandardCharsets.UTF_8)).hex()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was JSON is not any more", e);
        }
    }

    /** The change that a single wish opened, or the refusal as a problem. */
    static UUID opened(Result result) {
        if (result.change() == null) {
            throw Problem.of(
                    result.status(),
                    String.valueOf(result.code()),
                    String.valueOf(result.detail()),
                    result.field());
        }
        return result.change();
    }

    /**
     * @throws Problem 404 if the text is no UUID
     */
    static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "CHANGE_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }
}
