package dev.remit.approval.domain;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Set;

/**
 * The hours in which people work.
 *
 * @param days at least one
 * @param from before {@code to}, on the wall clock of the zone
 * @param holidays days without work
 */
public record WorkingTime(
        ZoneId zone, Set<DayOfWeek> days, LocalTime from, LocalTime to, Set<LocalDate> holidays) {
    private static final int FURTHEST_DAYS = 36_600;

    /**
     * When so much working time has passed since then; days of 23 and 25 hours are counted true.
     */
    public Instant after(Instant start, Duration working) {
        Duration left = working;
        LocalDate day = start.atZone(zone).toLocalDate();
        LocalDate end = day.plusDays(FURTHEST_DAYS);
        while (day.isBefore(end)) {
            if (days.contains(day.getDayOfWeek()) && !holidays.contains(day)) {
                Instant closes = day.atTime(to).atZone(zone).toInstant();
                Instant opens = day.atTime(from).atZone(zone).toInstant();
                Instant begins = start.isAfter(opens) ? start : opens;
                if (begins.isBefore(closes)) {
                    Duration there = Duration.between(begins, closes);
                    if (left.compareTo(there) <= 0) {
                        return begins.plus(left);
                    }
                    left = left.minus(there);
                }
            }
            day = day.plusDays(1);
        }
        return end.atTime(to).atZone(zone).toInstant();
    }
}
