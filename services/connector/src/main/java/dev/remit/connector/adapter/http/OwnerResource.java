package dev.remit.connector.adapter.http;

import dev.remit.connector.application.FindOwner;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Whose an account is, and who answers for it. */
@Path("/owners")
public class OwnerResource {
    /**
     * What is known.
     *
     * @param worker the HR worker id that an account carries
     * @param owner who answers for it; of an account an HR worker id
     * @param from where that is known from
     */
    @Schema(name = "Owned")
    public record View(
            String system,
            String id,
            @Nullable String worker,
            @Nullable String owner,
            String from) {}

    private final FindOwner find;

    OwnerResource(FindOwner find) {
        this.find = find;
    }

    /** Of an account as it was read last, or of a resource that an event feed tells of. */
    @GET
    @RolesAllowed({"proposer", "operator", "auditor", "admin"})
    @Operation(summary = "Whose an account is, or a resource that an event feed tells of")
    @APIResponse(responseCode = "200", description = "What is known")
    @APIResponse(responseCode = "404", description = "OWNER_UNKNOWN")
    @APIResponse(responseCode = "422", description = "FIELD_MISSING, FIELD_MISFORMED")
    public Uni<View> owner(
            @QueryParam("system") @Nullable String system, @QueryParam("id") @Nullable String id) {
        return find.find(Wishes.word("system", system), Wishes.word("id", id))
                .map(OwnerResource::view);
    }

    /** What is known, as it is shown. */
    public static View view(FindOwner.Owned owned) {
        return new View(
                owned.system(),
                owned.id(),
                owned.worker().orElse(null),
                owned.owner().orElse(null),
                owned.from());
    }
}
