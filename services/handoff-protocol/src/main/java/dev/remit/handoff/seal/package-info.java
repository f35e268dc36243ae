/**
 * Signatures over handoffs: Ed25519 over the Merkle root of a batch (DSSE encoding, RFC 9162 tree,
 * C2SP key texts).
 */
@NullMarked
package dev.remit.handoff.seal;

import org.jspecify.annotations.NullMarked;
