package dev.remit.connector.adapter.files;

import dev.remit.connector.application.HrFile;
import dev.remit.connector.domain.WorkerEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * The HR feed's CSV (RFC 4180, UTF-8): each row on its own, so that a broken one stops no other.
 * One row at a time is in memory, and no row is longer than 16,384 characters.
 */
final class HrCsv implements HrFile, Closeable {
    private static final List<String> COLUMNS =
            List.of("event_id", "worker_id", "event", "effective_date", "reason");

    private static final int ROW = 16_384;

    /** The parser reads ahead by this many characters. */
    private static final int AHEAD = 8_192;

    /** How much of an unreadable file is set aside: it must fit a message. */
    private static final int BEGINNING = 65_536;

    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180
                    .builder()
                    .setHeader()
                    .setSkipHeaderRecord(true)
                    .setTrim(true)
                    .setIgnoreEmptyLines(true)
                    .get();

    private final Path file;
    private Optional<String> looked = Optional.empty();
    private @Nullable Rows rows;

    HrCsv(Path file) {
        this.file = file;
    }

    @Override
    public String name() {
        return String.valueOf(file.getFileName());
    }

    @Override
    public Uni<Sheet> look() {
        return Uni.createFrom()
                .item(this::scan)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    @Override
    public Uni<List<Line>> next(int atMost) {
        return Uni.createFrom()
                .item(() -> take(atMost))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    @Override
    public void close() throws IOException {
        if (rows != null) {
            rows.close();
        }
    }

    private Sheet scan() {
        try (InputStream open = Files.newInputStream(file);
                DigestInputStream bytes = digesting(open)) {
            Optional<String> fault = Optional.empty();
            long count = 0;
            try {
                Rows all = new Rows(bytes);
                while (all.hasNext()) {
                    all.next();
                    count++;
                }
            } catch (Fault e) {
                fault = Optional.of(String.valueOf(e.getMessage()));
            }
            bytes.transferTo(OutputStream.nullOutputStream());
            String hash = hash(bytes);
            looked = Optional.of(hash);
            return fault.isEmpty()
                    ? new Sheet.Table(hash, count)
                    : unreadable(hash, fault.get(), Files.size(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Sheet unreadable(String hash, String fault, long size) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new Sheet.Unreadable(
                    hash,
                    size > BEGINNING
                            ? fault + "; kept are the first " + BEGINNING + " of " + size + " bytes"
                            : fault,
                    in.readNBytes(BEGINNING));
        }
    }

    private List<Line> take(int atMost) {
        try {
            if (rows == null) {
                rows = new Rows(digesting(new BufferedInputStream(Files.newInputStream(file))));
            }
            List<Line> lines = new ArrayList<>();
            while (lines.size() < atMost && rows.hasNext()) {
                lines.add(rows.next());
            }
            if (lines.size() < atMost && !Optional.of(hash(rows.bytes)).equals(looked)) {
                throw changed(null);
            }
            return lines;
        } catch (Fault e) {
            throw changed(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private IllegalStateException changed(@Nullable Throwable cause) {
        return new IllegalStateException(name() + " changed while it was read", cause);
    }

    private static DigestInputStream digesting(InputStream in) {
        try {
            return new DigestInputStream(in, MessageDigest.getInstance("SHA-256"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String hash(DigestInputStream bytes) {
        return HexFormat.of().formatHex(bytes.getMessageDigest().digest());
    }

    /** The file is not a table of the feed. */
    private static final class Fault extends Exception {
        private static final long serialVersionUID = 1L;

        Fault(String message) {
            super(message);
        }
    }

    /** The rows of one pass through the file. */
    private static final class Rows implements Closeable {
        private final DigestInputStream bytes;
        private final Bounded text;
        private final Iterator<CSVRecord> records;

        Rows(DigestInputStream bytes) throws Fault {
            this.bytes = bytes;
            try {
                text =
                        new Bounded(
                                new BufferedReader(
                                        new InputStreamReader(
                                                bytes, StandardCharsets.UTF_8.newDecoder())));
                text.skipMark();
                CSVParser parser = CSVParser.parse(text, FORMAT);
                if (!parser.getHeaderNames().equals(COLUMNS)) {
                    throw new Fault(
                            "the header is " + parser.getHeaderNames() + ", expected " + COLUMNS);
                }
                records = parser.iterator();
            } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
                throw fault(e);
            }
        }

        boolean hasNext() throws Fault {
            text.allow();
            try {
                return records.hasNext();
            } catch (UncheckedIOException | IllegalStateException e) {
                throw fault(e);
            }
        }

        Line next() {
            CSVRecord row = records.next();
            return new Line(row.getRecordNumber() + 1, String.join(",", row.toList()), read(row));
        }

        @Override
        public void close() throws IOException {
            text.close();
        }

        private static WorkerEvent.Row read(CSVRecord row) {
            return row.isConsistent()
                    ? WorkerEvent.read(row.toMap())
                    : new WorkerEvent.Row.Broken(
                            "has " + row.size() + " fields, expected " + COLUMNS.size());
        }

        private static Fault fault(Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof CharacterCodingException) {
                    return new Fault("the file is not UTF-8 text");
                }
            }
            return new Fault("the file is not CSV: " + e.getMessage());
        }
    }

    /** Gives out so many characters a row at most. */
    private static final class Bounded extends FilterReader {
        private long left = ROW + AHEAD;

        Bounded(Reader in) {
            super(in);
        }

        /** Another row may come. */
        void allow() {
            left = ROW + AHEAD;
        }

        /** Passes over a byte order mark. */
        void skipMark() throws IOException {
            in.mark(1);
            if (in.read() != '\uFEFF') {
                in.reset();
            }
        }

        @Override
        public int read() throws IOException {
            return spent(super.read(), 1);
        }

        @Override
        public int read(char[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            return spent(count, count);
        }

        private int spent(int result, int characters) throws IOException {
            if (result >= 0) {
                left -= characters;
            }
            if (left < 0) {
                throw new IOException("a row is longer than " + ROW + " characters");
            }
            return result;
        }
    }
}
