/** Technology at the edge: kafka. */
@NullMarked
package dev.remit.executor.adapter.kafka;

import org.jspecify.annotations.NullMarked;
