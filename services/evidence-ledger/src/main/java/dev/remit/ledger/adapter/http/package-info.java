/** Technology at the edge: http. */
@NullMarked
package dev.remit.ledger.adapter.http;

import org.jspecify.annotations.NullMarked;
