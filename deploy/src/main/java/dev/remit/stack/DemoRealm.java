package dev.remit.stack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The realm acme in a Keycloak: the demo's people, groups and clients. For demonstrations only:
 * everybody has the same password.
 */
public final class DemoRealm implements Preparation {
    /** Its name. */
    public static final String NAME = "acme";

    /** The secrets that the realm is made with: everybody's password, then one a client. */
    public static final List<String> SECRETS =
            List.of("people", "remit-connector", "remit-executor", "leaver-clerk", "crm");

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
        return "made";
    }
}
