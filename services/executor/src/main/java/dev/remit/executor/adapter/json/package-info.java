/** Technology at the edge: json. */
@NullMarked
package dev.remit.executor.adapter.json;

import org.jspecify.annotations.NullMarked;
