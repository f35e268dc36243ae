package dev.remit.stack;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Access tokens for the people of the embedded realm. */
public final class Tokens {
    /** Keycloak hashes a password for each token, which costs more than most of what is asked. */
    static final Duration LATELY = Duration.ofSeconds(10);

    private static final Map<Asked, Given> GIVEN = new ConcurrentHashMap<>();

    /** Whose token; each data directory has passwords of its own. */
    record Asked(String keycloak, String realm, String client, String username, String password) {}

    /** A token, and when it was given by the clock that only goes on. */
    private record Given(String token, long at) {}

    private Tokens() {}

    /**
     * A token for one of acme's people, by username; one that was given in the last ten seconds
     * does again.
     *
     * @param client remit-cli, or another client that grants tokens for passwords
     */
    public static String of(Home home, String client, String username)
            throws IOException, InterruptedException {
        return lately(
                new Asked(
                        IdentityProvider.url(home),
                        IdentityProvider.REALM,
                        client,
                        username,
                        home.secret("people")));
    }

    /** The one that was given lately, or else a new one. */
    static String lately(Asked asked) throws IOException, InterruptedException {
        return lately(asked, System.nanoTime());
    }

    /**
     * The same.
     *
     * @param now in nanoseconds, by a clock that only goes on
     */
    static String lately(Asked asked, long now) throws IOException, InterruptedException {
        Given given = GIVEN.get(asked);
        if (given != null && now - given.at() < LATELY.toNanos()) {
            return given.token();
        }
        String token =
                password(
                        asked.keycloak(),
                        asked.realm(),
                        asked.client(),
                        asked.username(),
                        asked.password());
        GIVEN.put(asked, new Given(token, now));
        return token;
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
