/** Merkle trees of RFC 9162: one implementation for batch seals and for the evidence log. */
@NullMarked
package dev.remit.handoff.merkle;

import org.jspecify.annotations.NullMarked;
