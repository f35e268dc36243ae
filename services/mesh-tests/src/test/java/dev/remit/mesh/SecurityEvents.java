package dev.remit.mesh;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/** A transmitter of security event tokens (OpenID RISC), with its keys on a port of its own. */
final class SecurityEvents implements AutoCloseable {
    private static final String ISSUER = "https://idp.example.com/";
    private static final String AUDIENCE = "https://remit.example.com/";

    private final KeyPair keys;
    private final HttpServer server;

    SecurityEvents() throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        keys = generator.generateKeyPair();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        RSAPublicKey shown = (RSAPublicKey) keys.getPublic();
        byte[] jwks =
                """
                {"keys": [{"kty": "RSA", "kid": "k", "use": "sig", "alg": "RS256", "n": "%s", "e": "%s"}]}
                """
                        .formatted(
                                unsigned(shown.getModulus().toByteArray()),
                                unsigned(shown.getPublicExponent().toByteArray()))
                        .getBytes(StandardCharsets.UTF_8);
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, jwks.length);
                    exchange.getResponseBody().write(jwks);
                    exchange.close();
                });
        server.start();
    }

    /** How the connector knows it. */
    Map<String, String> feed(String name, String system) {
        String prefix = "remit.events." + name + ".";
        return Map.of(
                prefix + "form", "SSF",
                prefix + "system", system,
                prefix + "issuer", ISSUER,
                prefix + "audience", AUDIENCE,
                prefix + "jwks.url", "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks");
    }

    /** A signed token: the password of an account was compromised. */
    String compromised(String id, String account) throws GeneralSecurityException {
        String signed =
                base64("{\"typ\": \"secevent+jwt\", \"alg\": \"RS256\", \"kid\": \"k\"}")
                        + "."
                        + base64(
                                """
                                {"iss": "%s", "jti": "%s", "iat": 1790000000, "aud": "%s",
                                 "sub_id": {"format": "iss_sub", "iss": "%s", "sub": "%s"},
                                 "events": {"https://schemas.openid.net/secevent/risc/event-type/credential-compromise": {"credential_type": "password"}}}
                                """
                                        .formatted(ISSUER, id, AUDIENCE, ISSUER, account));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + base64(signature.sign());
    }

    /** Pushes a token (RFC 8935). */
    static HttpResponse<String> push(String url, String token) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("Content-Type", "application/secevent+jwt")
                                .header("Accept", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(token))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static String unsigned(byte[] number) {
        return base64(number[0] == 0 ? Arrays.copyOfRange(number, 1, number.length) : number);
    }

    private static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
