/** Conditions of charters, in the Common Expression Language; not part of the offline verifier. */
@NullMarked
package dev.remit.ledger.adapter.cel;

import org.jspecify.annotations.NullMarked;
