/**
 * Judges whether the data behind a change is fit to act on, binds its plan, or holds it until
 * someone supplies what is missing.
 */
@NullMarked
package dev.remit.readiness;

import org.jspecify.annotations.NullMarked;
