/** The offline verifier's jar. */
@NullMarked
package dev.remit.verify;

import org.jspecify.annotations.NullMarked;
