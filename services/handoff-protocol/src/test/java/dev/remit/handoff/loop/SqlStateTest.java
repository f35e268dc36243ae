package dev.remit.handoff.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remit.handoff.Handoff;
import io.smallrye.mutiny.CompositeException;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import java.io.CharConversionException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.hibernate.exception.DataException;
import org.hibernate.exception.LockAcquisitionException;
import org.junit.jupiter.api.Test;

/** What the database says of a statement that failed, however it comes here. */
class SqlStateTest {
    @Test
    void whatItSaysIsReadFromTheDriverAndFromHibernateWhichLeavesTheDriverOut() {
        assertThat(SqlState.of(new PgException("no", "ERROR", "22021", ""))).contains("22021");
        assertThat(SqlState.of(kept("22021"))).contains("22021");
        assertThat(SqlState.of(new IllegalStateException("no"))).isEmpty();
    }

    @Test
    void whatLiesInAValueIsNoBugAndNothingThatPasses() {
        for (String state : List.of("22021", "22008", "22009", "22007")) {
            assertThat(Unstorable.isCauseOf(kept(state))).as(state).isTrue();
            assertThat(Unavailable.isCauseOf(kept(state))).as(state).isFalse();
        }
        assertThat(Unstorable.words(kept("22021"))).endsWith("(22021)");
        assertThat(Unstorable.isCauseOf(new TooLarge(Handoff.CHANGE_CLOSED, 1_000_001))).isTrue();
        assertThat(Unstorable.isCauseOf(kept("42601"))).as("a statement that is wrong").isFalse();
    }

    @Test
    void aRollbackPassesAsHibernateTellsIt() {
        RuntimeException deadlock =
                new LockAcquisitionException("", new SQLException("deadlock", "40P01"), "");
        assertThat(Unavailable.isCauseOf(deadlock)).isTrue();
        assertThat(Unavailable.isRollback(deadlock)).isTrue();
        assertThat(Unavailable.isRollback(kept("22021"))).isFalse();
    }

    private static RuntimeException kept(String state) {
        return new DataException("", new SQLException("no", state), "");
    }

    @Test
    void aConnectionThatBreaksUnderAStatementPasses() {
        var behind =
                new NoStackTraceThrowable("Connection is not active now, current status: CLOSED");
        assertThat(
                        Unavailable.isCauseOf(
                                new CompositeException(new IOException("Broken pipe"), behind)))
                .isTrue();
        assertThat(Unavailable.isCauseOf(behind)).isTrue();
        assertThat(Unavailable.isCauseOf(new CharConversionException("does not read"))).isFalse();
        assertThat(Unavailable.isCauseOf(new NoStackTraceThrowable("another"))).isFalse();
    }
}
