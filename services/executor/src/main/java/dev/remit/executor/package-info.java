/** Executes exactly what was authorized, once, and reads the target again. */
@NullMarked
package dev.remit.executor;

import org.jspecify.annotations.NullMarked;
