package dev.remit.approval.domain;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * Who is on call: one after the other, each for the same number of days.
 *
 * @param start the day on which the first one begins
 * @param handover when on that day, on the wall clock of the zone
 * @param days how long one is on call, from 1
 * @param rotation immutable account ids, at least one
 */
public record Rota(
        ZoneId zone, LocalDate start, LocalTime handover, int days, List<String> rotation) {
    /** Who is on call then. */
    public String at(Instant time) {
        return rotation.get((int) Math.floorMod(turn(time), (long) rotation.size()));
    }

    /** When the next one takes over after that time. */
    public Instant turnsAfter(Instant time) {
        return start.plusDays((turn(time) + 1) * days).atTime(handover).atZone(zone).toInstant();
    }

    private long turn(Instant time) {
        LocalDateTime there = time.atZone(zone).toLocalDateTime();
        LocalDate day =
                there.toLocalTime().isBefore(handover)
                        ? there.toLocalDate().minusDays(1)
                        : there.toLocalDate();
        return Math.floorDiv(ChronoUnit.DAYS.between(start, day), (long) days);
    }
}
