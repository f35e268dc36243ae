/** Technology at the edge: postgres. */
@NullMarked
package dev.remit.ledger.adapter.postgres;

import org.jspecify.annotations.NullMarked;
