package dev.remit.approval.adapter.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.approval.application.Answers.Request;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.merkle.Hash;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What tells a request that is repeated from another one: its Idempotency-Key. */
final class Keys {
    private static final int LONGEST = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Keys() {}

    /**
     * The request; empty without a key.
     *
     * @param what of which kind it is, and of what
     * @throws Problem 400 if the key is empty or has more than 200 characters
     */
    static Optional<Request> request(
            Caller caller, @Nullable String key, String what, Object body) {
        if (key == null) {
            return Optional.empty();
        }
        if (key.isBlank() || key.length() > LONGEST) {
            throw Problem.inField(
                    "Idempotency-Key",
                    "FIELD_MISFORMED",
                    "Idempotency-Key: must have from 1 to " + LONGEST + " characters");
        }
        try {
            String text = what + "\n" + JSON.writeValueAsString(body);
            return Optional.of(
                    new Request(
                            caller.id(),
                            key,
                            Hash.sha256(text.getBytes(StandardCharsets.UTF_8)).hex()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was JSON is not any more", e);
        }
    }
}
