package dev.remit.executor.adapter.keycloak;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.executor.application.Target;
import dev.remit.executor.domain.Plan;
import dev.remit.executor.domain.TargetState;
import io.quarkus.oidc.client.OidcClient;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jspecify.annotations.Nullable;

/** A Keycloak realm as the target. */
@Singleton
class KeycloakTarget implements Target {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeycloakAdmin keycloak;
    private final OidcClient tokens;
    private final String system;
    private volatile @Nullable String trouble;

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

    /** The sub of the executor's own access token. */
    @Override
    public Uni<String> actor() {
        return watched(tokens.getTokens().map(each -> subject(each.getAccessToken())));
    }

    @Override
    public Uni<TargetState> read(String account) {
        return watched(
                keycloak.user(account)
                        .chain(user ->
                                keycloak.sessions(account)
                                        .chain(sessions ->
                                                keycloak.groups(account)
                                                        .map(groups ->
                                                                new TargetState(
                                                                        user.path("enabled")
                                                                                .asBoolean(),
                                                                        sessions.size(),
                                                                        groups.stream()
                                                                                .map(group ->
                                                                                        new Plan
                                                                                                .Group(
                                                                                                group
                                                                                                        .id(),
                                                                                                group
                                                                                                        .path()))
                                                                                .toList())))));
    }

    /**
     * Keycloak replaces the whole representation: it is read just before, and only {@code enabled}
     * changes.
     */
    @Override
    public Uni<Void> disable(String account) {
        return watched(
                keycloak.user(account)
                        .chain(user -> keycloak.update(account, user.put("enabled", false))));
    }

    @Override
    public Uni<Void> endSessions(String account) {
        return watched(keycloak.logout(account));
    }

    @Override
    public Uni<Void> leave(String account, Plan.Group group) {
        return watched(keycloak.leave(account, group.id()));
    }

    /**
     * Notes for health whether Keycloak answers, and tells what can never succeed from what may
     * later.
     */
    private <T> Uni<T> watched(Uni<T> call) {
        return call.invoke(() -> trouble = null)
                .onFailure()
                .transform(failure -> {
                    if (failure instanceof WebApplicationException answer) {
                        int status = answer.getResponse().getStatus();
                        if (List.of(400, 403, 404, 409).contains(status)) {
                            return new Impossible(
                                    "Keycloak answers " + status + " for this account");
                        }
                    }
                    trouble = "Keycloak does not answer: " + failure;
                    return failure;
                });
    }

    private static String subject(String token) {
        try {
            String payload = token.split("\\.", -1)[1];
            return JSON.readTree(Base64.getUrlDecoder().decode(payload)).path("sub").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Readiness
    @Singleton
    static class Health implements HealthCheck {
        private final KeycloakTarget target;

        Health(KeycloakTarget target) {
            this.target = target;
        }

        @Override
        public HealthCheckResponse call() {
            String trouble = target.trouble;
            return trouble == null
                    ? HealthCheckResponse.up("keycloak-target")
                    : HealthCheckResponse.named("keycloak-target")
                            .down()
                            .withData("reason", trouble)
                            .build();
        }
    }
}
