/**
 * The benchmark: the whole mesh beside what it stands on, in one run, so that a ratio says more
 * than a number. See {@link dev.remit.bench.Campaign}.
 */
@NullMarked
package dev.remit.bench;

import org.jspecify.annotations.NullMarked;
