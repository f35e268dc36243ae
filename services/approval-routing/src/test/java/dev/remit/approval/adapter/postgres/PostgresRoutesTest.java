package dev.remit.approval.adapter.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PostgresRoutesTest {
    @Test
    void aReviewedChangeWasApprovedTooAndTheIndexServesTheQuestion() throws Exception {
        assertThat(PostgresRoutes.APPROVED).contains("'APPROVED'", "'REVIEWED'");
        assertThat(PostgresRoutes.APPROVERS).contains(" r." + PostgresRoutes.APPROVED + " ");
        assertThat(
                        Files.readString(
                                Path.of(
                                        "src/main/resources/db/migration/V29__previous_reviewed.sql")))
                .contains("where " + PostgresRoutes.APPROVED + ";");
    }
}
