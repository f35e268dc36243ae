/** One class for each thing that happens to the connector. */
@NullMarked
package dev.remit.connector.application;

import org.jspecify.annotations.NullMarked;
