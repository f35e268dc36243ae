package dev.remit.connector.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ListingTest {
    private final Listing<String> listing = new Listing<>(Function.identity());

    @Test
    void eachPageBeginsWithTheLastEntryOfTheOneBefore() {
        assertThat(listing.next()).isZero();
        assertThat(listing.add(List.of("a", "b"))).isTrue();
        assertThat(listing.next()).isEqualTo(1);
        assertThat(listing.add(List.of("b", "c"))).isTrue();
        assertThat(listing.add(List.of("c"))).isFalse();
        assertThat(listing.entries()).containsExactly("a", "b", "c");
    }

    @Test
    void anEmptyListIsAList() {
        assertThat(listing.add(List.of())).isFalse();
        assertThat(listing.entries()).isEmpty();
    }

    @Test
    void aListThatMovedIsNotTakenForComplete() {
        listing.add(List.of("a", "b"));
        assertThatThrownBy(() -> listing.add(List.of("c", "d")))
                .isInstanceOf(Listing.Incomplete.class);
        assertThatThrownBy(() -> listing.add(List.of())).isInstanceOf(Listing.Incomplete.class);
        assertThatThrownBy(() -> listing.add(List.of("b", "a")))
                .isInstanceOf(Listing.Incomplete.class)
                .hasMessageContaining("twice");
    }
}
