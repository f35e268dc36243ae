package dev.remit.handoff.http;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that is refused, answered as problem details (RFC 9457) with a stable code. */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final @Nullable String field;
    private final @Nullable String type;

    private Problem(
            int status, String code, String detail, @Nullable String field, @Nullable String type) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.field = field;
        this.type = type;
    }

    /**
     * @param status the HTTP status, 400 to 599
     * @param code the rule that refused it, in capitals
     * @param detail in plain words, never with a secret
     */
    public static Problem of(int status, String code, String detail) {
        return new Problem(status, code, detail, null, null);
    }

    /** One that names the member at fault, if a single one is. */
    public static Problem of(int status, String code, String detail, @Nullable String field) {
        return new Problem(status, code, detail, field, null);
    }

    /** The same, with the problem type that a specification gives it (RFC 9457, section 3.1.1). */
    public Problem typed(String uri) {
        return new Problem(status, code, String.valueOf(getMessage()), field, uri);
    }

    /** A 422 that names the field at fault. */
    public static Problem inField(String field, String code, String detail) {
        return new Problem(422, code, detail, field, null);
    }

    /**
     * The body of a request.
     *
     * @throws Problem 400 BODY_MISSING if there is none
     */
    public static <T> T body(@Nullable T body) {
        if (body == null) {
            throw of(400, "BODY_MISSING", "the request needs a JSON object as its body");
        }
        return body;
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    public @Nullable String field() {
        return field;
    }

    /** The members of the problem document. */
    public Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        if (type != null) {
            document.put("type", type);
        }
        document.put("title", code.toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
        document.put("status", status);
        document.put("code", code);
        document.put("detail", String.valueOf(getMessage()));
        if (field != null) {
            document.put("field", field);
        }
        return document;
    }
}
