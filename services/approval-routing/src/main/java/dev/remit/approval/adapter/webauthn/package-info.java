/** What authenticators say, by WebAuthn4J. */
@NullMarked
package dev.remit.approval.adapter.webauthn;

import org.jspecify.annotations.NullMarked;
