/** Technology at the edge: files. */
@NullMarked
package dev.remit.connector.adapter.files;

import org.jspecify.annotations.NullMarked;
