package dev.remit.executor.adapter.keycloak;

import dev.remit.executor.application.Workers;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.rest.client.inject.RestClient;

/** People of the Keycloak realm that is the target, if they sign in there. */
@Singleton
class KeycloakWorkers implements Workers {
    private final KeycloakAdmin keycloak;
    private final boolean here;

    KeycloakWorkers(
            @RestClient KeycloakAdmin keycloak,
            @ConfigProperty(name = "remit.keycloak.realm") String realm,
            @ConfigProperty(name = "remit.people.system") String people) {
        this.keycloak = keycloak;
        this.here = people.equals("keycloak:" + realm);
    }

    @Override
    public Uni<Optional<String>> of(String person) {
        return !here
                ? Uni.createFrom().item(Optional.empty())
                : KeycloakTarget.told(
                        keycloak.user(person)
                                .map(user ->
                                        Optional.of(
                                                        user.at("/attributes/employeeNumber/0")
                                                                .asText(""))
                                                .filter(each -> !each.isBlank()))
                                .onFailure(KeycloakTarget::isNotFound)
                                .recoverWithItem(Optional.empty()));
    }
}
