/** The command line. */
@NullMarked
package dev.remit.cli;

import org.jspecify.annotations.NullMarked;
