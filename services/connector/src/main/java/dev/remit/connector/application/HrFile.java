package dev.remit.connector.application;

import dev.remit.connector.domain.WorkerEvent;
import io.smallrye.mutiny.Uni;
import java.util.List;

/** One file of the HR feed; read twice, never held whole. */
public interface HrFile {
    /** A line: its number from 1, its text as it came, and what it says. */
    record Line(long number, String text, WorkerEvent.Row row) {}

    /** What a look through the whole file says. */
    sealed interface Sheet {
        /** It reads as a table. */
        record Table(String contentHash, long rows) implements Sheet {}

        /**
         * It has not the header, or is no UTF-8 text, or no CSV.
         *
         * @param beginning its first bytes, all of them if it is short
         */
        record Unreadable(String contentHash, String fault, byte[] beginning) implements Sheet {}
    }

    String name();

    /** Reads it once to its end. */
    Uni<Sheet> look();

    /**
     * The next rows, in order; fewer than asked for only at the end. Fails if the file is not the
     * one that was looked at.
     */
    Uni<List<Line>> next(int rows);
}
