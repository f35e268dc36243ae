package dev.remit.connector.adapter.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.connector.application.HrFile.Line;
import dev.remit.connector.application.HrFile.Sheet;
import dev.remit.connector.domain.WorkerEvent;
import dev.remit.handoff.merkle.Hash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HrCsvTest {
    private static final String HEADER = "event_id,worker_id,event,effective_date,reason\n";

    @TempDir Path folder;

    @Test
    void aGoodRowIsAnEvent() throws IOException {
        assertThat(lines("\uFEFF" + HEADER + "1,E1002,LEFT,2026-01-31,\"resigned, gladly\"\n"))
                .extracting(Line::row)
                .containsExactly(
                        new WorkerEvent.Row.Good(
                                new WorkerEvent(
                                        "1",
                                        "E1002",
                                        WorkerEvent.Type.LEFT,
                                        LocalDate.parse("2026-01-31"),
                                        "resigned, gladly")));
    }

    @Test
    void aBrokenRowNamesItsFieldAndStopsNoOther() throws IOException {
        for (Map.Entry<String, String> each :
                Map.of(
                                ",E1002,LEFT,2026-01-31,x",
                                "event_id",
                                "a\u0000b,E1002,LEFT,2026-01-31,x",
                                "event_id",
                                "1,,LEFT,2026-01-31,x",
                                "worker_id",
                                "1,E 1,LEFT,2026-01-31,x",
                                "worker_id",
                                "1,E1002,GONE,2026-01-31,x",
                                "event:",
                                "1,E1002,LEFT,31.01.2026,x",
                                "effective_date",
                                "1,E1002,LEFT,+99999999-01-31,x",
                                "effective_date",
                                "1,E1002,LEFT,2026-01-31,a\u0000b",
                                "reason",
                                "1,E1002,LEFT,2026-01-31," + "x".repeat(1001),
                                "reason",
                                "1,E1002,LEFT",
                                "3 fields")
                        .entrySet()) {
            List<Line> lines = lines(HEADER + each.getKey() + "\n2,E1003,LEFT,2026-01-31,x\n");
            assertThat(lines).hasSize(2);
            assertThat(lines.getFirst().row())
                    .isInstanceOfSatisfying(
                            WorkerEvent.Row.Broken.class,
                            broken -> assertThat(broken.fault()).contains(each.getValue()));
            assertThat(lines.getFirst().number()).isEqualTo(2);
            assertThat(lines.get(1).row()).isInstanceOf(WorkerEvent.Row.Good.class);
        }
    }

    @Test
    void aFileWithAnotherHeaderOrNoTextIsUnreadableAsAWhole() throws IOException {
        assertThat(unreadable("id,name\n1,x\n".getBytes(StandardCharsets.UTF_8)).fault())
                .contains("header");
        assertThat(unreadable(new byte[0]).fault()).contains("header");
        assertThat(unreadable(new byte[] {(byte) 0xff, (byte) 0xfe, 0}).fault()).contains("UTF-8");
        assertThat(unreadable((HEADER + "1,\"E1\n").getBytes(StandardCharsets.UTF_8)).fault())
                .contains("not CSV");
    }

    @Test
    void aFaultAtTheVeryEndIsFoundBeforeAnyRowIsTaken() throws IOException {
        byte[] good =
                (HEADER + "1,E1,LEFT,2026-01-31,x\n".repeat(5000)).getBytes(StandardCharsets.UTF_8);
        byte[] content = java.util.Arrays.copyOf(good, good.length + 1);
        content[good.length] = (byte) 0xff;
        Sheet.Unreadable sheet = unreadable(content);
        assertThat(sheet.fault()).contains("UTF-8").contains("first 65536 of");
        assertThat(sheet.beginning()).hasSize(65_536);
        assertThat(sheet.contentHash()).isEqualTo(Hash.sha256(content).hex());
    }

    @Test
    void aRowThatNeverEndsDoesNotFillTheMemory() throws IOException {
        byte[] content = (HEADER + "1,\"" + "x".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
        assertThat(unreadable(content).fault()).contains("longer than 16384");
        assertThat(lines(HEADER + "1,E1,LEFT,2026-01-31," + "x".repeat(16_000) + "\n")).hasSize(1);
    }

    @Test
    void rowsComeInSlicesUntilTheEnd() throws IOException {
        String text = HEADER + "1,E1,LEFT,2026-01-31,x\n".repeat(1000);
        try (HrCsv file = file(text.getBytes(StandardCharsets.UTF_8))) {
            assertThat(file.look().await().indefinitely())
                    .isEqualTo(
                            new Sheet.Table(
                                    Hash.sha256(text.getBytes(StandardCharsets.UTF_8)).hex(),
                                    1000));
            assertThat(file.next(500).await().indefinitely()).hasSize(500);
            assertThat(file.next(500).await().indefinitely().getLast().number()).isEqualTo(1001);
            assertThat(file.next(500).await().indefinitely()).isEmpty();
        }
    }

    @Test
    void aFileThatChangedBetweenTheLooksIsNotReadToItsEnd() throws IOException {
        try (HrCsv file =
                file((HEADER + "1,E1,LEFT,2026-01-31,x\n").getBytes(StandardCharsets.UTF_8))) {
            file.look().await().indefinitely();
            Files.writeString(folder.resolve("feed.csv"), HEADER + "1,E2,LEFT,2026-01-31,x\n");
            assertThatThrownBy(() -> file.next(500).await().indefinitely())
                    .hasMessageContaining("feed.csv changed");
        }
    }

    private HrCsv file(byte[] content) throws IOException {
        return new HrCsv(Files.write(folder.resolve("feed.csv"), content));
    }

    private Sheet.Unreadable unreadable(byte[] content) throws IOException {
        try (HrCsv file = file(content)) {
            return (Sheet.Unreadable) file.look().await().indefinitely();
        }
    }

    private List<Line> lines(String text) throws IOException {
        try (HrCsv file = file(text.getBytes(StandardCharsets.UTF_8))) {
            assertThat(file.look().await().indefinitely()).isInstanceOf(Sheet.Table.class);
            return new ArrayList<>(file.next(500).await().indefinitely());
        }
    }
}
