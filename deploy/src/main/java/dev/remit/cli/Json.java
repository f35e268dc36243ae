package dev.remit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON as it is asked with and answered. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /** An object without members yet. */
    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** An array without elements yet. */
    static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /**
     * What a text says.
     *
     * @throws JsonProcessingException if it is not JSON
     */
    static JsonNode read(String text) throws JsonProcessingException {
        return MAPPER.readTree(text);
    }

    /** In lines, for people. */
    static String pretty(JsonNode json) throws JsonProcessingException {
        return MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json);
    }
}
