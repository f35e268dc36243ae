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
    private final String realm;
    private final String people;

    KeycloakWorkers(
            @RestClient KeycloakAdmin keycloak,
            @ConfigProperty(name = "remit.keycloak.realm") String realm,
            @ConfigProperty(name = "remit.people.system") String people) {
        this.keycloak = keycloak;
        this.realm = "keycloak:" + realm;
        this.people = people;
    }

    @Override
    public Uni<Known> of(String person) {
        return !people.equals(realm)
                ? Uni.createFrom()
                        .item(
                                new Known.Stranger(
                                        "people sign in at %s, and the executor reads accounts of %s only"
                                                .formatted(people, realm)))
                : KeycloakTarget.told(
                        keycloak.user(person)
                                .<Known>map(user ->
                                        new Known.Person(
                                                Optional.of(
                                                                user.at(
                                                                                "/attributes/employeeNumber/0")
                                                                        .asText(""))
                                                        .filter(each -> !each.isBlank())))
                                .onFailure(KeycloakTarget::isNotFound)
                                .recoverWithItem(
                                        new Known.Stranger(
                                                "no account with this id is at " + realm)));
    }
}
