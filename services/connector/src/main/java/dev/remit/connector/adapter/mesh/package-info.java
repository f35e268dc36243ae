/** Technology at the edge: the other services' REST, asked with the caller's own token. */
@NullMarked
package dev.remit.connector.adapter.mesh;

import org.jspecify.annotations.NullMarked;
