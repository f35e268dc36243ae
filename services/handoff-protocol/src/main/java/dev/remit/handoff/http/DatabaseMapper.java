package dev.remit.handoff.http;

import dev.remit.handoff.loop.Unstorable;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.hibernate.JDBCException;
import org.jboss.logging.Logger;

/**
 * Answers 422 to a request that says what the database has no place for, the character zero for
 * example; whatever else the database refuses is a fault of ours.
 */
@Provider
public final class DatabaseMapper implements ExceptionMapper<JDBCException> {
    private static final Logger LOG = Logger.getLogger(DatabaseMapper.class);

    @Override
    public Response toResponse(JDBCException failure) {
        if (Unstorable.isCauseOf(failure)) {
            return new ProblemMapper()
                    .toResponse(Problem.of(422, "UNSTORABLE", Unstorable.words(failure)));
        }
        LOG.error("a request fails", failure);
        return new ProblemMapper()
                .toResponse(
                        Problem.of(
                                500, "INTERNAL_ERROR", "the service's log says what went wrong"));
    }
}
