package dev.remit.connector.adapter.http;

import dev.remit.connector.application.PublishCharters;
import dev.remit.connector.application.PublishCharters.Published;
import dev.remit.connector.domain.Draft;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** A charter through its versions. */
@Path("charters/{name}/history")
public class CharterResource {
    /**
     * A version that was published.
     *
     * @param hash SHA-256 of the canonical document, hexadecimal
     * @param publishedAt null if it was before this was kept; the ledger has it
     * @param draftId null if it was published before approval was asked for
     * @param draftedBy immutable id of the person; null for what was found in the charters' folder
     * @param approvals who approved it, the first one first
     * @param document canonical JSON (RFC 8785), as a text: the bytes that the hash covers
     */
    @Schema(name = "CharterVersion")
    public record View(
            String version,
            String hash,
            @Nullable Instant publishedAt,
            @Nullable UUID draftId,
            @Nullable String draftedBy,
            List<CharterDraftResource.Approved> approvals,
            String document) {}

    private final PublishCharters publish;

    CharterResource(PublishCharters publish) {
        this.publish = publish;
    }

    /** Every version, the first one first. */
    @GET
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @Operation(summary = "Every version of a charter that was published, the first one first")
    @APIResponse(responseCode = "200", description = "The versions")
    @APIResponse(responseCode = "404", description = "CHARTER_UNKNOWN")
    public Uni<List<View>> history(@PathParam("name") String name) {
        return publish.history(name).map(all -> all.stream().map(CharterResource::view).toList());
    }

    private static View view(Published each) {
        return new View(
                each.version().version(),
                each.version().hash(),
                each.version().at().orElse(null),
                each.draft().map(Draft::id).orElse(null),
                each.draft().flatMap(Draft::drafter).map(Draft.Person::id).orElse(null),
                each.draft().map(CharterDraftResource::approvals).orElse(List.of()),
                each.version().document());
    }
}
