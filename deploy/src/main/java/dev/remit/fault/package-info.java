/** Faults for the local mesh, and the checker that tells whether any of them did harm. */
@NullMarked
package dev.remit.fault;

import org.jspecify.annotations.NullMarked;
