package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        assertThat(run.out())
                .as("of both stages it says that they escalate to nobody")
                .contains("1 charter: 0 errors, 2 warnings");
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
                        file + ":43:17: error QUORUM_UNREACHABLE /spec/approval/stages/0/quorum:",
                        "lower it, or ask more people",
                        "PROOF_NEVER_PRODUCED",
                        "1 charter: 2 errors, 2 warnings");
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
    void recordedChangesAreTakenThroughBothCharters() throws IOException {
        Path after =
                written(
                        "after.yaml",
                        Files.readString(SHIPPED)
                                .replace(
                                        "        resolver: manager",
                                        "        when: change.reason != 'moved away'\n        resolver: manager"));
        String line =
                """
                {"changeId":"c-%s","charter":"leaver-offboarding","action":"offboard","target":"keycloak:acme","subject":"E1","reason":"%s","mode":"OWN","verdict":"READY","facts":{"source.fresh":"PRESENT"}}
                """;
        Path changes =
                written(
                        "changes.jsonl",
                        line.formatted("1", "left") + line.formatted("2", "moved away") + "\n");
        Run run =
                Run.of(
                        "charter",
                        "simulate",
                        SHIPPED.toString(),
                        after.toString(),
                        "--changes",
                        changes.toString());
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out())
                .contains(
                        "c-2",
                        "stage manager: 1 of MANAGER -> passed over",
                        "2 recorded changes of leaver-offboarding, 1 would go otherwise")
                .doesNotContain("c-1");
        Path broken = written("broken.jsonl", "{\"changeId\":\"c-1\"}");
        assertThat(
                        Run.of(
                                        "charter",
                                        "simulate",
                                        SHIPPED.toString(),
                                        after.toString(),
                                        "--changes",
                                        broken.toString())
                                .err())
                .contains("line 1: charter is missing");
    }

    @Test
    void onlyTheChangesOfTheLastDaysCountThatSayWhenTheyWereProposed() throws IOException {
        String line =
                """
                {"changeId":"c-%s","charter":"leaver-offboarding","action":"offboard","target":"keycloak:acme","subject":"E1","reason":"left","mode":"OWN"%s}
                """;
        Path changes =
                written(
                        "changes.jsonl",
                        line.formatted("1", ",\"since\":\"" + Instant.now() + "\"")
                                + line.formatted("2", ",\"since\":\"2020-01-31T00:00:00Z\"")
                                + line.formatted("3", ""));
        assertThat(simulated(changes, "--days", "30").out())
                .contains("1 recorded change of leaver-offboarding");
        assertThat(simulated(changes).out()).contains("3 recorded changes of leaver-offboarding");
        assertThat(simulated(changes, "--days", "0").err()).contains("--days");
    }

    private static Run simulated(Path changes, String... more) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "charter",
                                "simulate",
                                SHIPPED.toString(),
                                SHIPPED.toString(),
                                "--changes",
                                changes.toString()));
        all.addAll(List.of(more));
        return Run.of(all.toArray(String[]::new));
    }

    @Test
    void theChangesOfTheMeshAreReadPageByPageUntilTheyAreTooOldOrTooMany() throws Exception {
        Instant now = Instant.parse("2026-01-31T10:00:00Z");
        List<String> pages = new ArrayList<>();
        RecordedChanges.Records records =
                new RecordedChanges.Records() {
                    @Override
                    public JsonNode changes(String after) throws IOException {
                        pages.add(after);
                        int page = after.isEmpty() ? 0 : Integer.parseInt(after);
                        String item =
                                """
                                {"changeId":"c-%s","charter":"%s","action":"offboard","target":"keycloak:acme","reason":"left","mode":"OWN","subject":{"system":"hr","id":"E1"},"since":"%s"}\
                                """;
                        return Json.read(
                                "{\"items\":["
                                        + item.formatted(
                                                page + "a",
                                                "leavers",
                                                now.minus(Duration.ofDays(page)))
                                        + ","
                                        + item.formatted(
                                                page + "b",
                                                "others",
                                                now.minus(Duration.ofDays(page)))
                                        + "],\"next\":"
                                        + (page == 4 ? "null" : "\"" + (page + 1) + "\"")
                                        + "}");
                    }

                    @Override
                    public Optional<JsonNode> judged(String change) throws IOException {
                        return change.equals("c-1a")
                                ? Optional.empty()
                                : Optional.of(
                                        Json.read(
                                                "{\"state\":\"READY\",\"facts\":[{\"name\":\"source.fresh\",\"state\":\"PRESENT\"}]}"));
                    }
                };
        List<String> lines =
                RecordedChanges.of(records, "leavers", now.minus(Duration.ofDays(2)), 10);
        assertThat(lines).hasSize(3);
        RecordedChanges.Line first = RecordedChanges.read(1, lines.getFirst());
        assertThat(first.change()).isEqualTo("c-0a");
        assertThat(first.proposedAt()).contains(now);
        assertThat(first.facts().readiness()).isPresent();
        assertThat(RecordedChanges.read(2, lines.get(1)).facts().readiness()).isEmpty();
        assertThat(pages).containsExactly("", "1", "2", "3");
        assertThat(RecordedChanges.of(records, "leavers", Instant.MIN, 2)).hasSize(2);
        assertThat(RecordedChanges.of(records, "leavers", Instant.MIN, 10)).hasSize(5);
    }

    @Test
    void aCharterWithAnErrorIsNotApplied() throws IOException {
        Path faulty =
                written("faulty.yaml", Files.readString(SHIPPED).replace("quorum: 1", "quorum: 2"));
        Run run =
                Run.of(
                        "charter",
                        "apply",
                        faulty.toString(),
                        "--reason",
                        "a test",
                        "--data",
                        folder.toString());
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).contains("QUORUM_UNREACHABLE");
        assertThat(folder.resolve("charters")).doesNotExist();
        assertThat(
                        Run.of(
                                        "charter",
                                        "apply",
                                        SHIPPED.toString(),
                                        "--reason",
                                        "a test",
                                        "--data",
                                        folder.toString())
                                .err())
                .contains("./remit up");
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
