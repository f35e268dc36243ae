/** Charters as they are written. */
@NullMarked
package dev.remit.approval.adapter.json;

import org.jspecify.annotations.NullMarked;
