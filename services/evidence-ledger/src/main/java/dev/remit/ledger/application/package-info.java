/** One class for each thing that happens to the evidence-ledger. */
@NullMarked
package dev.remit.ledger.application;

import org.jspecify.annotations.NullMarked;
