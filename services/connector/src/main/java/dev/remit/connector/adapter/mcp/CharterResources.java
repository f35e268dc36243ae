package dev.remit.connector.adapter.mcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.connector.adapter.http.Scopes;
import dev.remit.connector.application.Charters;
import dev.remit.connector.application.PublishCharters;
import dev.remit.connector.domain.Charter;
import dev.remit.handoff.http.Problem;
import io.quarkiverse.mcp.server.JsonRpcErrorCodes;
import io.quarkiverse.mcp.server.McpException;
import io.quarkiverse.mcp.server.Prompt;
import io.quarkiverse.mcp.server.PromptArg;
import io.quarkiverse.mcp.server.PromptMessage;
import io.quarkiverse.mcp.server.Resource;
import io.quarkiverse.mcp.server.ResourceTemplate;
import io.quarkiverse.mcp.server.TextResourceContents;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What may be proposed, for a model to read, and how to go about it. Charters are read by whom REST
 * lets read them, with a token to read with.
 */
@Singleton
public class CharterResources {
    private final Charters charters;
    private final PublishCharters publish;
    private final ObjectMapper json;
    private final Scopes scopes;

    CharterResources(Charters charters, PublishCharters publish, ObjectMapper json, Scopes scopes) {
        this.charters = charters;
        this.publish = publish;
        this.json = json;
        this.scopes = scopes;
    }

    @Resource(
            uri = "remit://charters",
            name = "charters",
            description =
                    "The charters in force: which systems and actions each covers, in which mode, and its limits",
            mimeType = "application/json")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<TextResourceContents> charters() {
        return told(() ->
                Uni.createFrom()
                        .item(
                                new TextResourceContents(
                                        "remit://charters", all(), "application/json")));
    }

    @ResourceTemplate(
            uriTemplate = "remit://charters/{name}",
            name = "charter",
            description =
                    "A charter as it is in force, whole: what it covers, the data it needs, who approves, which proof closes a change",
            mimeType = "application/json")
    @RolesAllowed({"proposer", "approver", "operator", "auditor", "admin"})
    public Uni<TextResourceContents> charter(String name) {
        return told(() ->
                publish.inForce(name)
                        .map(found ->
                                new TextResourceContents(
                                        "remit://charters/" + name,
                                        found.version().document(),
                                        "application/json")));
    }

    @Prompt(
            name = "propose_change",
            description = "How to propose an identity change so that people can approve it")
    public Uni<PromptMessage> proposeChange(
            @PromptArg(name = "request", description = "What is wanted, in plain words")
                    String request) {
        return Uni.createFrom()
                .item(
                        PromptMessage.withUserRole(
                                """
                                Someone wants this identity change: %s

                                1. Read the resource remit://charters. If none covers it, say so and stop: nothing outside a charter can be changed.
                                2. Call preview_route. If a rule refuses, say which and why. If facts are missing, say who can supply them; you cannot.
                                3. Show the plan and who would approve. Ask before you go on.
                                4. Call propose with a reason that the approvers can judge by, and the SHA-256 of your trace.
                                You never approve. What you propose is recorded with your name and that of the person you act for.
                                """
                                        .formatted(request)));
    }

    private String all() {
        try {
            return json.writeValueAsString(
                    charters.all().stream().map(CharterResources::view).toList());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("charters are always JSON", e);
        }
    }

    private <T> Uni<T> told(Supplier<Uni<T>> work) {
        return Uni.createFrom()
                .deferred(() -> {
                    scopes.mayRead();
                    return work.get();
                })
                .onFailure(Problem.class)
                .transform(failure ->
                        new McpException(
                                ((Problem) failure).code() + ": " + failure.getMessage(),
                                ((Problem) failure).status() == 404
                                        ? JsonRpcErrorCodes.RESOURCE_NOT_FOUND
                                        : JsonRpcErrorCodes.SECURITY_ERROR));
    }

    private static Map<String, Object> view(Charter charter) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("name", charter.name());
        view.put("version", charter.version());
        view.put("hash", charter.hash());
        view.put("systems", List.copyOf(new TreeSet<>(charter.systems())));
        view.put("actions", charter.modes());
        charter.limits().until().ifPresent(until -> view.put("until", until.toString()));
        charter.limits().changesPerHour().ifPresent(most -> view.put("changesPerHour", most));
        charter.limits()
                .shareOfPopulation()
                .ifPresent(share -> view.put("shareOfPopulation", share));
        return view;
    }
}
