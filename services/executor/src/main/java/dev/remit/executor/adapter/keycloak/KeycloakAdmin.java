package dev.remit.executor.adapter.keycloak;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.oidc.client.filter.OidcClientFilter;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The part of Keycloak's Admin REST API that changes accounts. */
@RegisterRestClient(configKey = "keycloak")
@OidcClientFilter
@Path("/")
interface KeycloakAdmin {
    /** A group. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Group(String id, String path) {}

    /** Those whose attribute is this, {@code name:value}; Keycloak may find others besides. */
    @GET
    @Path("users")
    Uni<List<ObjectNode>> having(@QueryParam("q") String attribute, @QueryParam("max") int atMost);

    /** Those of this name. */
    @GET
    @Path("users")
    Uni<List<ObjectNode>> named(
            @QueryParam("username") String username,
            @QueryParam("exact") boolean exact,
            @QueryParam("max") int atMost);

    /** Answers with the place of the new user. */
    @POST
    @Path("users")
    Uni<RestResponse<Void>> create(JsonNode user);

    @GET
    @Path("users/{id}")
    Uni<ObjectNode> user(@PathParam("id") String id);

    @PUT
    @Path("users/{id}")
    Uni<Void> update(@PathParam("id") String id, JsonNode user);

    /** A credential, without its secret. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Credential(String type, long createdDate) {}

    @DELETE
    @Path("users/{id}")
    Uni<Void> delete(@PathParam("id") String id);

    @GET
    @Path("users/{id}/credentials")
    Uni<List<Credential>> credentials(@PathParam("id") String id);

    @POST
    @Path("users/{id}/logout")
    Uni<Void> logout(@PathParam("id") String id);

    @GET
    @Path("users/{id}/sessions")
    Uni<List<JsonNode>> sessions(@PathParam("id") String id);

    /** What a client holds of a user: what was consented to, and whether it has offline tokens. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Consent(String clientId, @Nullable List<Grant> additionalGrants) {
        boolean isOffline() {
            return additionalGrants != null
                    && additionalGrants.stream()
                            .anyMatch(each -> each.key().equals("Offline Token"));
        }
    }

    /** One that is no scope, by its name. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Grant(String key) {}

    @GET
    @Path("users/{id}/consents")
    Uni<List<Consent>> consents(@PathParam("id") String id);

    /** Ends the client's offline sessions, too. */
    @DELETE
    @Path("users/{id}/consents/{client}")
    Uni<Void> revoke(@PathParam("id") String id, @PathParam("client") String clientId);

    @GET
    @Path("users/{id}/groups")
    Uni<List<Group>> groups(@PathParam("id") String id);

    @GET
    @Path("groups/{group}")
    Uni<Group> group(@PathParam("group") String group);

    @PUT
    @Path("users/{id}/groups/{group}")
    Uni<Void> join(@PathParam("id") String id, @PathParam("group") String group);

    @DELETE
    @Path("users/{id}/groups/{group}")
    Uni<Void> leave(@PathParam("id") String id, @PathParam("group") String group);
}
