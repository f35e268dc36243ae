/**
 * Passkeys: decisions that people sign themselves (W3C Web Authentication Level 3). No framework.
 */
@NullMarked
package dev.remit.handoff.passkey;

import org.jspecify.annotations.NullMarked;
