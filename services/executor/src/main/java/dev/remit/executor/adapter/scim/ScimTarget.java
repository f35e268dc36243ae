package dev.remit.executor.adapter.scim;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.executor.application.Target;
import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.TargetState;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.ext.web.client.HttpRequest;
import io.vertx.mutiny.ext.web.client.HttpResponse;
import io.vertx.mutiny.ext.web.client.WebClient;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A SCIM 2.0 system as the target (RFC 7643, RFC 7644). An account is a User, its direct groups are
 * the User's {@code groups}; both change by PATCH. SCIM knows no sessions.
 */
public final class ScimTarget implements Target {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MEDIA = "application/scim+json";
    private static final String PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    private static final String USER = "urn:ietf:params:scim:schemas:core:2.0:User";
    private static final long MILLIS = 10_000;

    /** Bytes of one answer: a user in ten thousand groups fits well. */
    private static final int LONGEST_ANSWER = 4 * 1024 * 1024;

    /** Answers that no repetition changes: RFC 7644, section 3.12. */
    private static final Set<Integer> FINAL = Set.of(400, 403, 404, 409, 413, 501);

    /** The answer is 404, whatever that is about. */
    private static final class NotThere extends Impossible {
        private static final long serialVersionUID = 1L;

        NotThere(String reason) {
            super(reason);
        }
    }

    private final String system;
    private final String base;
    private final @Nullable String token;
    private final WebClient http;

    /**
     * Makes no call yet.
     *
     * @param name the system's name after {@code scim:}
     * @param url the base URL
     * @param connections how many connections may be open
     * @throws IllegalArgumentException naming the setting and the rule
     */
    public ScimTarget(String name, URI url, Optional<String> token, int connections, Vertx vertx) {
        if (!name.matches("[A-Za-z0-9-]{1,32}")) {
            throw new IllegalArgumentException(
                    "remit.scim." + name + ": a name is 1 to 32 letters, digits or dashes");
        }
        if (!Set.of("http", "https").contains(String.valueOf(url.getScheme()))
                || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "remit.scim." + name + ".url: is not an http or https URL");
        }
        this.system = "scim:" + name;
        this.base = url.toString().replaceFirst("/+$", "");
        this.token = token.orElse(null);
        this.http =
                WebClient.create(
                        vertx,
                        new WebClientOptions()
                                .setFollowRedirects(false)
                                .setConnectTimeout(2_000)
                                .setMaxPoolSize(connections)
                                .setUserAgent("remit-executor"));
    }

    @Override
    public String system() {
        return system;
    }

    @Override
    public Set<String> abilities() {
        return Set.of(
                "create-account",
                "disable-account",
                "enable-account",
                "leave-groups",
                "leave-group",
                "join-groups",
                "delete-account");
    }

    /** SCIM does not tell whom a token belongs to. */
    @Override
    public Uni<String> actor() {
        return Uni.createFrom().item("executor");
    }

    @Override
    public Uni<Void> ask() {
        return send(HttpMethod.GET, "/ServiceProviderConfig", null).replaceWithVoid();
    }

    @Override
    public Uni<TargetState> read(String account) {
        return send(
                        HttpMethod.GET,
                        "/Users/" + encoded(account) + "?attributes=active,groups",
                        null)
                .onFailure(NotThere.class)
                .recoverWithUni(() -> gone(account))
                .map(this::tree)
                .map(this::state);
    }

    /** Gone only where the system answers, and lists no such user (RFC 7644, section 3.4.2). */
    private Uni<byte[]> gone(String account) {
        return send(
                        HttpMethod.GET,
                        "/Users?count=0&filter="
                                + URLEncoder.encode(
                                        "id eq " + quoted(account), StandardCharsets.UTF_8),
                        null)
                .map(body -> {
                    throw isNone(body)
                            ? new Gone(system + " has no such account any more")
                            : new Impossible(system + " answers 404 for this account");
                });
    }

    private boolean isNone(byte[] body) {
        return tree(body).path("totalResults").asInt(-1) == 0;
    }

    /** Two plain filters: not every system knows {@code or}. */
    @Override
    public Uni<TargetState> find(Plan.Step.CreateAccount account) {
        return list("externalId", account.worker())
                .chain(carrying ->
                        list("userName", account.username())
                                .map(named -> found(account, carrying, named)));
    }

    private Uni<JsonNode> list(String attribute, String value) {
        return send(
                        HttpMethod.GET,
                        "/Users?attributes=active,groups,userName,externalId&filter="
                                + URLEncoder.encode(
                                                attribute + " eq " + quoted(value),
                                                StandardCharsets.UTF_8)
                                        .replace("+", "%20"),
                        null)
                .map(this::tree);
    }

    private TargetState found(Plan.Step.CreateAccount account, JsonNode carrying, JsonNode named) {
        Map<String, JsonNode> all = new TreeMap<>();
        for (JsonNode list : List.of(carrying, named)) {
            JsonNode users = list.path("Resources");
            // closed: a system that does not say how many there are says nothing
            if (list.path("totalResults").asInt(-1) != users.size()) {
                throw new Silent(system + " does not list whom it counts");
            }
            for (JsonNode user : users) {
                if (user.path("externalId").asText().equals(account.worker())
                        || user.path("userName").asText().equalsIgnoreCase(account.username())) {
                    all.put(user.path("id").asText(), user);
                }
            }
        }
        if (all.isEmpty()) {
            return TargetState.GONE;
        }
        JsonNode first = all.values().iterator().next();
        return all.size() == 1
                ? state(first)
                        .of(
                                new TargetState.Identity(
                                        first.path("id").asText(),
                                        first.path("userName").asText(),
                                        first.path("externalId").asText()))
                : new TargetState(false, 0, List.of())
                        .of(
                                new TargetState.Identity(
                                        "", joined(all, "userName"), joined(all, "externalId")));
    }

    private static String joined(Map<String, JsonNode> users, String attribute) {
        return users.values().stream()
                .map(user -> user.path(attribute).asText())
                .collect(Collectors.joining(","));
    }

    /** The worker id is {@code externalId}, as the connector reads it (RFC 7643, section 3.1). */
    @Override
    public Uni<String> create(Plan.Step.CreateAccount account) {
        if (!account.manager().isEmpty()) {
            return Uni.createFrom()
                    .failure(new Impossible(system + " keeps no HR worker id of a manager"));
        }
        return send(
                        HttpMethod.POST,
                        "/Users",
                        json(
                                Map.of(
                                        "schemas",
                                        List.of(USER),
                                        "userName",
                                        account.username(),
                                        "externalId",
                                        account.worker(),
                                        "active",
                                        account.enabled())))
                .map(body -> {
                    String id = tree(body).path("id").asText();
                    if (id.isEmpty()) {
                        throw new Silent(system + " does not say which account it made");
                    }
                    return id;
                });
    }

    @Override
    public Uni<Void> disable(String account) {
        return patch("/Users/" + encoded(account), operation("replace", "active", false))
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> enable(String account) {
        return patch("/Users/" + encoded(account), operation("replace", "active", true))
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> setManager(String account, String manager) {
        return Uni.createFrom()
                .failure(new Impossible(system + " keeps no HR worker id of a manager"));
    }

    @Override
    public Uni<Void> setOwner(String account, String owner) {
        return Uni.createFrom()
                .failure(new Impossible(system + " keeps no HR worker id of an owner"));
    }

    @Override
    public Uni<Void> delete(String account) {
        return send(HttpMethod.DELETE, "/Users/" + encoded(account), null).replaceWithVoid();
    }

    @Override
    public Uni<Void> endSessions(String account) {
        return Uni.createFrom()
                .failure(new Impossible("SCIM has no sessions that " + system + " could end"));
    }

    @Override
    public Uni<Void> join(String account, Plan.Group group) {
        return patch(
                        "/Groups/" + encoded(group.id()),
                        Map.of(
                                "op",
                                "add",
                                "path",
                                "members",
                                "value",
                                List.of(Map.of("value", account))))
                .replaceWithVoid();
    }

    @Override
    public Uni<Void> leave(String account, Plan.Group group) {
        return patch(
                        "/Groups/" + encoded(group.id()),
                        operation("remove", "members[value eq " + quoted(account) + "]", null))
                .replaceWithVoid();
    }

    private TargetState state(JsonNode user) {
        // some systems write booleans as strings
        String active = user.path("active").asText().toLowerCase(Locale.ROOT);
        if (!active.equals("true") && !active.equals("false")) {
            throw new Impossible(system + " does not say whether the account is active");
        }
        List<Plan.Group> groups = new ArrayList<>();
        for (JsonNode group : user.path("groups")) {
            // an indirect membership cannot be left (RFC 7643, section 4.1.2)
            if (!group.path("type").asText().equalsIgnoreCase("indirect")) {
                String id = group.path("value").asText();
                groups.add(new Plan.Group(id, group.path("display").asText(id)));
            }
        }
        return new TargetState(active.equals("true"), 0, groups);
    }

    private JsonNode tree(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new Silent(system + " answers with something that is not JSON", e);
        }
    }

    private Uni<byte[]> patch(String path, Map<String, ?> operation) {
        return send(
                HttpMethod.PATCH,
                path,
                json(Map.of("schemas", List.of(PATCH), "Operations", List.of(operation))));
    }

    private static Map<String, ?> operation(String op, String path, @Nullable Boolean value) {
        return value == null
                ? Map.of("op", op, "path", path)
                : Map.of("op", op, "path", path, "value", value);
    }

    /** The body of an answer that says yes; everything else is a failure of one of two kinds. */
    private Uni<byte[]> send(HttpMethod method, String path, @Nullable String body) {
        return Uni.createFrom()
                .deferred(() -> {
                    HttpRequest<Buffer> request =
                            http.requestAbs(method, base + path)
                                    .as(BoundedBody.codec(LONGEST_ANSWER))
                                    .timeout(MILLIS)
                                    .putHeader("Accept", MEDIA);
                    if (token != null) {
                        request.bearerTokenAuthentication(token);
                    }
                    return body == null
                            ? request.send()
                            : request.putHeader("Content-Type", MEDIA)
                                    .sendBuffer(Buffer.buffer(body));
                })
                .onFailure()
                .transform(failure ->
                        new Silent(
                                system + " does not answer: " + failure.getClass().getSimpleName(),
                                failure))
                .map(this::accepted);
    }

    private byte[] accepted(HttpResponse<Buffer> response) {
        int status = response.statusCode();
        if (status == 404) {
            throw new NotThere(system + " answers 404 for this account");
        }
        if (FINAL.contains(status)) {
            throw new Impossible(system + " answers " + status + " for this account");
        }
        if (status < 200 || status > 299) {
            throw new Silent(system + " answers " + status);
        }
        Buffer body = response.body();
        return body == null ? new byte[0] : body.getBytes();
    }

    /** One path segment; never one that means another place. */
    private static String encoded(String text) {
        if (text.isEmpty() || text.equals(".") || text.equals("..")) {
            throw new Impossible("'" + text + "' is no SCIM id");
        }
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** A string of a filter, which is a JSON string (RFC 7644, section 3.4.2.2). */
    private static String quoted(String text) {
        return json(text);
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
