/** What every service agrees on: who hands what to whom, in which envelope. */
@NullMarked
package dev.remit.handoff;

import org.jspecify.annotations.NullMarked;
