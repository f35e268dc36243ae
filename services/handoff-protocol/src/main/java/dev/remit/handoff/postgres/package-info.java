/** What every service does alike when it asks its own database. */
@NullMarked
package dev.remit.handoff.postgres;

import org.jspecify.annotations.NullMarked;
