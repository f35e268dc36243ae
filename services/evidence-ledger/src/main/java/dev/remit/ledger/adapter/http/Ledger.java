package dev.remit.ledger.adapter.http;

import dev.remit.handoff.http.Problem;
import dev.remit.ledger.application.CertifyClosure;
import dev.remit.ledger.application.Changes;
import dev.remit.ledger.application.Checkpoints;
import dev.remit.ledger.application.Entries;
import dev.remit.ledger.application.Readings;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Standing;
import dev.remit.ledger.log.Entry;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is known of changes, their certificates, and what was set aside. */
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

    private static final int MOST = 200;

    private final Changes changes;
    private final Entries entries;
    private final Checkpoints checkpoints;
    private final Readings readings;
    private final CertifyClosure certify;

    Ledger(
            Changes changes,
            Entries entries,
            Checkpoints checkpoints,
            Readings readings,
            CertifyClosure certify) {
        this.changes = changes;
        this.entries = entries;
        this.checkpoints = checkpoints;
        this.readings = readings;
        this.certify = certify;
    }

    /** Every change, newest first. */
    @GET
    @Path("changes")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<List<View>> changes() {
        return signed().chain(size ->
                changes.newest(MOST)
                        .map(all ->
                                all.stream().map(each -> view(each, size, List.of())).toList()));
    }

    /** One change with its handoffs. */
    @GET
    @Path("changes/{id}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> change(@PathParam("id") String id) {
        UUID change = uuid(id);
        return signed().chain(size ->
                changes.find(change)
                        .map(found ->
                                found.orElseThrow(() ->
                                        Problem.of(
                                                404,
                                                "CHANGE_UNKNOWN",
                                                "no change has the id " + id)))
                        .chain(standing ->
                                entries.of(change).map(all -> view(standing, size, steps(all)))));
    }

    /** The closure certificate; made when it is first asked for, the same ever after. */
    @GET
    @Path("changes/{id}/certificate")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<Response> certificate(@PathParam("id") String id) {
        return certify.certificate(uuid(id))
                .map(found ->
                        found.map(bytes -> Response.ok(bytes, MediaType.APPLICATION_JSON).build())
                                .orElseThrow(() ->
                                        Problem.of(
                                                404,
                                                "NOT_CERTIFIED",
                                                "change " + id + " has no certificate yet")));
    }

    /** What was set aside, newest first. */
    @GET
    @Path("evidence/dead-letters")
    @RolesAllowed({"operator", "auditor", "admin"})
    public Uni<List<Reading.SetAside>> deadLetters() {
        return entries.setAside(MOST)
                .map(all ->
                        all.stream()
                                .map(each -> readings.of(each.entry()))
                                .filter(Reading.SetAside.class::isInstance)
                                .map(Reading.SetAside.class::cast)
                                .toList());
    }

    /** The size of the last settled checkpoint. */
    private Uni<Long> signed() {
        return checkpoints.last().map(last -> last.map(Checkpoints.Signed::size).orElse(0L));
    }

    private List<Step> steps(List<Entry.Logged> all) {
        return all.stream()
                .filter(each -> each.entry().envelope().sequence() > 0)
                .sorted(Comparator.comparingInt(each -> each.entry().envelope().sequence()))
                .map(each ->
                        new Step(
                                each.entry().envelope().sequence(),
                                each.entry().envelope().handoff().recordName(),
                                each.entry().envelope().source().id(),
                                each.entry().envelope().time(),
                                readings.words(each.entry()),
                                each.index()))
                .toList();
    }

    private static View view(Standing standing, long signed, List<Step> steps) {
        return new View(
                standing.change(),
                standing.charter(),
                standing.subject(),
                standing.state(),
                standing.holder(),
                standing.since(),
                standing.last(),
                standing.sequence(),
                standing.missing(),
                standing.outcome().orElse(null),
                standing.isCertifiedBy(signed),
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
