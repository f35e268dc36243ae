package dev.remit.readiness.adapter.http;

import dev.remit.handoff.http.Problem;
import dev.remit.readiness.application.Readinesses;
import dev.remit.readiness.domain.Judgement;
import dev.remit.readiness.domain.Plan;
import dev.remit.readiness.domain.Readiness;
import dev.remit.readiness.domain.Withdrawal;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How a change's data was judged. */
@Path("changes")
public class Changes {
    /** A change's readiness; {@code state} is a verdict. */
    public record View(
            UUID changeId,
            String state,
            String reasons,
            List<Fact> facts,
            @Nullable String planHash) {}

    /**
     * One fact, as last judged.
     *
     * @param value empty when nothing was found
     * @param source the system that says so, or correction
     * @param observedAt when that was read
     */
    public record Fact(
            String name,
            String state,
            String value,
            String source,
            @Nullable Instant observedAt,
            String reason) {}

    private final Readinesses readinesses;

    Changes(Readinesses readinesses) {
        this.readinesses = readinesses;
    }

    /** How one change stands. */
    @GET
    @Path("{id}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> change(@PathParam("id") String id) {
        UUID change = Ids.uuid(id, "CHANGE_UNKNOWN");
        return readinesses
                .load(List.of(change))
                .map(known -> view(change, known.getOrDefault(change, new Readiness.New())));
    }

    private static View view(UUID change, Readiness readiness) {
        return switch (readiness) {
            case Readiness.New _ ->
                    throw Problem.of(404, "CHANGE_UNKNOWN", "no change has the id " + change);
            case Readiness.TakenBack(Withdrawal withdrawal) ->
                    new View(
                            change,
                            Judgement.Verdict.WITHDRAWN.name(),
                            withdrawal.words(),
                            List.of(),
                            null);
            case Readiness.Held held -> new View(change, "HELD", held.reasons(), facts(held), null);
            case Readiness.Judged judged ->
                    new View(
                            change,
                            judged.verdict().name(),
                            judged.reason(),
                            facts(judged),
                            judged.plan().map(Plan::hash).orElse(null));
        };
    }

    private static List<Fact> facts(Readiness.Kept kept) {
        return kept.facts().stream().map(Changes::fact).toList();
    }

    static Fact fact(Judgement.Fact fact) {
        return new Fact(
                fact.name(),
                fact.state().name(),
                fact.value().orElse(""),
                fact.source(),
                fact.observedAt().orElse(null),
                fact.reason());
    }
}
