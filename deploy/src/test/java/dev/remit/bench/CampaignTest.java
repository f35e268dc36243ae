package dev.remit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class CampaignTest {
    private static final Set<String> ALL = Set.of("a", "b", "c");

    @Test
    void optionsAreBounded() {
        refused(99, 50, 8, ALL, "--changes");
        refused(100_001, 50, 8, ALL, "--changes");
        refused(3_000, 0, 8, ALL, "--rate");
        refused(3_000, Double.NaN, 8, ALL, "--rate");
        refused(3_000, 50, 61, ALL, "--seconds");
        refused(3_000, 50, 8, Set.of("d"), "--only");
        refused(3_000, 50, 8, Set.of(), "--only");
        assertThatThrownBy(() -> new Campaign.Options(3_000, 50, 8, ALL, false, 121, 0, false))
                .hasMessageStartingWith("--soak");
        assertThatThrownBy(() -> new Campaign.Options(3_000, 50, 8, ALL, false, 1, 3_000, false))
                .hasMessageStartingWith("--soak");
        assertThatThrownBy(() -> new Campaign.Options(3_000, 50, 8, ALL, false, 0, 2_999, false))
                .hasMessageStartingWith("--grow");
    }

    @Test
    void everyChangeHasAnAccountOfItsOwn() {
        // a whole warm-up and a third of one, one of requests; two saturations, one at half, two at
        // the low rate
        assertThat(new Campaign.Options(3_000, 50, 8, ALL, false, 0, 0, false).accounts())
                .isEqualTo(3_000 + 1_000 + 501 + 3 * 3_000 + 2 * 400);
        assertThat(new Campaign.Options(3_000, 50, 8, ALL, false, 10, 0, false).accounts())
                .isEqualTo(3_000 + 50 * 600 + 1);
        assertThat(new Campaign.Options(3_000, 50, 8, ALL, false, 0, 100_000, false).accounts())
                .isEqualTo(103_000);
    }

    @Test
    void theFloorsHaveAsManyHopsAsAChangeHasTopics() {
        assertThat(Chain.hops()).isEqualTo(6);
    }

    private static void refused(
            int changes, double rate, int seconds, Set<String> only, String name) {
        assertThatThrownBy(() ->
                        new Campaign.Options(changes, rate, seconds, only, false, 0, 0, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(name);
    }
}
