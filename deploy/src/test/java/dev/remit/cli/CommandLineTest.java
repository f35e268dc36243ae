package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.stack.Home;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {
    private static final String FROM = "2026-01-01T00:00:00Z";
    private static final String TO = "2026-02-01T00:00:00Z";

    @TempDir Path data;

    @Test
    void theHelpOfEveryCommandSaysWhatItNeeds() {
        for (Map.Entry<String, CommandLine> each :
                new CommandLine(new Remit()).getSubcommands().entrySet()) {
            if (each.getKey().equals("help")) {
                continue;
            }
            Run run = Run.of(each.getKey(), "--help");
            assertThat(run.exit()).as(each.getKey()).isZero();
            assertThat(run.out()).as(each.getKey()).contains("Needs: ");
            each.getValue().getCommandSpec().args().stream()
                    .filter(argument -> !argument.hidden())
                    .forEach(argument ->
                            assertThat(argument.description())
                                    .as(each.getKey() + " " + argument.paramLabel())
                                    .isNotEmpty());
        }
    }

    @Test
    void withoutACommandItSaysWhereToStart() {
        assertThat(Run.of().out()).contains("Start with: remit demo");
        assertThat(Run.of("help", "verify").out()).contains("Usage: remit verify");
        assertThat(Run.of("pack", "--help").out())
                .contains("--subject", "--account", "COMPLETED, REFUSED,", "outside");
    }

    @Test
    void aCommandOfCommandsSaysWhichThereAre() {
        for (Map.Entry<String, CommandLine> each :
                new CommandLine(new Remit()).getSubcommands().entrySet()) {
            if (!(each.getValue().getCommand() instanceof Group)) {
                continue;
            }
            Run run = Run.of(each.getKey());
            assertThat(run.exit()).as(each.getKey()).isZero();
            assertThat(run.out())
                    .contains("Usage: remit " + each.getKey())
                    .contains(each.getValue().getSubcommands().keySet());
        }
    }

    @Test
    void wrongUsageIsExitCode2AndSaysWhatIsWrong() {
        assertWrong("Unknown option: '--colour'", "status", "--colour");
        assertWrong("Unmatched argument", "stats");
        assertWrong("--subject", "propose", "--reason", "left");
        assertWrong("--file", "propose", "--file", "none", "--subject", "E1002");
        assertWrong("SYSTEM", "owner");
        assertWrong("--as", "approve", "some-change");
        assertWrong("--reason", "review", "some-change", "--as", "security.two");
        assertWrong("FILE", "verify");
        assertWrong("'GONE'", "pack", "--outcome", "GONE", "--from", FROM, "--to", TO, "out.zip");
        assertWrong("'many'", "logs", "-n", "many");
        assertWrong("'colour'", "debt", "--by", "colour");
        assertWrong("of which CHANGE?", "changes", "--facts");
        assertWrong("Unmatched argument", "events", "held");
        assertWrong("'--for'", "delegate", "--for", "P1D", "--as", "sales.manager");
        assertWrong("--reason", "brakes", "release", "some-brake", "--as", "operator");
        assertWrong("there are postgres, kafka", "logs", "nowhere", "--data", data.toString());
        assertWrong("give --kafka, --registry, --keys or --demo-realm", "prepare");
        assertWrong("--demo-realm needs --keycloak", "prepare", "--demo-realm");
        assertWrong(
                "no file",
                "prepare",
                "--kafka",
                "127.0.0.1:1",
                "--kafka-config",
                data.resolve("none").toString());
    }

    @Test
    void aMeshThatDoesNotRunIsExitCode1AndSaysHowToStartIt() {
        List<List<String>> commands =
                List.of(
                        List.of("changes"),
                        List.of("changes", "some-change"),
                        List.of("changes", "some-change", "--facts"),
                        List.of("delegate", "--as", "sales.manager"),
                        List.of("events", "list"),
                        List.of("events", "look", "some-event", "--as", "operator"),
                        List.of("propose", "--subject", "E1002", "--reason", "left"),
                        List.of("approve", "some-change", "--as", "sales.manager"),
                        List.of("review", "some-change", "--as", "security.two", "--reason", "x"),
                        List.of("debt"),
                        List.of("correct"),
                        List.of("correct", "some-correction", "E1001"));
        for (List<String> each : commands) {
            List<String> command = new ArrayList<>(each);
            command.addAll(List.of("--data", data.toString()));
            Run run = Run.of(command.toArray(String[]::new));
            assertThat(run.exit()).as(each.toString()).isEqualTo(1);
            assertThat(run.err())
                    .as(each.toString())
                    .contains("nothing answers at http://127.0.0.1:", "./remit up");
        }
    }

    @Test
    void whatDoesNotRunIsShownAsStopped() {
        Run run = Run.of("status", "--data", data.toString());
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).contains("postgres", "keycloak", "executor", "stopped");
        assertThat(Run.of("logs", "--data", data.toString()).out()).contains("no logs yet in");
        assertThat(Run.of("down", "--data", data.toString()).exit()).isZero();
    }

    @Test
    void theDoctorSaysWhatToDoAboutWhatIsMissing() {
        Run run = Run.of("doctor", "--data", data.toString());
        assertThat(run.out()).contains("ok   JDK 25", "ports");
        for (String line : run.out().lines().toList()) {
            assertThat(line).matches("(ok|FIX)  .*");
        }
        assertThat(run.exit()).isEqualTo(run.out().contains("FIX ") ? 1 : 0);

        String top = System.setProperty("remit.top", data.toString());
        try {
            Run unbuilt = Run.of("doctor");
            assertThat(unbuilt.exit()).isEqualTo(1);
            assertThat(unbuilt.out()).containsPattern("FIX +connector +run: ./remit build");
        } finally {
            System.setProperty("remit.top", top);
        }
    }

    @Test
    void composeWritesSecretsThatOnlyTheirOwnerReadsAndKeepsThem() throws Exception {
        String top = System.setProperty("remit.top", data.toString());
        try {
            Run run = Run.of("compose");
            assertThat(run.exit()).as(run.err()).isZero();
            Path file = data.resolve("deploy/.env");
            Map<String, String> first = Home.read(file);
            assertThat(first.values()).doesNotContain("").allMatch(value -> !value.contains(" "));
            assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
            assertThat(run.out())
                    .contains("docker compose -f deploy/compose.yaml up")
                    .doesNotContain(first.get("REMIT_SECRET_POSTGRES"));

            Run.of("compose");
            assertThat(Home.read(file)).isEqualTo(first);
        } finally {
            System.setProperty("remit.top", top);
        }
    }

    private static void assertWrong(String words, String... arguments) {
        Run run = Run.of(arguments);
        assertThat(run.exit()).as(String.join(" ", arguments)).isEqualTo(2);
        assertThat(run.err()).contains(words);
    }
}
