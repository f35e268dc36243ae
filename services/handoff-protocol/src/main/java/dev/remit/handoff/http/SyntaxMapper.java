package dev.remit.handoff.http;

import com.fasterxml.jackson.core.exc.StreamReadException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** A body that is not JSON: says where it stops being so, never what stands there. */
@Provider
public final class SyntaxMapper implements ExceptionMapper<WebApplicationException> {
    @Override
    public Response toResponse(WebApplicationException failure) {
        if (!(failure.getCause() instanceof StreamReadException fault)) {
            return failure.getResponse();
        }
        return new ProblemMapper()
                .toResponse(
                        Problem.of(
                                400,
                                "BODY_NOT_JSON",
                                "the body is not JSON: line %d, column %d"
                                        .formatted(
                                                fault.getLocation().getLineNr(),
                                                fault.getLocation().getColumnNr())));
    }
}
