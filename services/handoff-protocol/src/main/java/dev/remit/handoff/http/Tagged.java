package dev.remit.handoff.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.remit.handoff.merkle.Hash;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;

/**
 * Answers with an entity tag over what is shown: who has it already gets 304 (RFC 9110, 13.1.2).
 */
@Singleton
public class Tagged {
    private final ObjectMapper json;

    Tagged(ObjectMapper json) {
        this.json = json;
    }

    /**
     * The answer, to be built.
     *
     * @param request the one that is answered
     */
    public Response.ResponseBuilder answer(Request request, Object body) {
        try {
            byte[] bytes = json.writeValueAsBytes(body);
            EntityTag tag = new EntityTag(Hash.sha256(bytes).hex().substring(0, 32));
            Response.ResponseBuilder same = request.evaluatePreconditions(tag);
            return same != null
                    ? same
                    : Response.ok(
                                    new String(bytes, StandardCharsets.UTF_8),
                                    MediaType.APPLICATION_JSON)
                            .tag(tag)
                            .header("Cache-Control", "private, no-cache");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a view is always JSON", e);
        }
    }
}
