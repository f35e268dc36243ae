package dev.remit.ledger.log;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;

/** How long a shard is written: {@code remit.log.shard-period}. Periods are those of UTC. */
public enum ShardPeriod {
    /** The log is one tree for ever. */
    NONE,
    YEAR,
    QUARTER,
    MONTH;

    /**
     * The period that follows a shard's at this time, if it does. They are compared as they read: a
     * period that was written, or an earlier one, is never written again, whatever a clock says.
     */
    public Optional<String> after(String period, Instant time) {
        ZonedDateTime day = time.atZone(ZoneOffset.UTC);
        String year = "%04d".formatted(day.getYear());
        Optional<String> now =
                switch (this) {
                    case NONE -> Optional.empty();
                    case YEAR -> Optional.of(year);
                    case QUARTER -> Optional.of(year + "-q" + (day.getMonthValue() + 2) / 3);
                    case MONTH -> Optional.of(year + "-%02d".formatted(day.getMonthValue()));
                };
        return now.filter(each -> each.compareTo(period) > 0);
    }
}
