package dev.remit.connector.domain;

/** What opens changes by itself, by the names that charters use. */
public enum Event {
    /** A worker joins. */
    JOINED,
    /** A worker moves. */
    MOVED,
    /** A worker leaves. */
    LEFT,
    /** Whoever answers for an account leaves. */
    OWNER_LEFT,
    /** An account is in use that nobody who is there answers for. */
    ORPHAN_FOUND,
    /** A credential is where it must not be. */
    CREDENTIAL_EXPOSED,
    /** A credential was not changed for too long. */
    CREDENTIAL_TOO_OLD,
    /** Whoever certifies says that an entitlement is to go. */
    CERTIFICATION_REVOKED,
    /** A charter's own schedule is due. */
    SCHEDULE
}
