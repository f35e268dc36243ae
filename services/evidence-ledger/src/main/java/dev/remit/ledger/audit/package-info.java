/**
 * Checks of a log by code that shares nothing with what makes it: {@link
 * dev.remit.ledger.audit.Fsck} from the inside, {@link dev.remit.ledger.audit.Audit} from the
 * outside. Free of Quarkus.
 */
@NullMarked
package dev.remit.ledger.audit;

import org.jspecify.annotations.NullMarked;
