/** Technology at the edge: what other systems post. */
@NullMarked
package dev.remit.connector.adapter.events;

import org.jspecify.annotations.NullMarked;
