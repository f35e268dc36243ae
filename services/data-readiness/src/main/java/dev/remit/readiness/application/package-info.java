/** One class for each thing that happens to data-readiness. */
@NullMarked
package dev.remit.readiness.application;

import org.jspecify.annotations.NullMarked;
