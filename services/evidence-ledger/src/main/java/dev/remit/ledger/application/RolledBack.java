package dev.remit.ledger.application;

/**
 * Something outside holds more of this log, signed by it, than the database does: it was restored
 * from an old backup, or another writer wrote. Nothing may be signed until somebody has looked.
 */
public final class RolledBack extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RolledBack(String message) {
        super(message);
    }
}
