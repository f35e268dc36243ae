package dev.remit.mesh;

import dev.remit.stack.Engine;
import dev.remit.stack.Home;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.testcontainers.DockerClientFactory;

/**
 * Where the mesh of a test finds Kafka, PostgreSQL, the registry and Keycloak: {@code
 * -Dremit.infra=auto|embedded|containers}.
 */
enum Infra {
    /** Child processes of real programs; needs nothing installed. */
    EMBEDDED,
    /** Testcontainers; needs Docker. */
    CONTAINERS;

    static Infra chosen() {
        return of(
                System.getProperty("remit.infra", "auto"),
                () -> DockerClientFactory.instance().isDockerAvailable());
    }

    /**
     * @throws IllegalArgumentException on another word
     * @throws IllegalStateException if containers are asked for and Docker does not answer
     */
    static Infra of(String word, BooleanSupplier docker) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "embedded" -> EMBEDDED;
            case "auto" -> docker.getAsBoolean() ? CONTAINERS : EMBEDDED;
            case "containers" -> {
                if (!docker.getAsBoolean()) {
                    throw new IllegalStateException(
                            "remit.infra=containers, but Docker does not answer; use embedded");
                }
                yield CONTAINERS;
            }
            default ->
                    throw new IllegalArgumentException(
                            "remit.infra: '" + word + "' is not auto, embedded or containers");
        };
    }

    Map<String, Engine> engines(Home home) throws IOException {
        System.out.println("infrastructure: " + name().toLowerCase(Locale.ROOT));
        return switch (this) {
            case EMBEDDED -> Map.of();
            case CONTAINERS -> Containers.engines(home);
        };
    }
}
