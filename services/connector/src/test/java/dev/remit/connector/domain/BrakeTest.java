package dev.remit.connector.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.connector.domain.Admission.Load;
import dev.remit.connector.domain.Brake.Rule;
import dev.remit.connector.domain.Brake.Trip;
import dev.remit.connector.domain.Charter.Limits;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the limits are. */
class BrakeTest {
    @ParameterizedTest
    @CsvSource({"0, 5, false", "0, 6, true", "4, 1, false", "4, 2, true", "9, 1, true"})
    void changesOfTheHourCountWithThoseToCome(long before, long changes, boolean trips) {
        Optional<Trip> trip =
                Brake.ofTrigger(
                        limits(Optional.of(5L), Optional.empty()),
                        new Load(before, before),
                        100,
                        changes,
                        changes);
        assertThat(trip.isPresent()).isEqualTo(trips);
        trip.ifPresent(each ->
                assertThat(each)
                        .isEqualTo(
                                new Trip(
                                        Rule.CHANGES_PER_HOUR,
                                        before + changes,
                                        5,
                                        Optional.empty())));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 10, 200, false",
        "0, 11, 200, true",
        "10, 1, 200, true",
        "0, 1, 3, false",
        "0, 2, 3, true",
        "0, 2, 0, true"
    })
    void aShareIsOfThePeopleKnownAndOneIsAlwaysAllowed(
            long open, long subjects, long population, boolean trips) {
        assertThat(
                        Brake.ofTrigger(
                                        limits(Optional.empty(), Optional.of(0.05)),
                                        new Load(1000, open),
                                        population,
                                        subjects,
                                        subjects)
                                .map(Trip::rule))
                .isEqualTo(trips ? Optional.of(Rule.SHARE_OF_POPULATION) : Optional.empty());
    }

    @Test
    void withoutLimitsNothingIsTooMuch() {
        assertThat(Brake.ofTrigger(Limits.none(), new Load(1_000_000, 9), 10, 1_000_000, 9))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, false",
        "1, 1, true",
        "5, 5, true",
        "5, 4, false",
        "40, 10, false",
        "40, 11, true",
        "1000, 200, false",
        "1000, 201, true"
    })
    void aListThatNamesNobodyOrLacksManyIsNotBelieved(long known, long gone, boolean trips) {
        assertThat(Brake.ofListing(known, gone, 0.2).isPresent()).isEqualTo(trips);
    }

    private static Limits limits(Optional<Long> hourly, Optional<Double> share) {
        return new Limits(Optional.empty(), Optional.empty(), hourly, share);
    }
}
