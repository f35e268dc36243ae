package dev.remit.handoff.http;

import dev.remit.handoff.loop.TooLarge;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Answers 413 to what would make a message that the broker does not take. */
@Provider
public final class TooLargeMapper implements ExceptionMapper<TooLarge> {
    @Override
    public Response toResponse(TooLarge failure) {
        return new ProblemMapper()
                .toResponse(
                        Problem.of(413, "MESSAGE_TOO_LARGE", String.valueOf(failure.getMessage())));
    }
}
