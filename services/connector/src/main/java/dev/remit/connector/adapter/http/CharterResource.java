package dev.remit.connector.adapter.http;

import dev.remit.connector.application.PublishCharters;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Instant;
import java.util.List;
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
     * @param publishedBy the service that took it from the charters' folder
     * @param document canonical JSON (RFC 8785), as a text: the bytes that the hash covers
     */
    @Schema(name = "CharterVersion")
    public record View(
            String version,
            String hash,
            @Nullable Instant publishedAt,
            String publishedBy,
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
        return publish.history(name)
                .map(all ->
                        all.stream()
                                .map(each ->
                                        new View(
                                                each.version(),
                                                each.hash(),
                                                each.at().orElse(null),
                                                "connector",
                                                each.document()))
                                .toList());
    }
}
