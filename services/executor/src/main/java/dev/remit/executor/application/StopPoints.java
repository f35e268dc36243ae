package dev.remit.executor.application;

/** Places where a fault test ends the process, as a crash would. */
public interface StopPoints {
    /** The places, in the order in which an execution passes them. */
    enum Point {
        /** The execution is leased and that is committed; the target was not called. */
        INTENT,
        /** What is about to be done is committed, for a plan that takes steps back. */
        BEGUN,
        /** The target was changed; it was not read again and nothing is reported. */
        CALL,
        /** That steps are to be taken back is committed; none of them is. */
        COMPENSATE,
        /** The report is committed; it may not be published yet. */
        REPORT
    }

    /** Does not come back if the process is to end here. */
    void reached(Point point);
}
