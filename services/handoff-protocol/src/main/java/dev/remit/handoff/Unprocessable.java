package dev.remit.handoff;

/**
 * A message that can never be processed as it is: set aside with a code, never retried, never
 * dropped.
 */
public final class Unprocessable extends Exception {
    private static final long serialVersionUID = 1L;

    /** The rule that the message breaks. */
    public enum Code {
        /** A required header is absent, or one does not read. */
        MALFORMED_ENVELOPE,
        /** The signature or the Merkle path does not fit the bytes. */
        BAD_SEAL,
        /** The key that sealed it is not trusted. */
        UNKNOWN_KEY,
        /** The key that sealed it was retired before, or is revoked. */
        KEY_NOT_VALID,
        /** The key's owner is not the sender, or the sender may not send this record. */
        WRONG_PRODUCER,
        /** The record does not belong on the topic or under the key that it came with. */
        WRONG_TOPIC,
        /** The schema is not one that the registry or this build knows. */
        UNKNOWN_SCHEMA,
        /** The bytes are not the record that they claim to be. */
        UNDECODABLE,
        /** The service's database has no place for something that it says. */
        UNSTORABLE,
        /** The same message id was seen before with other bytes. */
        EQUIVOCATION
    }

    private final Code code;

    public Unprocessable(Code code, String reason) {
        super(reason);
        this.code = code;
    }

    public Code code() {
        return code;
    }

    /** What is wrong, naming the field; never holds a secret. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
