package dev.remit.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A directory on loopback that speaks as much SCIM 2.0 (RFC 7643, RFC 7644) as a change needs: list
 * users page by page, read one, switch one off. It keeps its accounts in memory. A filter that it
 * does not know is refused, never ignored.
 */
final class ScimServer implements AutoCloseable {
    private static final String BASE = "/scim/v2";
    private static final int LARGEST_PAGE = 1_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A fault in RFC 7644's words (section 3.12). */
    private static final class Fault extends Exception {
        private static final long serialVersionUID = 1;
        final int status;
        final String type;

        Fault(int status, String type, String detail) {
            super(detail);
            this.status = status;
            this.type = type;
        }
    }

    private final HttpServer server;
    private final AtomicIntegerArray active;
    private final LongAdder requests = new LongAdder();

    /** Starts it on a free port with so many accounts, all active. */
    ScimServer(int accounts) throws IOException {
        // else each answer waits for the acknowledgement of its headers, 40 ms
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "1000");
        active = new AtomicIntegerArray(accounts);
        for (int index = 0; index < accounts; index++) {
            active.setPlain(index, 1);
        }
        server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(BASE, this::answer);
        server.start();
    }

    /**
     * Runs until standard input ends; prints its base address first.
     *
     * @param arguments how many accounts
     */
    public static void main(String[] arguments) throws Exception {
        BufferedReader input =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ScimServer server = new ScimServer(Integer.parseInt(arguments[0]));
        System.out.println(server.url());
        while (input.readLine() != null) {
            // nothing more is expected
        }
        server.close();
        Runtime.getRuntime().halt(0);
    }

    /** The base address. */
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + BASE;
    }

    /** The HR worker id of an account, from 0. */
    static String worker(int index) {
        return "B%07d".formatted(index);
    }

    /**
     * The number of a worker's account.
     *
     * @throws IllegalArgumentException if this is no worker of the benchmark
     */
    static int number(String worker) {
        if (!worker.matches("B[0-9]{7}")) {
            throw new IllegalArgumentException("'" + worker + "' is no worker of the benchmark");
        }
        return Integer.parseInt(worker.substring(1));
    }

    boolean isActive(int index) {
        return active.get(index) == 1;
    }

    long requests() {
        return requests.sum();
    }

    private void answer(HttpExchange exchange) throws IOException {
        requests.increment();
        try (exchange) {
            int status = 200;
            String body;
            try {
                body = answerTo(exchange);
            } catch (Fault fault) {
                status = fault.status;
                body =
                        JSON.createObjectNode()
                                .put("status", String.valueOf(status))
                                .put("scimType", fault.type)
                                .put("detail", fault.getMessage())
                                .set(
                                        "schemas",
                                        JSON.createArrayNode()
                                                .add("urn:ietf:params:scim:api:messages:2.0:Error"))
                                .toString();
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/scim+json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private String answerTo(HttpExchange exchange) throws IOException, Fault {
        byte[] sent = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath().substring(BASE.length());
        String method = exchange.getRequestMethod();
        if (path.equals("/Users") && method.equals("GET")) {
            return users(query(exchange.getRequestURI().getRawQuery()));
        }
        if (path.equals("/Groups") && method.equals("GET")) {
            return list(0, 1, 0, "");
        }
        if (path.equals("/ServiceProviderConfig") && method.equals("GET")) {
            return """
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],\
            "patch":{"supported":true},"bulk":{"supported":false},"filter":{"supported":true,"maxResults":1000},\
            "changePassword":{"supported":false},"sort":{"supported":false},"etag":{"supported":false},\
            "authenticationSchemes":[]}\
            """;
        }
        if (path.startsWith("/Users/")) {
            int index = index(path.substring("/Users/".length()));
            return switch (method) {
                case "GET" -> user(index);
                case "PATCH" -> {
                    patch(index, sent);
                    yield user(index);
                }
                default -> throw new Fault(405, "mutability", method + " is not offered");
            };
        }
        throw new Fault(404, "noTarget", "there is no " + path);
    }

    private String users(Map<String, String> query) throws Fault {
        int from = Math.max(1, number(query, "startIndex", 1));
        int page = Math.clamp(number(query, "count", 100), 0, LARGEST_PAGE);
        String filter = query.get("filter");
        if (filter != null) {
            String quoted = filter.replaceFirst("(?i)^\\s*externalId\\s+eq\\s+", "").strip();
            if (quoted.equals(filter.strip()) || !quoted.matches("\"[^\"]*\"")) {
                throw new Fault(400, "invalidFilter", "only externalId eq \"...\" is offered");
            }
            int found = find(quoted.substring(1, quoted.length() - 1));
            return found < 0 ? list(0, 1, 0, "") : list(1, 1, 1, user(found));
        }
        StringBuilder resources = new StringBuilder();
        int end = Math.min(active.length(), from - 1 + page);
        for (int index = from - 1; index < end; index++) {
            resources.append(index == from - 1 ? "" : ",").append(user(index));
        }
        return list(active.length(), from, Math.max(0, end - from + 1), resources.toString());
    }

    private int find(String worker) {
        if (!worker.matches("B[0-9]{7}")) {
            return -1;
        }
        int index = number(worker);
        return index < active.length() ? index : -1;
    }

    /** Replaces active, as a path or within a value (RFC 7644, 3.5.2.3). */
    private void patch(int index, byte[] sent) throws Fault {
        JsonNode operations;
        try {
            operations = JSON.readTree(sent).path("Operations");
        } catch (IOException e) {
            throw new Fault(400, "invalidSyntax", "the body is not JSON");
        }
        if (!operations.isArray() || operations.isEmpty()) {
            throw new Fault(400, "invalidSyntax", "Operations: is missing or empty");
        }
        boolean value = true;
        for (JsonNode operation : operations) {
            String path = operation.path("path").asText("");
            JsonNode given =
                    path.isEmpty()
                            ? operation.path("value").path("active")
                            : operation.path("value");
            if (!operation.path("op").asText("").toLowerCase(Locale.ROOT).equals("replace")
                    || !(path.isEmpty() || path.equals("active"))) {
                throw new Fault(400, "invalidPath", "only replace of active is offered");
            }
            value = flag(given);
        }
        active.set(index, value ? 1 : 0);
    }

    private static boolean flag(JsonNode given) throws Fault {
        // Entra sends "False"
        String text = given.asText("").toLowerCase(Locale.ROOT);
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new Fault(400, "invalidValue", "active: is not true or false");
        };
    }

    private int index(String id) throws Fault {
        if (id.matches("u[0-9]{1,7}")) {
            int index = Integer.parseInt(id.substring(1));
            if (index < active.length()) {
                return index;
            }
        }
        throw new Fault(404, "noTarget", "no user has the id '" + id + "'");
    }

    private String user(int index) {
        return """
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u%1$d","externalId":"%2$s",\
        "userName":"worker.%1$d","displayName":"Worker %1$d","active":%3$b,"groups":[],\
        "meta":{"resourceType":"User","location":"%4$s/Users/u%1$d"}}\
        """
                .formatted(index, worker(index), isActive(index), BASE);
    }

    private static String list(int total, int from, int count, String resources) {
        return """
        {"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":%d,\
        "startIndex":%d,"itemsPerPage":%d,"Resources":[%s]}\
        """
                .formatted(total, from, count, resources);
    }

    private static int number(Map<String, String> query, String name, int without) throws Fault {
        try {
            return Integer.parseInt(query.getOrDefault(name, String.valueOf(without)));
        } catch (NumberFormatException e) {
            throw new Fault(400, "invalidValue", name + ": is not a number");
        }
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> query = new HashMap<>();
        if (raw != null) {
            for (String each : raw.split("&", -1)) {
                int equals = each.indexOf('=');
                if (equals > 0) {
                    query.put(
                            each.substring(0, equals),
                            URLDecoder.decode(each.substring(equals + 1), StandardCharsets.UTF_8));
                }
            }
        }
        return query;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
