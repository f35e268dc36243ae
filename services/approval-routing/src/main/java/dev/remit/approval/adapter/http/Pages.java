package dev.remit.approval.adapter.http;

import dev.remit.handoff.http.Problem;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What the pages of this service need to let someone sign in; no secret. */
@Path("sign-in")
public class Pages {
    /**
     * Where people sign in.
     *
     * @param issuer under which the provider's metadata is found (OpenID Connect Discovery 1.0,
     *     section 4)
     * @param client a public client of it, with the authorization code flow and PKCE
     */
    public record SignIn(String issuer, String client) {}

    private final Optional<String> issuer;
    private final Optional<String> client;

    Pages(
            @ConfigProperty(name = "remit.pages.issuer") Optional<String> issuer,
            @ConfigProperty(name = "remit.pages.client") Optional<String> client) {
        this.issuer = issuer;
        this.client = client;
    }

    /**
     * Open to all.
     *
     * @throws Problem 404 PAGES_OFF if no client is configured
     */
    @GET
    @PermitAll
    public SignIn signIn() {
        if (issuer.isEmpty() || client.isEmpty()) {
            throw Problem.of(
                    404,
                    "PAGES_OFF",
                    "nobody can sign in here: set remit.pages.client to a public client of the identity provider");
        }
        return new SignIn(issuer.get(), client.get());
    }
}
