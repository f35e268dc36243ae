/** Routes, eligibility and decisions; pure. */
@NullMarked
package dev.remit.approval.domain;

import org.jspecify.annotations.NullMarked;
