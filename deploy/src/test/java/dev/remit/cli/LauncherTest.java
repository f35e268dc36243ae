package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./remit}, on a machine where nothing is installed. */
class LauncherTest {
    @TempDir Path scratch;
    private Path script;

    /** The usual folders of JDKs are moved into the scratch folder, so that none is found. */
    @BeforeEach
    void given() throws IOException {
        String text = Files.readString(Path.of(System.getProperty("remit.top"), "remit"));
        assertThat(text).contains(" /usr/lib/jvm/* ", " /opt/java/* ");
        script =
                Files.writeString(
                        scratch.resolve("remit"),
                        text.replace(" /usr/lib/jvm/", " " + scratch + "/jvm/")
                                .replace(" /opt/java/", " " + scratch + "/opt/"));
    }

    @Test
    void withoutAJdk25ItSaysWhichToInstall() throws Exception {
        jdk("old", "21.0.4");
        for (String command : List.of("up", "test", "build", "--help")) {
            Launched run = launch(Map.of("JAVA_HOME", scratch + "/jvm/old"), command);
            assertThat(run.exit()).as(command).isEqualTo(1);
            assertThat(run.words()).contains("no JDK 25 found", "set JAVA_HOME");
        }
    }

    @Test
    void aJdk25IsFoundWhereverItUsuallyIs() throws Exception {
        jdk("old", "21.0.4");
        jdk("temurin-25", "25.0.3");
        Launched run = launch(Map.of(), "build");
        assertThat(run.words()).doesNotContain("no JDK 25");
    }

    @Test
    void withoutMavenItSaysWhatToInstall() throws Exception {
        jdk("temurin-25", "25.0.3");
        for (String command : List.of("up", "test", "build")) {
            Launched run = launch(Map.of(), command);
            assertThat(run.exit()).as(command).isEqualTo(1);
            assertThat(run.words()).contains("no mvn on the PATH", "3.8.7");
        }
    }

    private void jdk(String name, String version) throws IOException {
        Path bin = Files.createDirectories(scratch.resolve("jvm").resolve(name).resolve("bin"));
        Files.writeString(bin.resolve("javac"), "");
        assertThat(bin.resolve("javac").toFile().setExecutable(true)).isTrue();
        Files.writeString(
                bin.resolveSibling("release"), "JAVA_VERSION=\"" + version + "\"\nOS=Linux\n");
    }

    /** With an empty PATH: the script's own words need no other program. */
    private Launched launch(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/bash", script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("HOME", scratch.toString());
        builder.environment().put("PATH", "");
        Process process = builder.start();
        String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Launched(process.exitValue(), words);
    }

    private record Launched(int exit, String words) {}
}
