/** One class for each thing that happens to the executor. */
@NullMarked
package dev.remit.executor.application;

import org.jspecify.annotations.NullMarked;
