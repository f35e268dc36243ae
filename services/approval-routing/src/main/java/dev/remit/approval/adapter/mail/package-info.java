/** Technology at the edge: mail. */
@NullMarked
package dev.remit.approval.adapter.mail;

import org.jspecify.annotations.NullMarked;
