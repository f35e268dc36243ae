package dev.remit.handoff;

import java.io.IOException;
import org.erdtman.jcs.JsonCanonicalizer;

/**
 * The one form of a JSON text that is hashed and signed (RFC 8785, JSON Canonicalization Scheme).
 */
public final class CanonicalJson {
    private CanonicalJson() {}

    /**
     * The canonical bytes, UTF-8.
     *
     * @throws IllegalArgumentException if the text is not a JSON object or array
     */
    public static byte[] of(String json) {
        try {
            return new JsonCanonicalizer(json).getEncodedUTF8();
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
        }
    }
}
