package dev.remit.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoppingTest {
    private static final List<String> PARTS =
            List.of(
                    "postgres",
                    "kafka",
                    "registry",
                    "keycloak",
                    "witness",
                    "connector",
                    "data-readiness",
                    "approval-routing",
                    "executor",
                    "evidence-ledger");

    @TempDir Path folder;
    private Home home;

    @BeforeEach
    void given() {
        home = new Home(folder.resolve("data"), folder);
    }

    @Test
    void whatCannotBeStoppedLeavesNothingElseRunning() throws Exception {
        Set<String> stopped = new ConcurrentSkipListSet<>();
        Map<String, Engine> engines = new HashMap<>();
        for (String name : PARTS) {
            engines.put(name, new Stubborn(name, stopped));
        }
        Stack stack = new Stack(home, engines);
        assertThatThrownBy(stack::down)
                .isInstanceOf(IOException.class)
                .as("the first one")
                .hasMessageContaining("executor stays");
        assertThat(stopped).containsExactlyInAnyOrderElementsOf(PARTS);
    }

    @Test
    void aChildSaysWhetherItEndedWithinItsGrace() throws Exception {
        Child child = new Child("child", home);
        assertThat(child.stop("TERM", Duration.ofSeconds(5))).as("it does not run").isFalse();
        start(child, "exec sleep 60");
        assertThat(child.stop("TERM", Duration.ofSeconds(5))).isTrue();
        start(child, "trap '' TERM; : > set; while :; do sleep 0.05; done");
        for (int n = 0; n < 600 && !Files.exists(folder.resolve("set")); n++) {
            Thread.sleep(50);
        }
        assertThat(child.stop("TERM", Duration.ofMillis(300))).isFalse();
        assertThat(child.running()).isEmpty();
    }

    private void start(Child child, String script) throws IOException {
        child.start(List.of("sh", "-c", script), Map.of(), folder);
    }

    /** One that runs elsewhere; the registry and the executor do not stop. */
    private record Stubborn(String name, Set<String> asked) implements Engine {
        @Override
        public void start(Path log) {
            throw new AssertionError("nothing is started");
        }

        @Override
        public boolean isRunning() {
            return true;
        }

        @Override
        public void stop(boolean atOnce) throws IOException {
            asked.add(name);
            if (name.equals("registry") || name.equals("executor")) {
                throw new IOException(name + " stays");
            }
        }
    }
}
