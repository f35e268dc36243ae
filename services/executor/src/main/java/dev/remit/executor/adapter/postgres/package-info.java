/** Technology at the edge: postgres. */
@NullMarked
package dev.remit.executor.adapter.postgres;

import org.jspecify.annotations.NullMarked;
