package dev.remit.ledger.adapter.s3;

import dev.remit.ledger.adapter.files.PublicFolder;
import dev.remit.ledger.application.PublicFiles;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Where the log's public files are: in the bucket that is configured, else in the ledger's folder.
 * Without a bucket no class of its client is loaded.
 */
@Singleton
class PublicStorage {
    private static final Logger LOG = Logger.getLogger(PublicStorage.class);

    @Produces
    @Singleton
    static PublicFiles files(
            Vertx vertx,
            @ConfigProperty(name = "remit.ledger.directory") Path directory,
            LogBucket settings) {
        return settings.bucket().isEmpty()
                ? new PublicFolder(vertx, directory)
                : bucket(vertx, settings, settings.bucket().get());
    }

    private static PublicFiles bucket(Vertx vertx, LogBucket settings, String name) {
        Bucket bucket =
                new Bucket(
                        new Bucket.Settings(
                                name,
                                settings.url(),
                                settings.region(),
                                settings.prefix().orElse(""),
                                settings.pathStyle(),
                                settings.accessKey(),
                                settings.secretKey()));
        PublicBucket files = new PublicBucket(vertx, bucket);
        files.check();
        LOG.infof("the log's public files are in %s", bucket);
        return files;
    }
}
