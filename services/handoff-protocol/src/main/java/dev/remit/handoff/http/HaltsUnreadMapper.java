package dev.remit.handoff.http;

import dev.remit.handoff.halt.HaltsUnread;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Answers 503 while it is not known what is halted. */
@Provider
public final class HaltsUnreadMapper implements ExceptionMapper<HaltsUnread> {
    @Override
    public Response toResponse(HaltsUnread unread) {
        return Response.fromResponse(
                        new ProblemMapper()
                                .toResponse(Problem.of(503, "HALTS_UNREAD", unread.why())))
                .header("Retry-After", "1")
                .build();
    }
}
