/** Facts, verdicts and plans; pure. */
@NullMarked
package dev.remit.readiness.domain;

import org.jspecify.annotations.NullMarked;
