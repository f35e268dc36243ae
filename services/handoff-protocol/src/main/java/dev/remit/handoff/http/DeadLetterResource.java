package dev.remit.handoff.http;

import dev.remit.handoff.loop.DeadLetters;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
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

    /** The longest page. */
    private static final int MOST = 200;

    private final DeadLetters letters;
    private final Caller caller;
    private final Instance<LetterReads> reads;

    DeadLetterResource(DeadLetters letters, Caller caller, Instance<LetterReads> reads) {
        this.letters = letters;
        this.caller = caller;
        this.reads = reads;
    }

    /**
     * The newest first.
     *
     * @param state OPEN, REPLAYED or DISCARDED; all without
     * @param before id of the last one of the page before
     * @param limit from 1 to 200
     */
    @GET
    @RolesAllowed({"operator", "auditor", "admin"})
    @APIResponse(
            responseCode = "200",
            description = "A page; Link: rel=next where there is another",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(type = SchemaType.ARRAY, implementation = Line.class)))
    public Uni<Response> list(
            @QueryParam("state") @Nullable String state,
            @QueryParam("before") @Nullable String before,
            @QueryParam("limit") @DefaultValue("200") int limit) {
        if (state != null && !List.of("OPEN", "REPLAYED", "DISCARDED").contains(state)) {
            throw Problem.inField(
                    "state", "STATE_UNKNOWN", "state: must be OPEN, REPLAYED or DISCARDED");
        }
        if (limit < 1 || limit > MOST) {
            throw Problem.inField("limit", "FIELD_MISFORMED", "limit: must be from 1 to " + MOST);
        }
        Optional<UUID> last = Optional.ofNullable(before).map(DeadLetterResource::uuid);
        return known(last)
                .chain(() -> letters.list(Optional.ofNullable(state), last, limit))
                .map(all -> page(all, state, limit));
    }

    /** After one that is not here nothing would follow, and a page would seem to be the last. */
    private Uni<Void> known(Optional<UUID> last) {
        return last.map(id ->
                        letters.find(id)
                                .invoke(found -> {
                                    if (found.isEmpty()) {
                                        throw unknown(id.toString());
                                    }
                                })
                                .replaceWithVoid())
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    private static Response page(List<DeadLetters.Letter> all, @Nullable String state, int limit) {
        Response.ResponseBuilder page =
                Response.ok(all.stream().map(DeadLetterResource::line).toList());
        return all.size() < limit
                ? page.build()
                : page.header(
                                "Link",
                                "</dead-letters?limit="
                                        + limit
                                        + (state == null ? "" : "&state=" + state)
                                        + "&before="
                                        + all.getLast().id()
                                        + ">; rel=\"next\"")
                        .build();
    }

    /** One, with its bytes. */
    @GET
    @Path("{id}")
    @RolesAllowed({"operator", "auditor", "admin"})
    public Uni<Whole> show(@PathParam("id") String id) {
        UUID letter = uuid(id);
        Supplier<Uni<Optional<DeadLetters.Letter>>> look = () -> letters.find(letter);
        return (reads.isResolvable() ? reads.get().recorded(caller.id(), letter, look) : look.get())
                .map(found -> found.map(DeadLetterResource::whole).orElseThrow(() -> unknown(id)));
    }

    /** Hands it to the front door again, under every check; answers what came of it. */
    @POST
    @Path("{id}/replay")
    @RolesAllowed({"operator", "admin"})
    public Uni<Map<String, String>> replay(@PathParam("id") String id, @Nullable Asked asked) {
        return letters.replay(uuid(id), person(), reason(asked))
                .map(outcome -> Map.of("outcome", outcome));
    }

    /** Gives it up. */
    @POST
    @Path("{id}/discard")
    @RolesAllowed({"operator", "admin"})
    public Uni<Void> discard(@PathParam("id") String id, @Nullable Asked asked) {
        return letters.discard(uuid(id), person(), reason(asked));
    }

    /** Evidence says that a person did it. */
    private String person() {
        if (!caller.isPerson()) {
            throw Problem.of(
                    403,
                    "PERSON_NEEDED",
                    "a person replays or discards; this token is not a person's own");
        }
        return caller.id();
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
