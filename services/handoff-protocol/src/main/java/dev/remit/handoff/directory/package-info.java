/** What a deciding service remembers of observed accounts, sources and charters. */
@NullMarked
package dev.remit.handoff.directory;

import org.jspecify.annotations.NullMarked;
