package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresMirrorTest {
    @Test
    void oneIsTakenAtATimeForItsLease() {
        assertThat(PostgresMirror.CLAIM)
                .contains(" limit 1 for update skip locked", "interval '120 seconds' * power(2, ");
    }
}
