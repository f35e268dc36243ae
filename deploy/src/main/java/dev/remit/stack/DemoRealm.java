package dev.remit.stack;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The realm acme in a Keycloak: the demo's people, groups and clients. For demonstrations only:
 * everybody has the same password. One approver, security.one, has one-time codes too (RFC 6238).
 */
public final class DemoRealm implements Preparation {
    /** Its name. */
    public static final String NAME = "acme";

    /** The bytes of this secret are the key of security.one's one-time codes. */
    public static final String SECOND_FACTOR = "second-factor";

    /**
     * The secrets that the realm is made with: everybody's password, one approver's second factor,
     * then one a client.
     */
    public static final List<String> SECRETS =
            List.of(
                    "people",
                    SECOND_FACTOR,
                    "remit-connector",
                    "remit-executor",
                    "leaver-clerk",
                    "crm");

    /** What tokens of the demo's AIs are for: one proposes, one only reads. */
    private static final Map<String, List<String>> SCOPES =
            Map.of(
                    "remit.read",
                    List.of("copilot", "onlooker"),
                    "remit.propose",
                    List.of("copilot"));

    private final String url;
    private final String administrator;
    private final Secrets secrets;

    /** Gives a secret by name: one of {@link #SECRETS}, or {@code keycloak-bootstrap}. */
    public interface Secrets {
        /** The secret; no error text holds it. */
        String secret(String name) throws IOException;
    }

    /**
     * @param url Keycloak's address, without a path of its own
     * @param administrator username of an administrator of the realm master; its password is the
     *     secret {@code keycloak-bootstrap}
     */
    public DemoRealm(String url, String administrator, Secrets secrets) {
        this.url = url.replaceFirst("/+$", "");
        this.administrator = administrator;
        this.secrets = secrets;
    }

    @Override
    public String what() {
        return "realm";
    }

    @Override
    public String where() {
        return NAME + " at " + url;
    }

    @Override
    public Optional<String> trouble() throws InterruptedException {
        return Requests.trouble(url + "/realms/master");
    }

    @Override
    public String advice() {
        return "Check Keycloak's URL; its first start takes a minute or two.";
    }

    @Override
    public String make() throws IOException, InterruptedException {
        if (Requests.answers(url + "/realms/" + NAME)) {
            return "was there";
        }
        String realm;
        try (InputStream in =
                Objects.requireNonNull(DemoRealm.class.getResourceAsStream("/acme-realm.json"))) {
            realm = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        for (String name : SECRETS) {
            realm =
                    realm.replace(
                            name.equals("people") ? "${password}" : "${secret." + name + "}",
                            secrets.secret(name));
        }
        String token =
                Tokens.password(
                        url,
                        "master",
                        "admin-cli",
                        administrator,
                        secrets.secret("keycloak-bootstrap"));
        Requests.Answer answer = Requests.send("POST", url + "/admin/realms", token, realm);
        if (!answer.ok()) {
            throw new IOException(
                    "Keycloak refuses the realm: " + answer.status() + " " + answer.text());
        }
        for (Map.Entry<String, List<String>> each : SCOPES.entrySet()) {
            scope(each.getKey(), each.getValue(), token);
        }
        return "made";
    }

    /**
     * A scope that these clients' tokens have. A realm that names scopes has no others, so these
     * are added.
     */
    private void scope(String name, List<String> clients, String token)
            throws IOException, InterruptedException {
        String realm = url + "/admin/realms/" + NAME;
        done(
                Requests.send(
                        "POST",
                        realm + "/client-scopes",
                        token,
                        """
                        {"name": "%s", "protocol": "openid-connect", "attributes": {"include.in.token.scope": "true"}}
                        """
                                .formatted(name)));
        String id = id(realm + "/client-scopes", "name", name, token);
        for (String client : clients) {
            done(
                    Requests.send(
                            "PUT",
                            realm
                                    + "/clients/"
                                    + id(
                                            realm + "/clients?clientId=" + client,
                                            "clientId",
                                            client,
                                            token)
                                    + "/default-client-scopes/"
                                    + id,
                            token,
                            ""));
        }
    }

    private static String id(String list, String member, String value, String token)
            throws IOException, InterruptedException {
        for (JsonNode each : done(Requests.send("GET", list, token, null)).json()) {
            if (each.path(member).asText().equals(value)) {
                return each.path("id").asText();
            }
        }
        throw new IOException("Keycloak has no " + member + " " + value);
    }

    private static Requests.Answer done(Requests.Answer answer) throws IOException {
        if (!answer.ok()) {
            throw new IOException(
                    "Keycloak refuses the realm's scopes: "
                            + answer.status()
                            + " "
                            + answer.text());
        }
        return answer;
    }
}
