/**
 * Sees what identity systems report and proposes changes: observations in, proposals out; judges
 * nothing.
 */
@NullMarked
package dev.remit.connector;

import org.jspecify.annotations.NullMarked;
