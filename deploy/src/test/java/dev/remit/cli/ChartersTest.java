package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartersTest {
    private static final Path SHIPPED =
            Path.of(
                    System.getProperty("remit.top"),
                    "deploy/src/main/resources/charters/leaver-offboarding.yaml");

    @TempDir Path folder;

    private Path written(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void aSoundCharterIsExitCode0() {
        Run run = Run.of("charter", "lint", SHIPPED.toString());
        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("1 charter: 0 errors, 0 warnings");
    }

    @Test
    void aFaultIsExitCode1WithFileLineColumnAndWhatToDo() throws IOException {
        Path file =
                written(
                        "x.yaml",
                        Files.readString(SHIPPED)
                                .replace("quorum: 1", "quorum: 2")
                                .replace("- readiness.fit", "- readiness.fine"));
        Run run = Run.of("charter", "lint", folder.toString());
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out())
                .contains(
                        file + ":39:17: error QUORUM_UNREACHABLE /spec/approval/stages/0/quorum:",
                        "lower it, or ask more people",
                        "PROOF_NEVER_PRODUCED",
                        "1 charter: 2 errors, 0 warnings");
    }

    @Test
    void aDifferenceThatMakesItEasierIsExitCode1() throws IOException {
        String text = Files.readString(SHIPPED);
        Path harder = written("harder.yaml", text.replace("PT1H", "PT30M"));
        assertThat(Run.of("charter", "diff", SHIPPED.toString(), SHIPPED.toString()).out())
                .contains("no difference");
        Run run = Run.of("charter", "diff", SHIPPED.toString(), harder.toString());
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains(
                        "HARDER  /spec/execution/authorizationExpiresAfter: PT1H before, PT30M now");
        assertThat(Run.of("charter", "diff", harder.toString(), SHIPPED.toString()).exit())
                .isEqualTo(1);
    }

    @Test
    void whatIsNoFileOrNoCharterIsSaid() throws IOException {
        assertThat(Run.of("charter", "lint", folder.resolve("none.yaml").toString()).err())
                .contains("there is no file");
        assertThat(Run.of("charter", "lint", folder.toString()).err()).contains("no charter");
        Path broken = written("broken.yaml", "kind: [");
        assertThat(Run.of("charter", "diff", broken.toString(), SHIPPED.toString()).err())
                .contains("broken.yaml:", "NOT_READABLE");
    }
}
