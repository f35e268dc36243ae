package dev.remit.executor.adapter.keycloak;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.remit.executor.application.Target;
import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.TargetState;
import io.quarkus.oidc.client.OidcClient;
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
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jspecify.annotations.Nullable;

/** A Keycloak realm as the target. */
@Singleton
public class KeycloakTarget implements Target {
    private static final ObjectMapper JSON = new ObjectMapper();
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
                "disable-account",
                "enable-account",
                "end-sessions",
                "leave-groups",
                "leave-group",
                "join-groups",
                "join-group",
                "leave-group-at-expiry",
                "set-manager",
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
                                keycloak.sessions(account)
                                        .chain(sessions ->
                                                keycloak.groups(account)
                                                        .map(groups ->
                                                                state(
                                                                        user,
                                                                        sessions.size(),
                                                                        groups)))));
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
                user.path("attributes").path("manager").path(0).asText(),
                true,
                Optional.empty());
    }

    /**
     * An account is gone only where the same question about the executor's own account, which is
     * there, is answered: anything between here and Keycloak can say 404, and so does a realm that
     * is not there for a while.
     */
    private Uni<ObjectNode> gone() {
        return actor().chain(keycloak::user)
                .onFailure()
                .transform(failure ->
                        new Silent(
                                "Keycloak answers 404, and does not show the executor's own account",
                                failure))
                .chain(own ->
                        Uni.createFrom()
                                .failure(new Gone("Keycloak has no such account any more")));
    }

    /**
     * Keycloak replaces the whole representation: it is read just before, and only {@code enabled}
     * changes.
     */
    @Override
    public Uni<Void> disable(String account) {
        return told(
                keycloak.user(account)
                        .chain(user -> keycloak.update(account, user.put("enabled", false))));
    }

    @Override
    public Uni<Void> enable(String account) {
        return told(
                keycloak.user(account)
                        .chain(user -> keycloak.update(account, user.put("enabled", true))));
    }

    /** The attribute {@code manager}: the HR worker id, as the connector reads it. */
    @Override
    public Uni<Void> setManager(String account, String manager) {
        return told(
                keycloak.user(account)
                        .chain(user -> {
                            ObjectNode attributes = user.withObject("/attributes");
                            attributes.remove("manager");
                            if (!manager.isEmpty()) {
                                attributes.putArray("manager").add(manager);
                            }
                            return keycloak.update(account, user);
                        }));
    }

    @Override
    public Uni<Void> delete(String account) {
        return told(keycloak.delete(account));
    }

    @Override
    public Uni<Void> endSessions(String account) {
        return told(keycloak.logout(account));
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
