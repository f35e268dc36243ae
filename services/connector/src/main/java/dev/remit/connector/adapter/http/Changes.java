package dev.remit.connector.adapter.http;

import dev.remit.connector.application.Charters;
import dev.remit.connector.application.ProposeChange;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Proposal;
import dev.remit.handoff.Ids;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Where people propose changes. */
@Path("/")
public class Changes {
    /** Whose identity is to change: the system that knows them, and their id there. */
    public record Subject(@Nullable String system, @Nullable String id) {}

    /** A proposal as asked for. */
    public record Asked(
            @Nullable String charter,
            @Nullable Subject subject,
            @Nullable String target,
            @Nullable String action,
            @Nullable String reason) {}

    private final ProposeChange proposals;
    private final Charters charters;
    private final Caller caller;
    private final RandomGenerator random = new SecureRandom();

    Changes(ProposeChange proposals, Charters charters, Caller caller) {
        this.proposals = proposals;
        this.charters = charters;
        this.caller = caller;
    }

    /** Proposes a change; 202 with its id. */
    @POST
    @Path("changes")
    @RolesAllowed("proposer")
    public Uni<Response> propose(
            @Nullable Asked body, @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey) {
        Asked asked = Problem.body(body);
        String name = required("charter", asked.charter());
        Subject subject = asked.subject() == null ? new Subject(null, null) : asked.subject();
        String system = required("subject.system", subject.system());
        String id = required("subject.id", subject.id());
        String target = required("target", asked.target());
        String action = required("action", asked.action());
        String reason = required("reason", asked.reason());
        if (!system.equals("hr")) {
            throw Problem.inField(
                    "subject.system",
                    "SUBJECT_SYSTEM_UNKNOWN",
                    "subjects are known by their id in hr, not in '" + system + "'");
        }
        Charter charter =
                charters.find(name)
                        .orElseThrow(() ->
                                Problem.inField(
                                        "charter",
                                        "CHARTER_UNKNOWN",
                                        "no charter named '" + name + "' is in force"));
        charter.refuses(target, action)
                .ifPresent(refusal -> {
                    throw Problem.inField(refusal.field(), refusal.code(), refusal.detail());
                });
        Proposal proposal =
                new Proposal(
                        charter.name(),
                        charter.version(),
                        charter.hash(),
                        String.valueOf(charter.modes().get(action)),
                        system,
                        id,
                        target,
                        action,
                        reason,
                        caller.id(),
                        Optional.empty());
        return proposals
                .ask(
                        proposal,
                        Optional.ofNullable(idempotencyKey),
                        Ids.timeOrdered(Instant.now(), random))
                .map(change -> Response.accepted(Map.of("changeId", change)).build());
    }

    /** The charters in force. */
    @GET
    @Path("charters")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public List<Map<String, String>> charters() {
        return charters.all().stream()
                .map(charter ->
                        Map.of(
                                "name",
                                charter.name(),
                                "version",
                                charter.version(),
                                "hash",
                                charter.hash()))
                .toList();
    }

    private static String required(String field, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw Problem.inField(field, "FIELD_MISSING", field + ": must not be empty");
        }
        return value.strip();
    }
}
