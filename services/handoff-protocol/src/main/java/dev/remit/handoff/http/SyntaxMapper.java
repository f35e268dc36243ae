package dev.remit.handoff.http;

import com.fasterxml.jackson.core.exc.StreamReadException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/**
 * A body that is not JSON: says where it stops being so, never what stands there. And whatever else
 * the framework refuses, as problem details (RFC 9457).
 */
@Provider
public final class SyntaxMapper implements ExceptionMapper<WebApplicationException> {
    @Override
    public Response toResponse(WebApplicationException failure) {
        if (!(failure.getCause() instanceof StreamReadException fault)) {
            return failure.getResponse().hasEntity()
                    ? failure.getResponse()
                    : unspoken(failure.getResponse());
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

    /** What the framework refuses without a word: an unknown path, a method, a media type. */
    private static Response unspoken(Response response) {
        int status = response.getStatus();
        if (status < 400) {
            return response;
        }
        Problem problem =
                switch (status) {
                    case 404 -> Problem.of(404, "PATH_UNKNOWN", "nothing is served at this path");
                    case 405 ->
                            Problem.of(405, "METHOD_NOT_ALLOWED", "this path has no such method");
                    case 406 ->
                            Problem.of(
                                    406,
                                    "NOT_ACCEPTABLE",
                                    "this path gives none of the media types of Accept");
                    case 415 ->
                            Problem.of(
                                    415,
                                    "MEDIA_TYPE_UNSUPPORTED",
                                    "Content-Type: must be application/json");
                    default ->
                            Problem.of(
                                    status,
                                    "HTTP_" + status,
                                    response.getStatusInfo().getReasonPhrase());
                };
        Response.ResponseBuilder answer =
                Response.fromResponse(new ProblemMapper().toResponse(problem));
        if (response.getHeaderString("Allow") != null) {
            answer.header("Allow", response.getHeaderString("Allow"));
        }
        return answer.build();
    }
}
