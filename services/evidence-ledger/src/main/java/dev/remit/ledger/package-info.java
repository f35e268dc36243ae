/**
 * Verifies and logs every handoff, decides closure, and certifies it so that anyone can check
 * offline.
 */
@NullMarked
package dev.remit.ledger;

import org.jspecify.annotations.NullMarked;
