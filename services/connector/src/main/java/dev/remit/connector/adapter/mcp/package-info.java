/** Technology at the edge: the Model Context Protocol. */
@NullMarked
package dev.remit.connector.adapter.mcp;

import org.jspecify.annotations.NullMarked;
