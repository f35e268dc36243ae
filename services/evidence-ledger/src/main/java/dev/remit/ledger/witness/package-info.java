/**
 * A witness of transparency logs (C2SP tlog-witness) and a timestamp authority (RFC 3161), small
 * enough for whoever distrusts a log to run; free of Quarkus.
 */
@NullMarked
package dev.remit.ledger.witness;

import org.jspecify.annotations.NullMarked;
