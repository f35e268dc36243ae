package dev.remit.executor.adapter.keycloak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.executor.application.Target;
import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.TargetState;
import io.quarkus.oidc.client.OidcClient;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jspecify.annotations.Nullable;

/** A Keycloak realm as the target. */
@Singleton
public class KeycloakTarget implements Target {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WORKER = "employeeNumber";

    /** So many accounts of one worker, or of one name, are looked at. */
    private static final int MOST = 20;

    private static final Duration KNOWN = Duration.ofMinutes(5);

    /** The executor's own account, and until when that is taken for true. */
    private record Known(String actor, Instant until) {}

    private final KeycloakAdmin keycloak;
    private final OidcClient tokens;
    private final String system;
    private volatile @Nullable Known known;

    KeycloakTarget(
            @RestClient KeycloakAdmin keycloak,
            OidcClient tokens,
            @ConfigProperty(name = "remit.keycloak.realm") String realm) {
        this.keycloak = keycloak;
        this.tokens = tokens;
        this.system = "keycloak:" + realm;
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
                "end-sessions",
                "leave-groups",
                "leave-group",
                "join-groups",
                "join-group",
                "leave-group-at-expiry",
                "set-manager",
                "set-owner",
                "delete-account");
    }

    /** Keycloak says when a password was set, and never which. */
    @Override
    public Set<String> readable() {
        return Set.of("rotate-secret");
    }

    /** The sub of the executor's own access token. */
    @Override
    public Uni<String> actor() {
        return Uni.createFrom()
                .deferred(() -> {
                    Known last = known;
                    return last != null && Instant.now().isBefore(last.until())
                            ? Uni.createFrom().item(last.actor())
                            : told(tokens.getTokens().map(each -> subject(each.getAccessToken())))
                                    .invoke(actor ->
                                            known = new Known(actor, Instant.now().plus(KNOWN)));
                });
    }

    /** A new token is as good a question as any. */
    @Override
    public Uni<Void> ask() {
        return told(tokens.getTokens()).replaceWithVoid();
    }

    @Override
    public Uni<TargetState> read(String account) {
        return told(
                keycloak.user(account)
                        .onFailure(KeycloakTarget::isNotFound)
                        .recoverWithUni(this::gone)
                        .chain(user ->
                                sessions(account)
                                        .chain(sessions ->
                                                keycloak.groups(account)
                                                        .map(groups ->
                                                                state(user, sessions, groups)))));
    }

    /** How many a user has, and how many clients go on without one, by an offline token. */
    private Uni<Integer> sessions(String account) {
        return keycloak.sessions(account)
                .chain(online -> offline(account).map(clients -> online.size() + clients.size()));
    }

    private Uni<List<String>> offline(String account) {
        return keycloak.consents(account)
                .map(all ->
                        all.stream()
                                .filter(KeycloakAdmin.Consent::isOffline)
                                .map(KeycloakAdmin.Consent::clientId)
                                .toList());
    }

    /** The newest password counts. */
    @Override
    public Uni<TargetState> readWithSecret(String account) {
        return read(account)
                .chain(state ->
                        told(keycloak.credentials(account))
                                .map(secrets ->
                                        state.withSecret(
                                                secrets.stream()
                                                        .filter(each ->
                                                                each.type().equals("password"))
                                                        .map(each ->
                                                                Instant.ofEpochMilli(
                                                                        each.createdDate()))
                                                        .max(Comparator.naturalOrder()))));
    }

    private static TargetState state(
            ObjectNode user, int sessions, List<KeycloakAdmin.Group> groups) {
        return new TargetState(
                user.path("enabled").asBoolean(),
                sessions,
                groups.stream().map(group -> new Plan.Group(group.id(), group.path())).toList(),
                attribute(user, "manager"),
                true,
                Optional.empty(),
                identity(user),
                attribute(user, "owner"));
    }

    private static TargetState.Identity identity(JsonNode user) {
        return new TargetState.Identity(
                user.path("id").asText(), user.path("username").asText(), worker(user));
    }

    /** The attribute by which the connector reads whose an account is. */
    private static String worker(JsonNode user) {
        return attribute(user, WORKER);
    }

    private static String attribute(JsonNode user, String name) {
        return user.path("attributes").path(name).path(0).asText();
    }

    /** By worker id and by name, since a name that somebody else has must be seen too. */
    @Override
    public Uni<TargetState> find(Plan.Step.CreateAccount account) {
        return told(
                keycloak.having(WORKER + ":" + account.worker(), MOST)
                        .chain(having ->
                                keycloak.named(account.username(), true, MOST)
                                        .chain(named -> found(account, having, named))));
    }

    private Uni<TargetState> found(
            Plan.Step.CreateAccount account, List<ObjectNode> having, List<ObjectNode> named) {
        if (having.size() >= MOST || named.size() >= MOST) {
            return Uni.createFrom()
                    .failure(
                            new Impossible(
                                    "Keycloak finds too many accounts of worker "
                                            + account.worker()));
        }
        Map<String, ObjectNode> all = new TreeMap<>();
        having.stream()
                .filter(user -> worker(user).equals(account.worker()))
                .forEach(user -> all.put(user.path("id").asText(), user));
        named.stream()
                .filter(user -> user.path("username").asText().equalsIgnoreCase(account.username()))
                .forEach(user -> all.put(user.path("id").asText(), user));
        if (all.isEmpty()) {
            // who may see no accounts finds none
            return seesOwn("Keycloak finds no account, and does not show the executor's own")
                    .replaceWith(TargetState.GONE);
        }
        return all.size() == 1
                ? read(all.keySet().iterator().next())
                : Uni.createFrom()
                        .item(
                                new TargetState(false, 0, List.of())
                                        .of(
                                                new TargetState.Identity(
                                                        "",
                                                        joined(
                                                                all,
                                                                user ->
                                                                        user.path("username")
                                                                                .asText()),
                                                        joined(all, KeycloakTarget::worker))));
    }

    private static String joined(
            Map<String, ObjectNode> users, Function<? super ObjectNode, String> part) {
        return users.values().stream().map(part).collect(Collectors.joining(","));
    }

    /** Without a credential: how its holder first signs in is the realm's. */
    @Override
    public Uni<String> create(Plan.Step.CreateAccount account) {
        ObjectNode user =
                JSON.createObjectNode()
                        .put("username", account.username())
                        .put("enabled", account.enabled());
        user.withObject("/attributes").putArray(WORKER).add(account.worker());
        if (!account.manager().isEmpty()) {
            user.withObject("/attributes").putArray("manager").add(account.manager());
        }
        return told(keycloak.create(user))
                .map(answer -> {
                    String place = String.valueOf(answer.getHeaderString("Location"));
                    String id = place.substring(place.lastIndexOf('/') + 1);
                    if (!place.contains("/users/") || id.isEmpty()) {
                        throw new Silent("Keycloak does not say which account it made");
                    }
                    return id;
                });
    }

    /**
     * An account is gone only where the same question about the executor's own account, which is
     * there, is answered: anything between here and Keycloak can say 404, and so does a realm that
     * is not there for a while.
     */
    private Uni<ObjectNode> gone() {
        return seesOwn("Keycloak answers 404, and does not show the executor's own account")
                .chain(own ->
                        Uni.createFrom()
                                .failure(new Gone("Keycloak has no such account any more")));
    }

    private Uni<ObjectNode> seesOwn(String otherwise) {
        return actor().chain(keycloak::user)
                .onFailure()
                .transform(failure -> new Silent(otherwise, failure));
    }

    /** Keycloak leaves alone what is not told. */
    @Override
    public Uni<Void> disable(String account) {
        return told(keycloak.update(account, JSON.createObjectNode().put("enabled", false)));
    }

    @Override
    public Uni<Void> enable(String account) {
        return told(keycloak.update(account, JSON.createObjectNode().put("enabled", true)));
    }

    /** The attribute {@code manager}: the HR worker id, as the connector reads it. */
    @Override
    public Uni<Void> setManager(String account, String manager) {
        return set(account, "manager", manager);
    }

    /** The attribute {@code owner}, as the connector reads it. */
    @Override
    public Uni<Void> setOwner(String account, String owner) {
        return set(account, "owner", owner);
    }

    /**
     * Keycloak replaces all attributes together: they are read just before. Whether the account is
     * enabled is not told, since that may be changed meanwhile.
     */
    private Uni<Void> set(String account, String attribute, String value) {
        return told(
                keycloak.user(account)
                        .chain(user -> {
                            user.remove("enabled");
                            ObjectNode attributes = user.withObject("/attributes");
                            attributes.remove(attribute);
                            if (!value.isEmpty()) {
                                attributes.putArray(attribute).add(value);
                            }
                            return keycloak.update(account, user);
                        }));
    }

    @Override
    public Uni<Void> delete(String account) {
        return told(keycloak.delete(account));
    }

    /** Those that a browser holds, and those that a client holds by an offline token. */
    @Override
    public Uni<Void> endSessions(String account) {
        return told(
                keycloak.logout(account)
                        .chain(() -> offline(account))
                        .onItem()
                        .transformToMulti(clients -> Multi.createFrom().iterable(clients))
                        .onItem()
                        .transformToUniAndConcatenate(client -> keycloak.revoke(account, client))
                        .collect()
                        .last()
                        .replaceWithVoid());
    }

    /**
     * Approvers read the path, the id is what is joined: a group that was renamed is not joined.
     */
    @Override
    public Uni<Void> join(String account, Plan.Group group) {
        return told(keycloak.group(group.id()))
                .chain(found ->
                        found.path().equals(group.path())
                                ? told(keycloak.join(account, group.id()))
                                : Uni.createFrom()
                                        .failure(
                                                new Impossible(
                                                        "the group "
                                                                + group.id()
                                                                + " is not "
                                                                + group.path()
                                                                + " any more")));
    }

    @Override
    public Uni<Void> leave(String account, Plan.Group group) {
        return told(keycloak.leave(account, group.id()));
    }

    /** Tells what can never succeed from what may later. */
    static <T> Uni<T> told(Uni<T> call) {
        return call.onFailure()
                .transform(failure -> {
                    if (failure instanceof Gone || failure instanceof Silent) {
                        return failure;
                    }
                    if (failure instanceof WebApplicationException answer) {
                        int status = answer.getResponse().getStatus();
                        return List.of(400, 403, 404, 409).contains(status)
                                ? new Impossible("Keycloak answers " + status + " for this account")
                                : new Silent("Keycloak answers " + status, failure);
                    }
                    return new Silent(
                            "Keycloak does not answer: " + failure.getClass().getSimpleName(),
                            failure);
                });
    }

    static boolean isNotFound(Throwable failure) {
        return failure instanceof WebApplicationException answer
                && answer.getResponse().getStatus() == 404;
    }

    private static String subject(String token) {
        try {
            String payload = token.split("\\.", -1)[1];
            return JSON.readTree(Base64.getUrlDecoder().decode(payload)).path("sub").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
