package dev.remit.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.handoff.Service;
import dev.remit.stack.Accounts;
import dev.remit.stack.Databases;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A scene of a mesh: a rule about access goes by what a real Keycloak gives, a group inside of a
 * group, a role by a composite role and by a group, and owners.
 */
final class AccessRule {
    private static final String INTERN = "00000000-0000-4000-8000-000000000030";
    private static final String RULE =
            """
            separationOfDuties:
                - rule: payments
                  version: "1"
                  owner: 00000000-0000-4000-8000-000000000020
                  source: SOX section 404
                  toxic: [/finance/payments, create-payments]
            """;

    /**
     * Its charter: that of orphaned accounts with the rule, and without what would open a change.
     */
    static final String CHARTER = "access-rule";

    private final Mesh mesh;

    /**
     * @param mesh that may publish {@link #CHARTER} without an approval
     */
    AccessRule(Mesh mesh) {
        this.mesh = mesh;
    }

    /** Somebody comes to hold both of what the rule keeps apart, and one of them is taken away. */
    void isFoundBrokenAndMended() throws Exception {
        publish();
        mesh.observed("E1030");
        String payments = inside(group("finance"), "payments");
        String clerk = composite("clerk", "create-payments");
        admin("PUT", "/users/" + INTERN + "/groups/" + payments, null);
        run();
        assertThat(violations()).as("one of the two alone").isEmpty();

        admin("POST", "/users/" + INTERN + "/role-mappings/realm", "[" + clerk + "]");
        JsonNode found =
                Mesh.until(
                        () -> {
                            run();
                            return violations().isEmpty()
                                    ? Optional.empty()
                                    : Optional.of(violations().get(0));
                        },
                        "the violation");
        assertThat(found.path("worker").asText()).isEqualTo("E1030");
        assertThat(found.path("source").asText()).isEqualTo("SOX section 404");
        run();
        assertThat(violations()).hasSize(1);
        logged("AccessViolationFound", 1);

        JsonNode preview = preview();
        assertThat(preview.at("/route/violations/0/rule").asText())
                .as(preview.toString())
                .isEqualTo("payments");

        admin("DELETE", "/users/" + INTERN + "/groups/" + payments, null);
        Mesh.until(
                () -> {
                    run();
                    return violations().isEmpty() ? Optional.of(true) : Optional.empty();
                },
                "its end");
        logged("AccessViolationEnded", 1);
        logged("AccessViolationFound", 1);
        assertThat(preview().at("/route/violations")).isEmpty();

        assertThat(preview().toString())
                .doesNotContain("owner of the nhi, as")
                .contains("nobody is behind: owner of the nhi");
        JsonNode account = Accounts.admin(mesh.home, "GET", "/users/" + INTERN, null);
        ((ObjectNode) account.path("attributes")).putArray("owner").add("E1001");
        admin("PUT", "/users/" + INTERN, account.toString());
        Mesh.until(
                () ->
                        preview().toString().contains("owner of the nhi, as keycloak:acme said at")
                                ? Optional.of(true)
                                : Optional.empty(),
                "the owner among those who are asked");
    }

    private void publish() throws Exception {
        String charter =
                Files.readString(mesh.home.top().resolve("charters/orphaned-account.yaml"));
        mesh.charter(
                CHARTER,
                charter.replace("name: orphaned-account", "name: " + CHARTER)
                        .replaceFirst("(?s)  triggers:.*?(?=  readiness:)", "")
                        .replace("separationOfDuties:\n", RULE)
                        .replace(
                                "          - group: /security-approvers\n",
                                "          - group: /security-approvers\n          - owner: nhi\n"));
    }

    private JsonNode preview() throws Exception {
        return mesh.post(
                        "connector",
                        "/changes?dryRun=true",
                        "offboarding.owner",
                        Map.of(
                                "charter",
                                CHARTER,
                                "subject",
                                Map.of("system", "hr", "id", "E1030"),
                                "target",
                                "keycloak:acme",
                                "action",
                                "quarantine",
                                "reason",
                                "nobody answers for it"))
                .json();
    }

    private JsonNode violations() throws Exception {
        return mesh.get("approval-routing", "/sod/violations", "auditor").json();
    }

    /** A whole run from now on. */
    private void run() throws Exception {
        JsonNode before = mesh.post("approval-routing", "/sod/run", "operator", Map.of()).json();
        String last = before.path("finishedAt").asText();
        Mesh.until(
                () -> {
                    JsonNode run = mesh.get("approval-routing", "/sod/run", "auditor").json();
                    return run.path("finishedAt").isTextual()
                                    && !run.path("finishedAt").asText().equals(last)
                            ? Optional.of(true)
                            : Optional.empty();
                },
                "the end of the run");
    }

    private void logged(String type, long count) throws Exception {
        Mesh.until(
                () ->
                        Databases.count(
                                                mesh.home,
                                                Service.EVIDENCE_LEDGER,
                                                "select count(*) from message where type like '%"
                                                        + type
                                                        + "'")
                                        == count
                                ? Optional.of(true)
                                : Optional.empty(),
                type + " in the log");
    }

    private String group(String name) throws Exception {
        admin("POST", "/groups", "{\"name\":\"" + name + "\"}");
        return Accounts.admin(mesh.home, "GET", "/groups?exact=true&search=" + name, null)
                .at("/0/id")
                .asText();
    }

    private String inside(String parent, String name) throws Exception {
        String path = "/groups/" + parent + "/children";
        admin("POST", path, "{\"name\":\"" + name + "\"}");
        return Accounts.admin(mesh.home, "GET", path, null).at("/0/id").asText();
    }

    /** A role that is made of another one, as JSON. */
    private String composite(String name, String part) throws Exception {
        String made = role(part);
        String whole = role(name);
        admin("POST", "/roles/" + name + "/composites", "[" + made + "]");
        return whole;
    }

    private String role(String name) throws Exception {
        admin("POST", "/roles", "{\"name\":\"" + name + "\"}");
        return Accounts.admin(mesh.home, "GET", "/roles/" + name, null).toString();
    }

    private void admin(String method, String path, @Nullable String body) throws Exception {
        Accounts.admin(mesh.home, method, path, body);
    }
}
