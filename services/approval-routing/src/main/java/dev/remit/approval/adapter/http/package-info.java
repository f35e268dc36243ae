/** Technology at the edge: http. */
@NullMarked
package dev.remit.approval.adapter.http;

import org.jspecify.annotations.NullMarked;
