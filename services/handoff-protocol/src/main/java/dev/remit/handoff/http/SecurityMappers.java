package dev.remit.handoff.http;

import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Who may not: answered as problem details (RFC 9457). */
final class SecurityMappers {
    private SecurityMappers() {}

    /** No token came, or none that holds (RFC 6750, section 3). */
    @Provider
    public static final class Unauthorized implements ExceptionMapper<UnauthorizedException> {
        @Override
        public Response toResponse(UnauthorizedException failure) {
            return Response.fromResponse(
                            new ProblemMapper()
                                    .toResponse(
                                            Problem.of(
                                                    401,
                                                    "TOKEN_MISSING",
                                                    "the request needs a bearer token")))
                    .header("WWW-Authenticate", "Bearer")
                    .build();
        }
    }

    /** The token holds no role that may do this. */
    @Provider
    public static final class Forbidden implements ExceptionMapper<ForbiddenException> {
        @Override
        public Response toResponse(ForbiddenException failure) {
            return new ProblemMapper()
                    .toResponse(
                            Problem.of(403, "ROLE_MISSING", "the caller holds no role for this"));
        }
    }
}
