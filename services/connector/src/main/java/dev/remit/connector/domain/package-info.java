/** What a worker's event, an account and a charter mean; pure. */
@NullMarked
package dev.remit.connector.domain;

import org.jspecify.annotations.NullMarked;
