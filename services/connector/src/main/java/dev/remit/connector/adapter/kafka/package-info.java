/** Technology at the edge: kafka. */
@NullMarked
package dev.remit.connector.adapter.kafka;

import org.jspecify.annotations.NullMarked;
