/** Technology at the edge: keycloak. */
@NullMarked
package dev.remit.executor.adapter.keycloak;

import org.jspecify.annotations.NullMarked;
