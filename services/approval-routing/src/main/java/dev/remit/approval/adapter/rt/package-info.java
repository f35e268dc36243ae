/** Technology at the edge: Request Tracker. */
@NullMarked
package dev.remit.approval.adapter.rt;

import org.jspecify.annotations.NullMarked;
