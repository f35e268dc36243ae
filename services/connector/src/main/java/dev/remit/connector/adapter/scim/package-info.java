/** Technology at the edge: SCIM 2.0 (RFC 7643, 7644). */
@NullMarked
package dev.remit.connector.adapter.scim;

import org.jspecify.annotations.NullMarked;
