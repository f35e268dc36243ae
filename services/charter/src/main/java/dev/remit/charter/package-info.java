/**
 * The charter: the document, its conditions, its checks. Pure: no framework, no network, no clock.
 */
@NullMarked
package dev.remit.charter;

import org.jspecify.annotations.NullMarked;
