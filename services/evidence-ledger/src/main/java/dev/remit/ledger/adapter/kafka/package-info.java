/** Technology at the edge: kafka. */
@NullMarked
package dev.remit.ledger.adapter.kafka;

import org.jspecify.annotations.NullMarked;
