/** Plans, steps and what they did; pure. */
@NullMarked
package dev.remit.executor.domain;

import org.jspecify.annotations.NullMarked;
