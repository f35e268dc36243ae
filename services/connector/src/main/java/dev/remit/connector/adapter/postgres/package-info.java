/** Technology at the edge: postgres. */
@NullMarked
package dev.remit.connector.adapter.postgres;

import org.jspecify.annotations.NullMarked;
