package dev.remit.connector.adapter.http;

import dev.remit.connector.adapter.files.CharterFile;
import dev.remit.connector.application.CharterText;
import dev.remit.connector.application.ReviewCharters;
import dev.remit.connector.application.ReviewCharters.Asking;
import dev.remit.connector.domain.Draft;
import dev.remit.connector.domain.SignIn;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** Versions of charters on their way to being published: drafted by one, approved by others. */
@Path("charter-drafts")
public class CharterDraftResource {
    private static final int LONGEST_DOCUMENT = 262_144;
    private static final String FILE = "document";

    /**
     * A version to be published.
     *
     * @param document the charter, YAML or JSON
     */
    @Schema(name = "CharterToDraft")
    public record Asked(@Nullable String document, @Nullable String reason) {}

    /**
     * An approval.
     *
     * @param hash of what is approved, as the draft shows it
     */
    @Schema(name = "CharterApproval")
    public record Approving(@Nullable String hash, @Nullable String reason) {}

    /** Why a draft is denied or taken back. */
    @Schema(name = "CharterDraftEnding")
    public record Ending(@Nullable String reason) {}

    /**
     * Who approved.
     *
     * @param part OWNER, IN_PLACE_OF_OWNER, SECOND, or BOOTSTRAP for the installation's
     *     configuration
     * @param approvedBy immutable id of the person; null for the configuration
     */
    @Schema(name = "CharterApprovalGiven")
    public record Approved(Draft.Part part, @Nullable String approvedBy, Instant approvedAt) {}

    /**
     * How a draft ended.
     *
     * @param endedBy immutable id of the person; null where approvals or time ended it
     */
    @Schema(name = "CharterDraftEnd")
    public record Ended(
            Draft.Outcome outcome, @Nullable String endedBy, String reason, Instant endedAt) {}

    /**
     * A draft.
     *
     * @param hash SHA-256 of the canonical document, hexadecimal
     * @param previous hash of the version in force when it was drafted; null for the first
     * @param owner immutable id of the owner who is asked
     * @param draftedBy immutable id of the person; null for what was found in the charters' folder
     * @param needs as what people must approve it, once for each person
     * @param because why the owner alone is not enough
     * @param missing as what it still must be approved
     * @param document canonical JSON (RFC 8785), as a text: the bytes that the hash covers
     */
    @Schema(name = "CharterDraft")
    public record View(
            UUID draftId,
            String name,
            String version,
            String hash,
            @Nullable String previous,
            String owner,
            @Nullable String draftedBy,
            List<Draft.Part> needs,
            List<String> because,
            String reason,
            Instant draftedAt,
            Instant expiresAt,
            List<Approved> approvals,
            List<Draft.Part> missing,
            @Nullable Ended end,
            String document) {}

    private final ReviewCharters review;
    private final Proposers proposers;
    private final Caller caller;

    CharterDraftResource(ReviewCharters review, Proposers proposers, Caller caller) {
        this.review = review;
        this.proposers = proposers;
        this.caller = caller;
    }

    /** The open ones first. */
    @GET
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @Operation(summary = "Drafts of charters: the open ones, then the last that ended; at most 200")
    public Uni<List<View>> list() {
        return review.list().map(all -> all.stream().map(CharterDraftResource::view).toList());
    }

    /** One of them. */
    @GET
    @Path("{id}")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @Operation(summary = "A draft of a charter")
    @APIResponse(responseCode = "200", description = "The draft")
    @APIResponse(responseCode = "404", description = "CHARTER_DRAFT_UNKNOWN")
    public Uni<View> show(@PathParam("id") String id) {
        return review.show(uuid(id)).map(CharterDraftResource::view);
    }

    /** Drafts a version. */
    @POST
    @RolesAllowed({"proposer", "operator", "admin"})
    @Operation(summary = "Drafts a version of a charter; it is published once others approve it")
    @APIResponse(responseCode = "200", description = "The draft, and whom it needs")
    @APIResponse(
            responseCode = "403",
            description = "PERSON_NEEDED, PERSON_NOT_KNOWN, OWNER_BY_ANOTHER_ACCOUNT")
    @APIResponse(
            responseCode = "409",
            description = "CHARTER_PUBLISHED, CHARTER_DRAFT_OPEN, TRIGGER_CLAIMED_TWICE")
    @APIResponse(responseCode = "422", description = "CHARTER_INVALID, CHARTER_VERSION_REUSED")
    public Uni<View> draft(@Nullable Asked body) {
        Asked asked = Problem.body(body);
        String reason = Wishes.reason(asked.reason());
        String document = Wishes.text(FILE, asked.document(), LONGEST_DOCUMENT) + "\n";
        if (!caller.isPerson()) {
            throw Problem.of(
                    403,
                    "PERSON_NEEDED",
                    "a person drafts and decides about charters; this token is not a person's own");
        }
        String by = caller.id();
        // reading and checking a long one takes a while, which the event loop has not
        return Uni.createFrom()
                .item(() -> CharterFile.of(FILE, document))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .chain(read ->
                        switch (read) {
                            case CharterText.Broken broken ->
                                    throw Problem.inField(FILE, "CHARTER_INVALID", broken.fault());
                            case CharterText.Good good -> review.draft(good.document(), by, reason);
                        })
                .map(CharterDraftResource::view);
    }

    /** Approves a draft; the last approval publishes it. */
    @POST
    @Path("{id}/approve")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @Operation(
            summary = "Approves a draft by its hash; the last approval that it needs publishes it")
    @APIResponse(responseCode = "200", description = "The draft as it stands now")
    @APIResponse(
            responseCode = "403",
            description =
                    "PERSON_NEEDED, PERSON_NOT_KNOWN, DRAFTER_APPROVES_NOTHING, OWNER_BY_ANOTHER_ACCOUNT, NOT_ASKED")
    @APIResponse(responseCode = "404", description = "CHARTER_DRAFT_UNKNOWN")
    @APIResponse(
            responseCode = "409",
            description =
                    "CHARTER_HASH_DIFFERS, CHARTER_DRAFT_ENDED, ALREADY_APPROVED, TRIGGER_CLAIMED_TWICE")
    public Uni<View> approve(@PathParam("id") String id, @Nullable Approving body) {
        Approving approving = Problem.body(body);
        String hash = Wishes.word("hash", approving.hash());
        String reason = approving.reason() == null ? "" : Wishes.reason(approving.reason());
        return review.approve(uuid(id), asking(), hash, reason).map(CharterDraftResource::view);
    }

    /** Ends a draft. */
    @POST
    @Path("{id}/deny")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    @Operation(summary = "Denies a draft, which ends it")
    @APIResponse(responseCode = "200", description = "The draft as it stands now")
    @APIResponse(responseCode = "403", description = "PERSON_NEEDED, PERSON_NOT_KNOWN, NOT_ASKED")
    @APIResponse(responseCode = "404", description = "CHARTER_DRAFT_UNKNOWN")
    @APIResponse(responseCode = "409", description = "CHARTER_DRAFT_ENDED")
    public Uni<View> deny(@PathParam("id") String id, @Nullable Ending body) {
        String reason = Wishes.reason(Problem.body(body).reason());
        return review.deny(uuid(id), asking(), reason).map(CharterDraftResource::view);
    }

    /** Takes a draft back. */
    @POST
    @Path("{id}/withdraw")
    @RolesAllowed({"proposer", "operator", "admin"})
    @Operation(summary = "Takes a draft back: who drafted it, or an administrator")
    @APIResponse(responseCode = "200", description = "The draft as it stands now")
    @APIResponse(responseCode = "403", description = "PERSON_NEEDED, PERSON_NOT_KNOWN, NOT_ASKED")
    @APIResponse(responseCode = "404", description = "CHARTER_DRAFT_UNKNOWN")
    @APIResponse(responseCode = "409", description = "CHARTER_DRAFT_ENDED")
    public Uni<View> withdraw(@PathParam("id") String id, @Nullable Ending body) {
        String reason = Wishes.reason(Problem.body(body).reason());
        return review.withdraw(uuid(id), asking(), reason).map(CharterDraftResource::view);
    }

    private Asking asking() {
        return new Asking(
                proposers.caller(),
                caller.has("approver"),
                caller.has("admin"),
                new SignIn(
                        caller.issuer(),
                        caller.tokenId(),
                        caller.acr(),
                        caller.authenticatedAt(),
                        caller.amr()));
    }

    static List<Approved> approvals(Draft draft) {
        return draft.approvals().stream()
                .map(each ->
                        new Approved(
                                each.part(),
                                each.by().map(Draft.Person::id).orElse(null),
                                each.at()))
                .toList();
    }

    private static View view(Draft draft) {
        return new View(
                draft.id(),
                draft.name(),
                draft.version(),
                draft.hash(),
                draft.previous().orElse(null),
                draft.owner(),
                draft.drafter().map(Draft.Person::id).orElse(null),
                draft.needs(),
                draft.because(),
                draft.reason(),
                draft.at(),
                draft.until(),
                approvals(draft),
                draft.end().isPresent() ? List.of() : List.copyOf(draft.missing()),
                draft.end()
                        .map(end ->
                                new Ended(
                                        end.outcome(),
                                        end.by().orElse(null),
                                        end.reason(),
                                        end.at()))
                        .orElse(null),
                draft.document());
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "CHARTER_DRAFT_UNKNOWN", "'" + text + "' is not a UUID");
        }
    }
}
