/**
 * What every REST endpoint of the mesh shares: who is calling, and how a refusal is answered (RFC
 * 9457).
 */
@NullMarked
package dev.remit.handoff.http;

import org.jspecify.annotations.NullMarked;
