package dev.remit.mesh;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A SCIM system (RFC 7644) that knows three workers and their manager: E1003, and E9001 and E9002,
 * who have no account anywhere else.
 */
final class Payroll implements AutoCloseable {
    private static final byte[] USERS =
            """
            {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 4, "Resources": [
              {"id": "p-1", "externalId": "E1003", "userName": "field.leaver", "active": true,
               "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "p-2"}}},
              {"id": "p-2", "externalId": "E1001", "userName": "sales.manager", "active": true},
              {"id": "p-9", "externalId": "E9001", "userName": "nobody.else", "active": true,
               "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "p-2"}}},
              {"id": "p-10", "externalId": "E9002", "userName": "somebody.else", "active": true,
               "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "p-2"}}}]}
            """
                    .getBytes(StandardCharsets.UTF_8);

    private final HttpServer server;

    Payroll() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/Users",
                exchange -> {
                    exchange.getResponseHeaders().add("Content-Type", "application/scim+json");
                    exchange.sendResponseHeaders(200, USERS.length);
                    exchange.getResponseBody().write(USERS);
                    exchange.close();
                });
        server.start();
    }

    /** How the connector knows it: {@code scim:payroll}. */
    Map<String, String> feed() {
        return Map.of(
                "remit.scim.payroll.url",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "remit.scim.payroll.every",
                "PT2S");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
