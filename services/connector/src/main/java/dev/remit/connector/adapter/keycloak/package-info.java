/** Technology at the edge: keycloak. */
@NullMarked
package dev.remit.connector.adapter.keycloak;

import org.jspecify.annotations.NullMarked;
