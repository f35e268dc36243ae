/** One class for each thing that happens to approval-routing. */
@NullMarked
package dev.remit.approval.application;

import org.jspecify.annotations.NullMarked;
