package dev.remit.ledger.adapter.http;

import dev.remit.handoff.http.Problem;
import dev.remit.ledger.adapter.kafka.Stories;
import dev.remit.ledger.adapter.postgres.ChangeRow;
import dev.remit.ledger.adapter.postgres.MessageRow;
import dev.remit.ledger.application.Log;
import dev.remit.ledger.domain.Story;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is known of changes, their certificates, what was set aside, and the public log. */
@Path("/")
public class Ledger {
    /** A change as it stands. */
    public record View(
            UUID changeId,
            String charter,
            String subject,
            String state,
            String holder,
            Instant since,
            String lastHandoff,
            int sequence,
            List<String> missing,
            @Nullable String outcome,
            boolean certified,
            List<Step> handoffs) {}

    /** One handoff. */
    public record Step(
            int sequence,
            String type,
            String producer,
            Instant time,
            String summary,
            @Nullable Long leafIndex) {}

    private final Log log;

    Ledger(Log log) {
        this.log = log;
    }

    /** Every change, newest first. */
    @GET
    @Path("changes")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<List<View>> changes() {
        return Panache.withSession(
                        () -> ChangeRow.<ChangeRow>find("order by since desc").page(0, 200).list())
                .map(rows -> rows.stream().map(row -> view(row, List.of())).toList());
    }

    /** One change with its handoffs. */
    @GET
    @Path("changes/{id}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> change(@PathParam("id") String id) {
        UUID change = uuid(id);
        return Panache.withSession(() ->
                ChangeRow.<ChangeRow>findById(change)
                        .chain(row -> {
                            if (row == null) {
                                throw Problem.of(
                                        404, "CHANGE_UNKNOWN", "no change has the id " + id);
                            }
                            return MessageRow.<MessageRow>list(
                                            "changeId = ?1 and sequence > 0 order by sequence",
                                            change)
                                    .map(rows -> view(row, rows));
                        }));
    }

    /** The closure certificate. */
    @GET
    @Path("changes/{id}/certificate")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<Response> certificate(@PathParam("id") String id) {
        UUID change = uuid(id);
        return blocking(() ->
                log.certificates()
                        .read(change + ".json")
                        .map(bytes -> Response.ok(bytes, MediaType.APPLICATION_JSON).build())
                        .orElseThrow(() ->
                                Problem.of(
                                        404,
                                        "NOT_CERTIFIED",
                                        "change " + id + " has no certificate yet")));
    }

    /** What was set aside, newest first. */
    @GET
    @Path("dead-letters")
    @RolesAllowed({"operator", "auditor", "admin"})
    public Uni<List<Stories.SetAside>> deadLetters() {
        return Panache.withSession(() ->
                        MessageRow.<MessageRow>find("type = 'DeadLettered' order by leafIndex desc")
                                .page(0, 200)
                                .list())
                .map(rows ->
                        rows.stream()
                                .flatMap(row -> Stories.setAside(Log.message(row)).stream())
                                .toList());
    }

    /** The log's signed state (C2SP tlog-tiles). */
    @GET
    @Path("log/checkpoint")
    @PermitAll
    public Uni<Response> checkpoint() {
        return file("checkpoint", "text/plain; charset=utf-8", "max-age=2");
    }

    /** A tile or an entry bundle (C2SP tlog-tiles): never changes. */
    @GET
    @Path("log/tile/{path:.+}")
    @PermitAll
    public Uni<Response> tile(@PathParam("path") String path) {
        return file(
                "tile/" + path, MediaType.APPLICATION_OCTET_STREAM, "max-age=31536000, immutable");
    }

    private Uni<Response> file(String path, String type, String caching) {
        return blocking(() ->
                log.files()
                        .read(path)
                        .map(bytes ->
                                Response.ok(bytes, type).header("Cache-Control", caching).build())
                        .orElseThrow(
                                () -> Problem.of(404, "NOT_IN_LOG", "the log has no " + path)));
    }

    private static Uni<Response> blocking(java.util.function.Supplier<Response> work) {
        return Uni.createFrom()
                .item(work)
                .runSubscriptionOn(
                        io.smallrye.mutiny.infrastructure.Infrastructure.getDefaultWorkerPool());
    }

    private static View view(ChangeRow row, List<MessageRow> rows) {
        Map<Integer, Long> leaves = new HashMap<>();
        rows.forEach(each -> leaves.put(each.sequence, each.leafIndex));
        List<Step> steps =
                Stories.of(rows.stream().map(Log::message).toList())
                        .map(Story::steps)
                        .orElse(List.of())
                        .stream()
                        .map(step ->
                                new Step(
                                        step.sequence(),
                                        step.type(),
                                        step.producer(),
                                        step.time(),
                                        step.words(),
                                        leaves.get(step.sequence())))
                        .toList();
        return new View(
                row.changeId,
                row.charter,
                row.subject,
                row.state,
                row.holder,
                row.since,
                row.last,
                row.sequence,
                row.missing.isEmpty() ? List.of() : Arrays.asList(row.missing.split(",", -1)),
                row.outcome,
                row.certified,
                steps);
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "CHANGE_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }
}
