/**
 * Routes a ready change to those who may approve it, keeps duties separate, and authorizes exactly
 * one plan.
 */
@NullMarked
package dev.remit.approval;

import org.jspecify.annotations.NullMarked;
