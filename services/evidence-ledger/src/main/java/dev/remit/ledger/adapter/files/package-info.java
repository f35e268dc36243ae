/** Technology at the edge: files. */
@NullMarked
package dev.remit.ledger.adapter.files;

import org.jspecify.annotations.NullMarked;
