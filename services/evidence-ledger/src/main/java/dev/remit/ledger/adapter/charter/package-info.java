/** Charters as a whole, by the library that reads them. */
@NullMarked
package dev.remit.ledger.adapter.charter;

import org.jspecify.annotations.NullMarked;
