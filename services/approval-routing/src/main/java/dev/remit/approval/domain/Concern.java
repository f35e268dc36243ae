package dev.remit.approval.domain;

import java.util.Locale;

/**
 * One thing in the directory that an open route depends on: whom a stage asks, what a subject
 * holds, or the charter that it waits for. News about anything else cannot move it.
 *
 * @param id an account's immutable id, an HR worker id, a group's path, a role's name, a system and
 *     an account's id or a group's path in it, a system, or a charter's hash
 */
public record Concern(Kind kind, String id) {
    /** What it is. */
    public enum Kind {
        ACCOUNT,
        /** All accounts of one worker in the people's system. */
        WORKER,
        /** All accounts of one worker, whatever their systems. */
        PERSON,
        GROUP,
        ROLE,
        /** The account that is to be changed, whatever its system. */
        TARGET,
        CHARTER,
        /** What is halted. */
        HALTS,
        /** Who holds a group of whatever system. */
        HOLDERS,
        /** What a system says of its groups, roles and applications. */
        ENTITLEMENTS
    }

    public static Concern account(String id) {
        return new Concern(Kind.ACCOUNT, id);
    }

    public static Concern worker(String id) {
        return new Concern(Kind.WORKER, id);
    }

    public static Concern person(String worker) {
        return new Concern(Kind.PERSON, worker);
    }

    public static Concern group(String path) {
        return new Concern(Kind.GROUP, path);
    }

    public static Concern role(String name) {
        return new Concern(Kind.ROLE, name);
    }

    public static Concern target(String system, String account) {
        return new Concern(Kind.TARGET, system + " " + account);
    }

    public static Concern charter(String hash) {
        return new Concern(Kind.CHARTER, hash);
    }

    public static Concern holders(String system, String path) {
        return new Concern(Kind.HOLDERS, system + " " + path);
    }

    public static Concern entitlements(String system) {
        return new Concern(Kind.ENTITLEMENTS, system);
    }

    /** Whatever is halted: its end can move every open route. */
    public static Concern halts() {
        return new Concern(Kind.HALTS, "");
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
