/** Technology at the edge: http. */
@NullMarked
package dev.remit.executor.adapter.http;

import org.jspecify.annotations.NullMarked;
