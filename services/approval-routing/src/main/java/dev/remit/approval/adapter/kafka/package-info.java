/** Technology at the edge: kafka. */
@NullMarked
package dev.remit.approval.adapter.kafka;

import org.jspecify.annotations.NullMarked;
