/**
 * The loop of every service: poll, verify, decide, commit, publish; at-least-once delivery,
 * exactly-once effect.
 */
@NullMarked
package dev.remit.handoff.loop;

import org.jspecify.annotations.NullMarked;
