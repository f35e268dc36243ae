package dev.remit.approval.adapter.http;

import dev.remit.approval.application.Passkeys.Kept;
import dev.remit.approval.application.RegisterPasskey;
import dev.remit.approval.domain.Authentication;
import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.merkle.Hash;
import io.quarkus.security.Authenticated;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A person's own passkeys; binary values are base64url without padding, as WebAuthn's JSON forms.
 */
@Path("/passkeys")
@Authenticated
public class PasskeyResource {
    private static final int LONGEST = 100;
    private static final int LONGEST_BINARY = 20_000;

    /** A passkey. */
    public record View(UUID id, String credentialId, String label, Instant registeredAt) {}

    /** Names something that can be a key, in WebAuthn's words. */
    public record Named(String type, String id) {}

    /** An algorithm, COSE. */
    public record Algorithm(String type, int alg) {}

    /** The relying party. */
    public record Site(String id, String name) {}

    /** The account that the passkey is for. */
    public record User(String id, String name, String displayName) {}

    /** What an authenticator must do. */
    public record Selection(String userVerification, String residentKey) {}

    /** PublicKeyCredentialCreationOptionsJSON (Web Authentication Level 3, section 5.1.9). */
    public record Options(
            Site rp,
            User user,
            String challenge,
            List<Algorithm> pubKeyCredParams,
            int timeout,
            List<Named> excludeCredentials,
            Selection authenticatorSelection,
            String attestation) {}

    /** A new passkey as the browser gives it. */
    public record Sent(
            @Nullable String clientDataJSON,
            @Nullable String attestationObject,
            @Nullable String label) {}

    /** Why one is given up. */
    public record Revoked(@Nullable String reason) {}

    private final RegisterPasskey register;
    private final Caller caller;

    PasskeyResource(RegisterPasskey register, Caller caller) {
        this.register = register;
        this.caller = caller;
    }

    /** The caller's own that are not revoked. */
    @GET
    public Uni<List<View>> mine() {
        return register.of(caller.id())
                .map(found -> found.stream().map(PasskeyResource::view).toList());
    }

    /** Begins a registration, good for five minutes, for who signed in lately. */
    @POST
    @Path("offers")
    public Uni<Options> offer() {
        return register.offer(person(), authentication(caller))
                .map(offer ->
                        new Options(
                                new Site(offer.site(), "Remit"),
                                new User(text(handle(caller.id())), caller.id(), caller.id()),
                                text(offer.challenge()),
                                List.of(
                                        new Algorithm("public-key", -7),
                                        new Algorithm("public-key", -8),
                                        new Algorithm("public-key", -257)),
                                300_000,
                                offer.had().stream()
                                        .map(each -> new Named("public-key", each))
                                        .toList(),
                                new Selection("required", "preferred"),
                                "none"));
    }

    /** Registers what answers the offer. */
    @POST
    public Uni<Response> register(@Nullable Sent body) {
        Sent sent = Problem.body(body);
        return register.register(
                        person(),
                        authentication(caller),
                        bytes("clientDataJSON", sent.clientDataJSON()),
                        bytes("attestationObject", sent.attestationObject()),
                        words("label", sent.label()))
                .map(kept -> Response.status(Response.Status.CREATED).entity(view(kept)).build());
    }

    /** Gives one up; an administrator may revoke anybody's. What it signed stands. */
    @POST
    @Path("{id}/revocation")
    public Uni<Void> revoke(@PathParam("id") String id, @Nullable Revoked body) {
        String reason = words("reason", Problem.body(body).reason());
        try {
            return register.revoke(
                    UUID.fromString(id),
                    person(),
                    authentication(caller),
                    caller.has("admin"),
                    reason);
        } catch (IllegalArgumentException e) {
            throw Problem.of(404, "PASSKEY_UNKNOWN", "'" + id + "' is not a UUID");
        }
    }

    /** WebAuthn's user handle must tell nothing about the person (Level 3, 14.6.1). */
    private static byte[] handle(String person) {
        return Hash.sha256(person.getBytes(StandardCharsets.UTF_8)).bytes();
    }

    private String person() {
        if (!caller.isPerson()) {
            throw Problem.of(
                    403,
                    "NOT_A_PERSON",
                    "only a person has passkeys, signed in as themselves and through no agent");
        }
        return caller.id();
    }

    /** How the caller is signed in. */
    static Authentication authentication(Caller caller) {
        return new Authentication(
                caller.issuer(),
                caller.tokenId(),
                caller.acr(),
                caller.amr(),
                caller.authenticatedAt());
    }

    /** Base64url without padding. */
    static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What is base64url. */
    static byte[] bytes(String field, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            throw Problem.inField(field, "FIELD_MISSING", field + ": is missing");
        }
        try {
            if (text.length() <= LONGEST_BINARY) {
                return Base64.getUrlDecoder().decode(text);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw Problem.inField(
                field,
                "FIELD_MISFORMED",
                field + ": must be base64url, at most " + LONGEST_BINARY + " characters");
    }

    private static String words(String field, @Nullable String value) {
        String text = value == null ? "" : value.strip();
        if (text.isEmpty()) {
            throw Problem.inField(field, "FIELD_MISSING", field + ": is missing");
        }
        if (text.length() > LONGEST || text.chars().anyMatch(c -> c < ' ')) {
            throw Problem.inField(
                    field,
                    "FIELD_MISFORMED",
                    field + ": must have at most " + LONGEST + " characters, on one line");
        }
        return text;
    }

    private static View view(Kept kept) {
        return new View(kept.id(), kept.key().credentialId(), kept.label(), kept.since());
    }
}
