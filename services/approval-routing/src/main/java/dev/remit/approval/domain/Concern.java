package dev.remit.approval.domain;

import java.util.Locale;

/**
 * The one thing in the directory that an open route depends on: whom its stage asks, or the charter
 * that it waits for. News about anything else cannot move it.
 *
 * @param id an account's immutable id, a group's path, or a charter's hash
 */
public record Concern(Kind kind, String id) {
    /** What it is. */
    public enum Kind {
        ACCOUNT,
        GROUP,
        CHARTER
    }

    public static Concern account(String id) {
        return new Concern(Kind.ACCOUNT, id);
    }

    public static Concern group(String path) {
        return new Concern(Kind.GROUP, path);
    }

    public static Concern charter(String hash) {
        return new Concern(Kind.CHARTER, hash);
    }

    /**
     * What {@link #text()} wrote.
     *
     * @throws IllegalArgumentException if it did not
     */
    public static Concern of(String text) {
        int colon = text.indexOf(':');
        return new Concern(
                Kind.valueOf(text.substring(0, Math.max(colon, 0)).toUpperCase(Locale.ROOT)),
                text.substring(colon + 1));
    }

    /** As it is kept and looked up, for example {@code group:/security-approvers}. */
    public String text() {
        return kind.name().toLowerCase(Locale.ROOT) + ":" + id;
    }
}
