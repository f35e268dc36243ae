package dev.remit.connector.adapter.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.application.Answers.Request;
import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What all ways in have in common. */
final class Asking {
    /** How many wishes one request may hold. */
    static final int BATCH = 200;

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
        try {
            String text = what + "\n" + JSON.writeValueAsString(body);
            return Optional.of(
                    new Request(
                            caller, key, Hash.sha256(text.getBytes(StandardCharsets.UTF_8)).hex()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was JSON is not any more", e);
        }
    }
}
