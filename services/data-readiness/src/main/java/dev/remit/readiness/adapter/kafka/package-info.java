/** Technology at the edge: kafka. */
@NullMarked
package dev.remit.readiness.adapter.kafka;

import org.jspecify.annotations.NullMarked;
