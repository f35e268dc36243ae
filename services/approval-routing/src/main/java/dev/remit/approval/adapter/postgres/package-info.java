/** Technology at the edge: postgres. */
@NullMarked
package dev.remit.approval.adapter.postgres;

import org.jspecify.annotations.NullMarked;
