package dev.remit.approval.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RiskTest {
    /** Of what the steps can and what the charter says, the narrower counts. */
    @ParameterizedTest
    @CsvSource({
        "true, REVERSIBLE, 0, every step can be taken back",
        "true, , 0, every step can be taken back",
        "true, COMPENSABLE, 20, the charter says that only other means make it good",
        "true, IRREVERSIBLE, 40, the charter says that it cannot be undone",
        "false, REVERSIBLE, 40, a step cannot be taken back",
        "false, COMPENSABLE, 40, a step cannot be taken back"
    })
    void whatCannotBeUndoneIsAtStake(boolean steps, String said, int score, String words) {
        Effect effect =
                new Effect(Set.of(), Set.of(), Set.of(), Set.of(), steps, false, false, true);
        Risk risk = Risk.of(effect, charter(said), "offboard", Optional.empty()).orElseThrow();
        assertThat(risk.score()).isEqualTo(score);
        assertThat(risk.words()).startsWith(words);
    }

    private static Charter charter(@Nullable String reversibility) {
        return new Charter(
                "owner",
                Optional.empty(),
                Optional.empty(),
                "approver",
                List.of(),
                Optional.empty(),
                List.of(),
                Map.of(),
                Duration.ofHours(1),
                Set.of(),
                new Charter.Domain(
                        Set.of("keycloak:acme"),
                        Map.of("offboard", "OWN"),
                        List.of(),
                        Map.of(),
                        reversibility == null ? Map.of() : Map.of("offboard", reversibility),
                        true,
                        true),
                "");
    }
}
