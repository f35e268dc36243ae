/** Technology at the edge: postgres. */
@NullMarked
package dev.remit.readiness.adapter.postgres;

import org.jspecify.annotations.NullMarked;
