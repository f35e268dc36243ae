package dev.remit.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.stack.Home;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InfraTest {
    @Test
    void autoTakesContainersWhereDockerAnswers() {
        assertThat(Infra.of("auto", () -> true)).isEqualTo(Infra.CONTAINERS);
        assertThat(Infra.of("auto", () -> false)).isEqualTo(Infra.EMBEDDED);
        assertThat(Infra.of("embedded", () -> true)).isEqualTo(Infra.EMBEDDED);
    }

    @Test
    void containersWithoutDockerAreNotQuietlySomethingElse() {
        assertThatThrownBy(() -> Infra.of("containers", () -> false))
                .hasMessageContaining("Docker does not answer");
        assertThatThrownBy(() -> Infra.of("cloud", () -> true))
                .hasMessageContaining("'cloud' is not auto, embedded or containers");
    }

    @Test
    void containersListenWhereTheServicesLookForThem(@TempDir Path data) throws Exception {
        Home home = new Home(data, data);
        var containers = Containers.all(home);
        assertThat(containers).containsOnlyKeys("postgres", "kafka", "registry", "keycloak");
        containers.forEach((part, container) -> {
            try {
                assertThat(container.getPortBindings())
                        .singleElement()
                        .asString()
                        .startsWith("127.0.0.1:" + home.port(part) + ":");
                assertThat(Containers.image(part).getVersionPart()).matches("[0-9][0-9.]*");
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
        });
    }
}
