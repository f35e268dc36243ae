/** Closure certificates and their offline verification; free of Quarkus. */
@NullMarked
package dev.remit.ledger.certificate;

import org.jspecify.annotations.NullMarked;
