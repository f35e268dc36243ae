/** Technology at the edge: http. */
@NullMarked
package dev.remit.readiness.adapter.http;

import org.jspecify.annotations.NullMarked;
