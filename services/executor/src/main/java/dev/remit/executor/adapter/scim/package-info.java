/** Technology at the edge: scim. */
@NullMarked
package dev.remit.executor.adapter.scim;

import org.jspecify.annotations.NullMarked;
