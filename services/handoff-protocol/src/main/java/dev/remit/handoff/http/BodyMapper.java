package dev.remit.handoff.http;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.util.stream.Collectors;

/** A JSON body that does not fit what is asked for: names the member at fault, never its value. */
@Provider
public final class BodyMapper implements ExceptionMapper<MismatchedInputException> {
    @Override
    public Response toResponse(MismatchedInputException fault) {
        String field =
                fault.getPath().stream().map(BodyMapper::name).collect(Collectors.joining("."));
        return new ProblemMapper()
                .toResponse(
                        fault instanceof UnrecognizedPropertyException
                                ? Problem.inField(
                                        field, "FIELD_UNKNOWN", field + ": is not a known member")
                                : Problem.inField(
                                        field,
                                        "FIELD_MISFORMED",
                                        (field.isEmpty() ? "the body" : field)
                                                + ": is not of the kind asked for"));
    }

    private static String name(JsonMappingException.Reference step) {
        return step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName();
    }
}
