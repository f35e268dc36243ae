package dev.remit.handoff.http;

import dev.remit.handoff.loop.DeadLetters;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What this service set aside, for those who look on, and for operators to replay or discard. */
@Path("/dead-letters")
public class DeadLetterResource {
    /** A dead letter without its bytes. */
    public record Line(
            UUID id,
            String code,
            String reason,
            String origin,
            Instant reportedAt,
            String state,
            @Nullable String resolution) {}

    /**
     * A dead letter with everything that came.
     *
     * @param headers name to text; what is no UTF-8 text shows as replacement characters
     * @param payload base64
     */
    public record Whole(
            UUID id,
            String code,
            String reason,
            String origin,
            @Nullable String key,
            Map<String, String> headers,
            byte[] payload,
            Instant reportedAt,
            String state,
            @Nullable String resolvedBy,
            @Nullable Instant resolvedAt,
            @Nullable String resolution) {}

    /** Why it is replayed or discarded. */
    public record Asked(@Nullable String reason) {}

    private final DeadLetters letters;
    private final Caller caller;

    DeadLetterResource(DeadLetters letters, Caller caller) {
        this.letters = letters;
        this.caller = caller;
    }

    /**
     * The newest 200.
     *
     * @param state OPEN, REPLAYED or DISCARDED; all without
     */
    @GET
    @RolesAllowed({"operator", "auditor", "admin"})
    public Uni<List<Line>> list(@QueryParam("state") @Nullable String state) {
        if (state != null && !List.of("OPEN", "REPLAYED", "DISCARDED").contains(state)) {
            throw Problem.inField(
                    "state", "STATE_UNKNOWN", "state: must be OPEN, REPLAYED or DISCARDED");
        }
        return letters.list(Optional.ofNullable(state))
                .map(all -> all.stream().map(DeadLetterResource::line).toList());
    }

    /** One, with its bytes. */
    @GET
    @Path("{id}")
    @RolesAllowed({"operator", "auditor", "admin"})
    public Uni<Whole> show(@PathParam("id") String id) {
        return letters.find(uuid(id))
                .map(found -> found.map(DeadLetterResource::whole).orElseThrow(() -> unknown(id)));
    }

    /** Hands it to the front door again, under every check; answers what came of it. */
    @POST
    @Path("{id}/replay")
    @RolesAllowed({"operator", "admin"})
    public Uni<Map<String, String>> replay(@PathParam("id") String id, @Nullable Asked asked) {
        return letters.replay(uuid(id), caller.id(), reason(asked))
                .map(outcome -> Map.of("outcome", outcome));
    }

    /** Gives it up. */
    @POST
    @Path("{id}/discard")
    @RolesAllowed({"operator", "admin"})
    public Uni<Void> discard(@PathParam("id") String id, @Nullable Asked asked) {
        return letters.discard(uuid(id), caller.id(), reason(asked));
    }

    private static String reason(@Nullable Asked asked) {
        String reason = Problem.body(asked).reason();
        if (reason == null || reason.isBlank()) {
            throw Problem.inField("reason", "FIELD_MISSING", "reason: must not be empty");
        }
        return reason.strip();
    }

    private static Line line(DeadLetters.Letter letter) {
        return new Line(
                letter.id(),
                letter.code(),
                letter.reason(),
                letter.origin(),
                letter.reportedAt(),
                letter.state(),
                letter.resolution().map(DeadLetters.Resolution::words).orElse(null));
    }

    private static Whole whole(DeadLetters.Letter letter) {
        Map<String, String> headers = new TreeMap<>();
        letter.headers()
                .forEach((name, value) ->
                        headers.put(name, new String(value, StandardCharsets.UTF_8)));
        return new Whole(
                letter.id(),
                letter.code(),
                letter.reason(),
                letter.origin(),
                letter.key().orElse(null),
                headers,
                letter.payload(),
                letter.reportedAt(),
                letter.state(),
                letter.resolution().map(DeadLetters.Resolution::by).orElse(null),
                letter.resolution().map(DeadLetters.Resolution::at).orElse(null),
                letter.resolution().map(DeadLetters.Resolution::words).orElse(null));
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw unknown(text);
        }
    }

    private static Problem unknown(String id) {
        return Problem.of(404, "DEAD_LETTER_UNKNOWN", "no dead letter has the id " + id);
    }
}
