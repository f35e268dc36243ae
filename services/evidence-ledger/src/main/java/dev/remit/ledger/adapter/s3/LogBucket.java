package dev.remit.ledger.adapter.s3;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.Optional;

/**
 * {@code remit.log.s3}: the bucket for the log's public files; without a name, a folder has them.
 */
@ConfigMapping(prefix = "remit.log.s3")
public interface LogBucket {
    Optional<String> bucket();

    Optional<URI> url();

    @WithDefault(Bucket.Settings.DEFAULT_REGION)
    String region();

    Optional<String> prefix();

    @WithDefault("false")
    boolean pathStyle();

    Optional<String> accessKey();

    Optional<String> secretKey();
}
