/** Technology at the edge: PDF. */
@NullMarked
package dev.remit.ledger.adapter.pdf;

import org.jspecify.annotations.NullMarked;
