package dev.remit.connector.adapter.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.connector.domain.WorkerEvent;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HrCsvTest {
    private static final String HEADER = "event_id,worker_id,event,effective_date,reason\n";

    @Test
    void aGoodRowIsAnEvent() {
        assertThat(lines(HEADER + "1,E1002,LEFT,2026-01-31,\"resigned, gladly\"\n"))
                .extracting(HrCsv.Line::row)
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
    void aBrokenRowNamesItsFieldAndStopsNoOther() {
        Map.of(
                        ",E1002,LEFT,2026-01-31,x", "event_id",
                        "1,,LEFT,2026-01-31,x", "worker_id",
                        "1,E 1,LEFT,2026-01-31,x", "worker_id",
                        "1,E1002,GONE,2026-01-31,x", "event:",
                        "1,E1002,LEFT,31.01.2026,x", "effective_date",
                        "1,E1002,LEFT", "3 fields")
                .forEach((row, fault) -> {
                    List<HrCsv.Line> lines = lines(HEADER + row + "\n2,E1003,LEFT,2026-01-31,x\n");
                    assertThat(lines).hasSize(2);
                    assertThat(lines.getFirst().row())
                            .isInstanceOfSatisfying(
                                    WorkerEvent.Row.Broken.class,
                                    broken -> assertThat(broken.fault()).contains(fault));
                    assertThat(lines.getFirst().number()).isEqualTo(2);
                    assertThat(lines.get(1).row()).isInstanceOf(WorkerEvent.Row.Good.class);
                });
    }

    @Test
    void aFileWithAnotherHeaderOrNoTextIsUnreadableAsAWhole() {
        assertThat(HrCsv.read("id,name\n1,x\n".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        HrCsv.Sheet.Unreadable.class,
                        sheet -> assertThat(sheet.fault()).contains("header"));
        assertThat(HrCsv.read(new byte[] {(byte) 0xff, (byte) 0xfe, 0}))
                .isInstanceOfSatisfying(
                        HrCsv.Sheet.Unreadable.class,
                        sheet -> assertThat(sheet.fault()).contains("UTF-8"));
    }

    private static List<HrCsv.Line> lines(String text) {
        return ((HrCsv.Sheet.Lines) HrCsv.read(text.getBytes(StandardCharsets.UTF_8))).lines();
    }
}
