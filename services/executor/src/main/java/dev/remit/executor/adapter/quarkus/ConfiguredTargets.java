package dev.remit.executor.adapter.quarkus;

import dev.remit.executor.adapter.keycloak.KeycloakTarget;
import dev.remit.executor.adapter.scim.ScimSystems;
import dev.remit.executor.adapter.scim.ScimTarget;
import dev.remit.executor.application.Target;
import dev.remit.executor.application.Targets;
import io.vertx.mutiny.core.Vertx;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The targets that the configuration names: one Keycloak realm and any number of SCIM systems. */
@Singleton
class ConfiguredTargets implements Targets {
    private final Map<String, Target> targets = new TreeMap<>();

    ConfiguredTargets(
            KeycloakTarget keycloak,
            ScimSystems scim,
            Vertx vertx,
            @ConfigProperty(name = "remit.executor.concurrency") int concurrency) {
        targets.put(keycloak.system(), keycloak);
        scim.systems()
                .forEach((name, system) -> {
                    Target target =
                            new ScimTarget(name, system.url(), system.token(), concurrency, vertx);
                    targets.put(target.system(), target);
                });
    }

    @Override
    public Optional<Target> find(String system) {
        return Optional.ofNullable(targets.get(system));
    }

    @Override
    public Collection<Target> all() {
        return List.copyOf(targets.values());
    }
}
