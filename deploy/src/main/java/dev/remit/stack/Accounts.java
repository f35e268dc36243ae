package dev.remit.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The demo's leavers in the embedded realm. */
public final class Accounts {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGE = 500;

    /** The account that the executor acts as. */
    static final String EXECUTOR = "00000000-0000-4000-8000-000000000052";

    private static final Map<String, List<String>> LEAVERS =
            Map.of(
                    "00000000-0000-4000-8000-000000000002", List.of("sales", "crm-users"),
                    "00000000-0000-4000-8000-000000000003", List.of("sales"));

    private Accounts() {}

    /** Makes the leavers' accounts as they were shipped: enabled, and in their groups. */
    public static void restore(Home home) throws IOException, InterruptedException {
        String admin = IdentityProvider.url(home) + "/admin/realms/" + IdentityProvider.REALM;
        String token = IdentityProvider.adminToken(home);
        JsonNode groups = Requests.send("GET", admin + "/groups", token, null).json();
        for (Map.Entry<String, List<String>> leaver : LEAVERS.entrySet()) {
            String user = admin + "/users/" + leaver.getKey();
            ObjectNode account = (ObjectNode) Requests.send("GET", user, token, null).json();
            account.put("enabled", true);
            send("PUT", user, token, account.toString());
            for (JsonNode group : groups) {
                if (leaver.getValue().contains(group.path("name").asText())) {
                    send("PUT", user + "/groups/" + group.path("id").asText(), token, null);
                }
            }
        }
    }

    /** Enables or disables an account, as an administrator of Keycloak would. */
    public static void enable(Home home, String id, boolean enabled)
            throws IOException, InterruptedException {
        String token = IdentityProvider.adminToken(home);
        String user = user(home, id);
        ObjectNode account = (ObjectNode) Requests.send("GET", user, token, null).json();
        account.put("enabled", enabled);
        send("PUT", user, token, account.toString());
    }

    /**
     * What a person does by hand to offboard an account: disables it, ends its sessions, empties
     * it.
     */
    public static void offboard(Home home, String id) throws IOException, InterruptedException {
        enable(home, id, false);
        String token = IdentityProvider.adminToken(home);
        String user = user(home, id);
        send("POST", user + "/logout", token, null);
        for (JsonNode group : Requests.send("GET", user + "/groups", token, null).json()) {
            send("DELETE", user + "/groups/" + group.path("id").asText(), token, null);
        }
    }

    private static String user(Home home, String id) throws IOException, InterruptedException {
        return IdentityProvider.url(home)
                + "/admin/realms/"
                + IdentityProvider.REALM
                + "/users/"
                + id;
    }

    /** Whether an account can sign in, asked of Keycloak itself. */
    public static boolean isEnabled(Home home, String id) throws IOException, InterruptedException {
        String url =
                IdentityProvider.url(home)
                        + "/admin/realms/"
                        + IdentityProvider.REALM
                        + "/users/"
                        + id;
        return Requests.send("GET", url, IdentityProvider.adminToken(home), null)
                .json()
                .path("enabled")
                .asBoolean();
    }

    /** Paths of the groups that an account is a direct member of, asked of Keycloak itself. */
    public static List<String> groups(Home home, String id)
            throws IOException, InterruptedException {
        String url =
                IdentityProvider.url(home)
                        + "/admin/realms/"
                        + IdentityProvider.REALM
                        + "/users/"
                        + id
                        + "/groups";
        return Requests.send("GET", url, IdentityProvider.adminToken(home), null)
                .json()
                .findValuesAsText("path");
    }

    /** Whether each account can sign in, asked of Keycloak itself; immutable id to answer. */
    public static Map<String, Boolean> enabled(Home home) throws IOException, InterruptedException {
        String users =
                IdentityProvider.url(home) + "/admin/realms/" + IdentityProvider.REALM + "/users";
        String token = IdentityProvider.adminToken(home);
        Map<String, Boolean> enabled = new HashMap<>();
        for (int first = 0; ; first += PAGE) {
            JsonNode page =
                    Requests.send(
                                    "GET",
                                    users
                                            + "?briefRepresentation=true&first="
                                            + first
                                            + "&max="
                                            + PAGE,
                                    token,
                                    null)
                            .json();
            for (JsonNode user : page) {
                enabled.put(user.path("id").asText(), user.path("enabled").asBoolean());
            }
            if (page.size() < PAGE) {
                return enabled;
            }
        }
    }

    /**
     * Adds an account, enabled and without groups.
     *
     * @param workerId its HR worker id
     * @param managerWorkerId the manager's
     * @return its immutable id
     */
    public static String add(Home home, String workerId, String managerWorkerId)
            throws IOException, InterruptedException {
        String users =
                IdentityProvider.url(home) + "/admin/realms/" + IdentityProvider.REALM + "/users";
        String token = IdentityProvider.adminToken(home);
        ObjectNode account = JSON.createObjectNode();
        account.put("username", workerId.toLowerCase(Locale.ROOT)).put("enabled", true);
        ObjectNode attributes = account.putObject("attributes");
        attributes.putArray("employeeNumber").add(workerId);
        attributes.putArray("manager").add(managerWorkerId);
        send("POST", users, token, account.toString());
        JsonNode found =
                Requests.send(
                                "GET",
                                users + "?exact=true&username=" + account.path("username").asText(),
                                token,
                                null)
                        .json();
        return found.path(0).path("id").asText();
    }

    /**
     * Adds accounts at once, enabled and without groups.
     *
     * @param managerWorkerId the manager's
     * @return worker id to immutable id
     */
    public static Map<String, String> addAll(
            Home home, Collection<String> workerIds, String managerWorkerId)
            throws IOException, InterruptedException {
        ObjectNode wanted = JSON.createObjectNode().put("ifResourceExists", "FAIL");
        Map<String, String> workers = new HashMap<>();
        for (String workerId : workerIds) {
            String username = workerId.toLowerCase(Locale.ROOT);
            workers.put(username, workerId);
            ObjectNode account = wanted.withArray("users").addObject();
            account.put("username", username).put("enabled", true);
            ObjectNode attributes = account.putObject("attributes");
            attributes.putArray("employeeNumber").add(workerId);
            attributes.putArray("manager").add(managerWorkerId);
        }
        Requests.Answer answer =
                Requests.send(
                        "POST",
                        IdentityProvider.url(home)
                                + "/admin/realms/"
                                + IdentityProvider.REALM
                                + "/partialImport",
                        IdentityProvider.adminToken(home),
                        wanted.toString());
        if (!answer.ok()) {
            throw new IOException(
                    "Keycloak refuses the accounts: " + answer.status() + " " + answer.text());
        }
        Map<String, String> ids = new HashMap<>();
        for (JsonNode each : answer.json().path("results")) {
            String worker = workers.get(each.path("resourceName").asText());
            if (worker != null) {
                ids.put(worker, each.path("id").asText());
            }
        }
        return ids;
    }

    /** Keycloak's own record of updates of accounts by the executor, the newest first. */
    public static List<JsonNode> updates(Home home) throws IOException, InterruptedException {
        String admin = IdentityProvider.url(home) + "/admin/realms/" + IdentityProvider.REALM;
        List<JsonNode> updates = new ArrayList<>();
        for (int first = 0; ; first += PAGE) {
            JsonNode page =
                    Requests.send(
                                    "GET",
                                    admin
                                            + "/admin-events?operationTypes=UPDATE&resourceTypes=USER&authUser="
                                            + EXECUTOR
                                            + "&first="
                                            + first
                                            + "&max="
                                            + PAGE,
                                    IdentityProvider.adminToken(home),
                                    null)
                            .json();
            page.forEach(updates::add);
            if (page.size() < PAGE) {
                return updates;
            }
        }
    }

    /**
     * Asks Keycloak's Admin API for the realm, as its administrator.
     *
     * @param path below the realm, for example {@code /groups}
     * @param body JSON text, null for none
     * @return the answer's JSON; nothing for an answer without a body
     */
    public static JsonNode admin(
            Home home, String method, String path, @org.jspecify.annotations.Nullable String body)
            throws IOException, InterruptedException {
        Requests.Answer answer =
                Requests.send(
                        method,
                        IdentityProvider.url(home)
                                + "/admin/realms/"
                                + IdentityProvider.REALM
                                + path,
                        IdentityProvider.adminToken(home),
                        body);
        if (!answer.ok()) {
            throw new IOException("Keycloak refuses " + path + ": " + answer.status());
        }
        return answer.text().isEmpty() ? JSON.missingNode() : answer.json();
    }

    private static void send(
            String method, String url, String token, @org.jspecify.annotations.Nullable String body)
            throws IOException, InterruptedException {
        Requests.Answer answer = Requests.send(method, url, token, body);
        if (!answer.ok()) {
            throw new IOException("Keycloak refuses to change an account: " + answer.status());
        }
    }
}
