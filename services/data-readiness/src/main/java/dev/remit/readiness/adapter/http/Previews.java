package dev.remit.readiness.adapter.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.remit.handoff.directory.Account;
import dev.remit.handoff.halt.Scopes;
import dev.remit.handoff.http.Problem;
import dev.remit.readiness.application.PreviewReadiness;
import dev.remit.readiness.domain.Judgement;
import dev.remit.readiness.domain.Plan;
import dev.remit.readiness.domain.Request;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How a change would be judged if it were proposed now. */
@Path("previews")
public class Previews {
    /** Whose identity would change. */
    public record Subject(@Nullable String system, @Nullable String id) {}

    /** A change that nobody proposed. */
    public record Asked(
            @Nullable String charter,
            @Nullable String charterHash,
            @Nullable Subject subject,
            @Nullable String target,
            @Nullable String action) {}

    /** An account; the label is to show, and never identifies. */
    public record Someone(String system, String id, String label, Instant observedAt) {}

    /** A judgement of which nothing is kept. */
    public record View(
            String verdict,
            String reason,
            List<Changes.Fact> facts,
            @Nullable String account,
            @Nullable String manager,
            @Nullable Someone subjectAccount,
            @Nullable Someone managerAccount,
            @JsonRawValue @Nullable String plan,
            @Nullable String planHash) {}

    private final PreviewReadiness preview;

    Previews(PreviewReadiness preview) {
        this.preview = preview;
    }

    /** Judges it by what is known now. */
    @POST
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<View> preview(@Nullable Asked body) {
        Asked asked = Problem.body(body);
        Subject subject = asked.subject() == null ? new Subject(null, null) : asked.subject();
        String charter = required("charter", asked.charter());
        String hash = required("charterHash", asked.charterHash());
        return preview.preview(
                        new Request(
                                new UUID(0, 0),
                                charter,
                                hash,
                                required("subject.system", subject.system()),
                                required("subject.id", subject.id()),
                                required("target", asked.target()),
                                required("action", asked.action()),
                                // who would propose is not said, so halts of AIs do not show
                                Set.of(Scopes.MESH, Scopes.charter(charter), Scopes.version(hash))))
                .map(Previews::view);
    }

    private static View view(Judgement judgement) {
        return new View(
                judgement.verdict().name(),
                judgement.reason(),
                judgement.facts().stream().map(Changes::fact).toList(),
                judgement.account().map(Account::id).orElse(null),
                judgement.manager().map(Account::id).orElse(null),
                someone(judgement.account()),
                someone(judgement.manager()),
                judgement.plan().map(Plan::json).orElse(null),
                judgement.plan().map(Plan::hash).orElse(null));
    }

    private static @Nullable Someone someone(Optional<Account> account) {
        return account.map(each ->
                        new Someone(each.system(), each.id(), each.label(), each.observedAt()))
                .orElse(null);
    }

    private static String required(String field, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw Problem.inField(field, "FIELD_MISSING", field + ": must not be empty");
        }
        return value;
    }
}
