/** What people have stopped: kept by every service, asked before every decision. */
@NullMarked
package dev.remit.handoff.halt;

import org.jspecify.annotations.NullMarked;
