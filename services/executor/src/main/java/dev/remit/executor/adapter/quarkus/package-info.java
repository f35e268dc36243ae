/** Technology at the edge: quarkus. */
@NullMarked
package dev.remit.executor.adapter.quarkus;

import org.jspecify.annotations.NullMarked;
