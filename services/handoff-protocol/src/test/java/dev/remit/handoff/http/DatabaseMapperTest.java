package dev.remit.handoff.http;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import org.hibernate.JDBCException;
import org.hibernate.exception.DataException;
import org.hibernate.exception.GenericJDBCException;
import org.junit.jupiter.api.Test;

class DatabaseMapperTest {
    @Test
    void whatTheDatabaseHasNoPlaceForIsTheCallersToMend() {
        Response answer =
                answer(
                        new DataException(
                                "no", new SQLException("0x00", "22021"), "select 'secret'"));
        assertThat(answer.getStatus()).isEqualTo(422);
        assertThat(answer.getEntity().toString()).contains("UNSTORABLE").doesNotContain("secret");
    }

    @Test
    void whateverElseItRefusesIsNot() {
        Response answer =
                answer(
                        new GenericJDBCException(
                                "no", new SQLException("deadlock", "40P01"), "sql"));
        assertThat(answer.getStatus()).isEqualTo(500);
        assertThat(answer.getEntity().toString())
                .contains("INTERNAL_ERROR")
                .doesNotContain("deadlock");
    }

    private static Response answer(JDBCException failure) {
        return new DatabaseMapper().toResponse(failure);
    }
}
