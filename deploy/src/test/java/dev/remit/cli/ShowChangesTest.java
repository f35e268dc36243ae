package dev.remit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ShowChangesTest {
    private static final Instant NOW = Instant.parse("2026-03-02T08:00:30Z");

    @Test
    void eachFactIsShownWithItsStateValueSourceAndAgeAndWhy() throws Exception {
        assertThat(
                        ShowChanges.readiness(
                                Json.read(
                                        """
                                        {"state": "HELD", "reasons": "manager.active is missing", "facts": [
                                         {"name": "account.correlated", "state": "PRESENT", "value": "a-1", "source": "keycloak:acme",
                                          "observedAt": "2026-03-02T08:00:00Z", "reason": "one account has this worker id"},
                                         {"name": "manager.active", "state": "MISSING", "value": "", "source": "",
                                          "observedAt": null, "reason": "no manager is known"}]}
                                        """),
                                NOW))
                .containsExactly(
                        "readiness: HELD, manager.active is missing",
                        "  account.correlated: PRESENT a-1, from keycloak:acme, 30 s old; one account has this worker id",
                        "  manager.active: MISSING; no manager is known");
    }
}
