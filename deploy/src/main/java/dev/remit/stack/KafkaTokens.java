package dev.remit.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.Service;
import java.io.IOException;
import java.util.Map;

/**
 * Names at Kafka by tokens of the mesh's own Keycloak (SASL OAUTHBEARER, RFC 7628): each service is
 * a client of the realm, of its own name, and its token is for the audience {@code kafka}.
 */
final class KafkaTokens {
    private static final String AUDIENCE = "kafka";
    private static final String LOGIN =
            "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required";

    private KafkaTokens() {}

    private static String realm(Home home) throws IOException {
        return IdentityProvider.url(home) + "/realms/" + IdentityProvider.REALM;
    }

    /** Where the keys are that tokens are signed with. */
    static String keys(Home home) throws IOException {
        return realm(home) + "/protocol/openid-connect/certs";
    }

    /** The broker's settings of the listener TOKENS. */
    static String broker(Home home) throws IOException {
        return """
        listener.name.tokens.sasl.enabled.mechanisms=OAUTHBEARER
        listener.name.tokens.oauthbearer.sasl.server.callback.handler.class=org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler
        # the broker takes tokens here and has none of its own; its module wants a name all the same
        listener.name.tokens.oauthbearer.sasl.jaas.config=%s unsecuredLoginStringClaim_sub="unused";
        listener.name.tokens.oauthbearer.sasl.oauthbearer.jwks.endpoint.url=%s
        listener.name.tokens.oauthbearer.sasl.oauthbearer.expected.issuer=%s
        listener.name.tokens.oauthbearer.sasl.oauthbearer.expected.audience=%s
        listener.name.tokens.oauthbearer.sasl.oauthbearer.sub.claim.name=azp
        """
                .formatted(LOGIN, keys(home), realm(home), AUDIENCE);
    }

    /** A Kafka client's settings, for a service's own client of the realm. */
    static Map<String, String> client(Home home, Service service) throws IOException {
        return Map.of(
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                "OAUTHBEARER",
                "sasl.login.callback.handler.class",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
                "sasl.oauthbearer.token.endpoint.url",
                realm(home) + "/protocol/openid-connect/token",
                "sasl.jaas.config",
                LOGIN
                        + " clientId=\"%s\" clientSecret=\"%s\";"
                                .formatted(service.id(), home.secret("kafka-" + service.id())),
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                new KafkaSecurity(home).certificate().toString());
    }

    /** Makes a client of the realm for a service. */
    static void addClient(Home home, Service service) throws IOException, InterruptedException {
        ObjectNode client = new ObjectMapper().createObjectNode();
        client.put("clientId", service.id())
                .put("secret", home.secret("kafka-" + service.id()))
                .put("serviceAccountsEnabled", true)
                .put("standardFlowEnabled", false)
                .put("directAccessGrantsEnabled", false);
        ObjectNode mapper = client.putArray("protocolMappers").addObject();
        mapper.put("name", AUDIENCE)
                .put("protocol", "openid-connect")
                .put("protocolMapper", "oidc-audience-mapper");
        mapper.putObject("config")
                .put("included.custom.audience", AUDIENCE)
                .put("access.token.claim", "true");
        Requests.Answer answer =
                Requests.send(
                        "POST",
                        IdentityProvider.url(home)
                                + "/admin/realms/"
                                + IdentityProvider.REALM
                                + "/clients",
                        IdentityProvider.adminToken(home),
                        client.toString());
        if (!answer.ok()) {
            throw new IOException(
                    "Keycloak refuses the client "
                            + service.id()
                            + ": "
                            + answer.status()
                            + " "
                            + answer.text());
        }
    }
}
