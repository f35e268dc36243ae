/** Technology at the edge: http. */
@NullMarked
package dev.remit.connector.adapter.http;

import org.jspecify.annotations.NullMarked;
