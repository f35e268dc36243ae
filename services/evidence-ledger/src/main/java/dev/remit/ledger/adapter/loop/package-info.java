/** Technology at the edge: the handoff loop's messages and outbox. */
@NullMarked
package dev.remit.ledger.adapter.loop;

import org.jspecify.annotations.NullMarked;
