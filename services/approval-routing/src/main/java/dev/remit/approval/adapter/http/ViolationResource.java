package dev.remit.approval.adapter.http;

import dev.remit.approval.application.AccessViolations.Kept;
import dev.remit.approval.application.AccessViolations.Run;
import dev.remit.approval.application.DetectViolations;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What people hold that rules about access forbid, and the run that finds it. */
@Path("/sod")
public class ViolationResource {
    private static final int MOST_SHOWN = 1000;

    /**
     * A violation.
     *
     * @param worker HR worker id of who holds it
     * @param source where the rule comes from
     * @param facts what was found
     * @param remedy what would resolve it
     * @param held what the rule is about
     * @param accounts system and id of those that were looked at
     * @param endedAt null while it stands
     */
    public record View(
            UUID id,
            String worker,
            String charter,
            String charterVersion,
            String rule,
            String version,
            String owner,
            String source,
            String facts,
            String remedy,
            Set<String> held,
            List<String> accounts,
            Instant foundAt,
            @Nullable Instant endedAt,
            @Nullable String endReason) {}

    /**
     * How the run goes.
     *
     * @param startedAt when the last one began
     * @param finishedAt when the last whole one ended
     * @param dueAt when the next one begins; past while one is under way
     * @param looked how many people the last whole one looked at
     */
    public record RunView(
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt,
            Instant dueAt,
            long looked) {}

    private final DetectViolations detect;

    ViolationResource(DetectViolations detect) {
        this.detect = detect;
    }

    /**
     * Violations in the order they were found. The {@code Link} header names the next page.
     *
     * @param state STANDING, or ALL for those too that have ended
     * @param after the violation that the page before ended with
     * @param limit how many at most, from 1 to 1000
     */
    @GET
    @Path("violations")
    @RolesAllowed({"operator", "auditor", "admin"})
    public Uni<Response> violations(
            @QueryParam("state") @DefaultValue("STANDING") String state,
            @QueryParam("after") @Nullable String after,
            @QueryParam("limit") @DefaultValue("200") int limit) {
        if (!Set.of("STANDING", "ALL").contains(state)) {
            throw Problem.inField("state", "FIELD_MISFORMED", "state: must be STANDING or ALL");
        }
        if (limit < 1 || limit > MOST_SHOWN) {
            throw Problem.inField(
                    "limit", "FIELD_MISFORMED", "limit: must be from 1 to " + MOST_SHOWN);
        }
        return detect.list(state.equals("ALL"), id(after), limit)
                .map(found -> {
                    List<View> page = found.stream().map(ViolationResource::view).toList();
                    Response.ResponseBuilder answer = Response.ok(page);
                    return page.size() < limit
                            ? answer.build()
                            : answer.header(
                                            "Link",
                                            "</sod/violations?state=%s&after=%s&limit=%d>; rel=\"next\""
                                                    .formatted(state, page.getLast().id(), limit))
                                    .build();
                });
    }

    /** How the run over existing access goes. */
    @GET
    @Path("run")
    @RolesAllowed({"operator", "auditor", "admin"})
    public Uni<RunView> run() {
        return detect.run().map(ViolationResource::view);
    }

    /** Begins a run over existing access now; one that is under way goes on. */
    @POST
    @Path("run")
    @RolesAllowed({"operator", "admin"})
    public Uni<Response> begin() {
        return detect.begin()
                .map(run -> Response.status(Response.Status.ACCEPTED).entity(view(run)).build());
    }

    private static Optional<UUID> id(@Nullable String after) {
        try {
            return Optional.ofNullable(after).map(UUID::fromString);
        } catch (IllegalArgumentException e) {
            throw Problem.inField("after", "FIELD_MISFORMED", "after: is not a UUID");
        }
    }

    private static RunView view(Run run) {
        return new RunView(
                run.started().orElse(null), run.finished().orElse(null), run.due(), run.looked());
    }

    private static View view(Kept kept) {
        var found = kept.found();
        return new View(
                found.id(),
                found.worker(),
                found.charter().name(),
                found.charter().version(),
                found.violation().rule(),
                found.violation().version(),
                found.violation().owner(),
                found.violation().source(),
                found.violation().facts(),
                found.violation().remedy(),
                found.held(),
                found.accounts(),
                found.at(),
                kept.endedAt().orElse(null),
                kept.reason().orElse(null));
    }
}
