/**
 * The embedded default: the whole mesh and what it stands on as child processes on the loopback
 * interface.
 */
@NullMarked
package dev.remit.stack;

import org.jspecify.annotations.NullMarked;
