/**
 * A transparency log: leaves, tiles, checkpoints (C2SP tlog-tiles, tlog-checkpoint, signed-note).
 */
@NullMarked
package dev.remit.ledger.log;

import org.jspecify.annotations.NullMarked;
