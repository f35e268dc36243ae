/** The messages of the mesh: one Avro schema a record, in {@code src/main/avro}. */
@NullMarked
package dev.remit.wire;

import org.jspecify.annotations.NullMarked;
