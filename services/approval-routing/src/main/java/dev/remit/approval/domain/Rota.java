package dev.remit.approval.domain;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
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
        int index = (int) (turn(time) % rotation.size());
        return rotation.get(index < 0 ? index + rotation.size() : index);
    }

    /** When the next one takes over after that time. */
    public Instant turnsAfter(Instant time) {
        return begins(turn(time) + 1);
    }

    /** A guess by days, set right by the clock of the zone: a day may have 23 or 25 hours. */
    private long turn(Instant time) {
        long turn = Duration.between(begins(0), time).toDays() / days;
        while (begins(turn).isAfter(time)) {
            turn--;
        }
        while (!begins(turn + 1).isAfter(time)) {
            turn++;
        }
        return turn;
    }

    private Instant begins(long turn) {
        return start.plusDays(turn * days).atTime(handover).atZone(zone).toInstant();
    }
}
