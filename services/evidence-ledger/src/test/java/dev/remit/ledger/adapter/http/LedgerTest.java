package dev.remit.ledger.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remit.handoff.http.Caller;
import dev.remit.handoff.http.Problem;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private final Ledger ledger =
            new Ledger(
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    new ServiceAccount());

    @Test
    void onlyAPersonErases() {
        assertThatThrownBy(() ->
                        ledger.erase(new UUID(0, 1).toString(), new Ledger.Erasure("asked for")))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.status()).isEqualTo(403);
                            assertThat(problem.code()).isEqualTo("PERSON_NEEDED");
                        });
    }

    @Test
    void aPackIsOfOutcomesThatThereAre() {
        assertThatThrownBy(() ->
                        ledger.pack(
                                "2026-01-01T00:00:00Z",
                                "2026-02-01T00:00:00Z",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of("GONE")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("COMPLETED, REFUSED");
    }

    /** An administrator that signed in as itself. */
    private static final class ServiceAccount extends Caller {
        @Override
        public String id() {
            return "00000000-0000-4000-8000-000000000050";
        }

        @Override
        public Set<String> roles() {
            return Set.of("admin");
        }

        @Override
        public boolean isPerson() {
            return false;
        }
    }
}
