package dev.remit.stack;

import java.io.IOException;
import java.util.Map;

/** Access tokens for the people of the embedded realm. */
public final class Tokens {
    private Tokens() {}

    /**
     * A token for one of acme's people, by username.
     *
     * @param client remit-cli, or another client that grants tokens for passwords
     */
    public static String of(Home home, String client, String username)
            throws IOException, InterruptedException {
        return password(
                IdentityProvider.url(home),
                IdentityProvider.REALM,
                client,
                username,
                home.secret("people"));
    }

    static String password(
            String keycloak, String realm, String client, String username, String password)
            throws IOException, InterruptedException {
        Requests.Answer answer =
                Requests.form(
                        keycloak + "/realms/" + realm + "/protocol/openid-connect/token",
                        Map.of(
                                "grant_type", "password",
                                "client_id", client,
                                "username", username,
                                "password", password));
        if (!answer.ok()) {
            throw new IOException(
                    "Keycloak gives no token for "
                            + username
                            + ": "
                            + answer.json().path("error_description").asText(answer.text()));
        }
        return answer.json().path("access_token").asText();
    }
}
