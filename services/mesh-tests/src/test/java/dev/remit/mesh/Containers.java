package dev.remit.mesh;

import dev.remit.stack.Engine;
import dev.remit.stack.Home;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** The infrastructure as containers, at the ports that the services are told. */
final class Containers {
    private Containers() {}

    /** Part to container; none is started yet. */
    static Map<String, GenericContainer<?>> all(Home home) throws IOException {
        Network network = Network.newNetwork();
        GenericContainer<?> postgres =
                new PostgreSQLContainer(image("postgres"))
                        .withUsername("remit")
                        .withPassword(home.secret("postgres"))
                        .withDatabaseName("postgres")
                        .withCommand("postgres", "-c", "fsync=on", "-c", "max_connections=150");
        GenericContainer<?> kafka = new KafkaContainer(image("kafka"));
        GenericContainer<?> registry =
                new GenericContainer<>(image("registry"))
                        .withEnv("APICURIO_STORAGE_KIND", "sql")
                        .withEnv("APICURIO_STORAGE_SQL_KIND", "postgresql")
                        .withEnv(
                                "APICURIO_DATASOURCE_URL",
                                "jdbc:postgresql://postgres:5432/registry")
                        .withEnv("APICURIO_DATASOURCE_USERNAME", "remit")
                        .withEnv("APICURIO_DATASOURCE_PASSWORD", home.secret("postgres"));
        GenericContainer<?> keycloak =
                new GenericContainer<>(image("keycloak"))
                        .withEnv("KC_DB", "postgres")
                        .withEnv("KC_DB_URL", "jdbc:postgresql://postgres:5432/keycloak")
                        .withEnv("KC_DB_USERNAME", "remit")
                        .withEnv("KC_DB_PASSWORD", home.secret("postgres"))
                        .withEnv("KC_BOOTSTRAP_ADMIN_USERNAME", "bootstrap")
                        .withEnv("KC_BOOTSTRAP_ADMIN_PASSWORD", home.secret("keycloak-bootstrap"))
                        .withEnv("KC_HTTP_ENABLED", "true")
                        .withEnv("KC_HOSTNAME", "http://127.0.0.1:" + home.port("keycloak"))
                        .withCommand("start", "--cache=local");
        return Map.of(
                "postgres", at(home.port("postgres"), 5432, postgres, network, "postgres"),
                "kafka", at(home.port("kafka"), 9092, kafka, network, "kafka"),
                "registry", at(home.port("registry"), 8080, registry, network, "registry"),
                "keycloak", at(home.port("keycloak"), 8080, keycloak, network, "keycloak"));
    }

    static Map<String, Engine> engines(Home home) throws IOException {
        Map<String, Engine> engines = new java.util.TreeMap<>();
        all(home).forEach((part, container) -> engines.put(part, new InContainer(container)));
        return engines;
    }

    private static GenericContainer<?> at(
            int port, int inside, GenericContainer<?> container, Network network, String alias) {
        container.addExposedPort(inside);
        container.setPortBindings(List.of("127.0.0.1:" + port + ":" + inside));
        container.setNetwork(network);
        container.setNetworkAliases(List.of(alias));
        container.withStartupTimeout(Duration.ofMinutes(3));
        return container;
    }

    /** The image of a part, with the version that the build pins for the embedded one. */
    static DockerImageName image(String part) throws IOException {
        Properties images = new Properties();
        try (InputStream in =
                Objects.requireNonNull(
                        Containers.class.getResourceAsStream("/images.properties"))) {
            images.load(in);
        }
        return DockerImageName.parse(images.getProperty(part));
    }

    /**
     * Stopped, not removed: the data must be there when it starts again. Testcontainers removes it
     * when the tests are over.
     */
    private record InContainer(GenericContainer<?> container) implements Engine {
        @Override
        public void start(Path log) throws IOException {
            container.setLogConsumers(
                    List.of(frame -> {
                        try {
                            Files.writeString(
                                    log,
                                    frame.getUtf8String(),
                                    StandardCharsets.UTF_8,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.APPEND);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }));
            if (container.getContainerId() == null) {
                container.start();
            } else {
                container.getDockerClient().startContainerCmd(container.getContainerId()).exec();
            }
        }

        @Override
        public boolean isRunning() {
            return container.isRunning();
        }

        @Override
        public void stop(boolean atOnce) {
            if (!container.isRunning()) {
                return;
            }
            var docker = container.getDockerClient();
            if (atOnce) {
                docker.killContainerCmd(container.getContainerId()).exec();
            } else {
                docker.stopContainerCmd(container.getContainerId()).exec();
            }
        }
    }
}
