/** The log's public files in S3-compatible storage. */
@NullMarked
package dev.remit.ledger.adapter.s3;

import org.jspecify.annotations.NullMarked;
