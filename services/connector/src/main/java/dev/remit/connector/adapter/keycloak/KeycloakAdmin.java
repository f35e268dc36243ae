package dev.remit.connector.adapter.keycloak;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.quarkus.oidc.client.filter.OidcClientFilter;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.jspecify.annotations.Nullable;

/** The part of Keycloak's Admin REST API that is read. */
@RegisterRestClient(configKey = "keycloak")
@OidcClientFilter
@Path("/")
interface KeycloakAdmin {
    /** A user; service accounts are not listed. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record User(
            String id,
            String username,
            boolean enabled,
            @Nullable Map<String, List<String>> attributes) {}

    /**
     * A group with its path.
     *
     * @param subGroupCount how many groups are directly inside of it; null where Keycloak does not
     *     say
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Group(
            String id,
            String path,
            @Nullable Long subGroupCount,
            @Nullable Map<String, List<String>> attributes) {}

    /**
     * A role of the realm or of a client, or what a role is made of.
     *
     * @param clientRole whether it is a client's, not the realm's
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Role(
            String id,
            String name,
            boolean composite,
            boolean clientRole,
            @Nullable Map<String, List<String>> attributes) {}

    /**
     * A client, which has roles of its own.
     *
     * @param clientId as people know it
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Client(String id, String clientId, @Nullable Map<String, String> attributes) {}

    /**
     * What a user signs in with.
     *
     * @param createdDate milliseconds since 1970
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Credential(String type, @Nullable Long createdDate) {}

    /** Who did something to what. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record AdminEvent(
            String id,
            long time,
            @Nullable AuthDetails authDetails,
            String operationType,
            String resourceType,
            @Nullable String resourcePath,
            @Nullable String representation) {}

    /** The account and the client that acted. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record AuthDetails(@Nullable String clientId, @Nullable String userId) {}

    @GET
    @Path("users")
    Uni<List<User>> users(
            @QueryParam("first") int first,
            @QueryParam("max") int max,
            @QueryParam("briefRepresentation") boolean brief);

    /** The groups that are inside of no other. */
    @GET
    @Path("groups")
    Uni<List<Group>> groups(
            @QueryParam("first") int first,
            @QueryParam("max") int max,
            @QueryParam("briefRepresentation") boolean brief);

    /** The groups that are directly inside of this one. */
    @GET
    @Path("groups/{id}/children")
    Uni<List<Group>> children(
            @PathParam("id") String id,
            @QueryParam("first") int first,
            @QueryParam("max") int max,
            @QueryParam("briefRepresentation") boolean brief);

    /** The realm's roles. */
    @GET
    @Path("roles")
    Uni<List<Role>> roles(
            @QueryParam("first") int first,
            @QueryParam("max") int max,
            @QueryParam("briefRepresentation") boolean brief);

    @GET
    @Path("clients")
    Uni<List<Client>> clients(@QueryParam("first") int first, @QueryParam("max") int max);

    /** A client's roles. */
    @GET
    @Path("clients/{client}/roles")
    Uni<List<Role>> clientRoles(
            @PathParam("client") String client,
            @QueryParam("first") int first,
            @QueryParam("max") int max,
            @QueryParam("briefRepresentation") boolean brief);

    /** Whom a client's role was given to directly. */
    @GET
    @Path("clients/{client}/roles/{role}/users")
    Uni<List<User>> clientHolders(
            @PathParam("client") String client,
            @PathParam("role") String role,
            @QueryParam("first") int first,
            @QueryParam("max") int max);

    /** The groups that a client's role was given to directly. */
    @GET
    @Path("clients/{client}/roles/{role}/groups")
    Uni<List<Group>> clientGroupsWith(
            @PathParam("client") String client,
            @PathParam("role") String role,
            @QueryParam("first") int first,
            @QueryParam("max") int max);

    /** A client's roles that were given to a user itself. */
    @GET
    @Path("users/{id}/role-mappings/clients/{client}")
    Uni<List<Role>> clientRolesOfUser(
            @PathParam("id") String id, @PathParam("client") String client);

    /** A client's roles that were given to a group itself. */
    @GET
    @Path("groups/{id}/role-mappings/clients/{client}")
    Uni<List<Role>> clientRolesOfGroup(
            @PathParam("id") String id, @PathParam("client") String client);

    /** What a composite role is made of, directly. */
    @GET
    @Path("roles-by-id/{id}/composites")
    Uni<List<Role>> composites(@PathParam("id") String id);

    /** The groups that a role was given to directly. */
    @GET
    @Path("roles/{role}/groups")
    Uni<List<Group>> groupsWith(
            @PathParam("role") String role,
            @QueryParam("first") int first,
            @QueryParam("max") int max);

    @GET
    @Path("groups/{id}/members")
    Uni<List<User>> members(
            @PathParam("id") String id,
            @QueryParam("first") int first,
            @QueryParam("max") int max,
            @QueryParam("briefRepresentation") boolean brief);

    /** Whom a role was given to directly. */
    @GET
    @Path("roles/{role}/users")
    Uni<List<User>> holders(
            @PathParam("role") String role,
            @QueryParam("first") int first,
            @QueryParam("max") int max);

    /** The realm's roles that were given to a user itself. */
    @GET
    @Path("users/{id}/role-mappings/realm")
    Uni<List<Role>> rolesOfUser(@PathParam("id") String id);

    /** The realm's roles that were given to a group itself. */
    @GET
    @Path("groups/{id}/role-mappings/realm")
    Uni<List<Role>> rolesOfGroup(@PathParam("id") String id);

    /** What a user signs in with. */
    @GET
    @Path("users/{id}/credentials")
    Uni<List<Credential>> credentials(@PathParam("id") String id);

    /** Newest first. */
    @GET
    @Path("admin-events")
    Uni<List<AdminEvent>> adminEvents(
            @QueryParam("dateFrom") long from,
            @QueryParam("first") int first,
            @QueryParam("max") int max);
}
