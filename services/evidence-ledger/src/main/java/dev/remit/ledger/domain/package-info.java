/** The story of a change and whether it is proved; pure. */
@NullMarked
package dev.remit.ledger.domain;

import org.jspecify.annotations.NullMarked;
