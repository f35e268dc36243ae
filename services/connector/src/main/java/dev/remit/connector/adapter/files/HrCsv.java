package dev.remit.connector.adapter.files;

import dev.remit.connector.domain.WorkerEvent;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads the HR feed's CSV (RFC 4180, UTF-8): each row on its own, so that a broken one stops no
 * other.
 */
public final class HrCsv {
    private static final List<String> COLUMNS =
            List.of("event_id", "worker_id", "event", "effective_date", "reason");

    private HrCsv() {}

    /** A line of the file: its number from 1, its text as it came, and what it says. */
    public record Line(long number, String text, WorkerEvent.Row row) {}

    /** A file that reads as a table, or why it does not. */
    public sealed interface Sheet {
        /** It reads. */
        record Lines(List<Line> lines) implements Sheet {}

        /** It has not the header, or is no UTF-8 text. */
        record Unreadable(String fault) implements Sheet {}
    }

    /** Reads a whole file. */
    public static Sheet read(byte[] content) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException e) {
            return new Sheet.Unreadable("the file is not UTF-8 text");
        }
        CSVFormat format =
                CSVFormat.RFC4180
                        .builder()
                        .setHeader()
                        .setSkipHeaderRecord(true)
                        .setTrim(true)
                        .setIgnoreEmptyLines(true)
                        .get();
        try (CSVParser parser =
                CSVParser.parse(
                        new StringReader(text.startsWith("\uFEFF") ? text.substring(1) : text),
                        format)) {
            if (!parser.getHeaderNames().equals(COLUMNS)) {
                return new Sheet.Unreadable(
                        "the header is " + parser.getHeaderNames() + ", expected " + COLUMNS);
            }
            List<Line> lines = new ArrayList<>();
            for (CSVRecord record : parser) {
                lines.add(
                        new Line(
                                record.getRecordNumber() + 1,
                                String.join(",", record.toList()),
                                row(record)));
            }
            return new Sheet.Lines(lines);
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            return new Sheet.Unreadable("the file is not CSV: " + e.getMessage());
        }
    }

    private static WorkerEvent.Row row(CSVRecord record) {
        if (!record.isConsistent()) {
            return new WorkerEvent.Row.Broken(
                    "has " + record.size() + " fields, expected " + COLUMNS.size());
        }
        Map<String, String> row = record.toMap();
        return WorkerEvent.read(row);
    }
}
