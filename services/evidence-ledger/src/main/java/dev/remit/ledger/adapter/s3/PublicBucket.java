package dev.remit.ledger.adapter.s3;

import dev.remit.ledger.application.PublicFiles;
import dev.remit.ledger.application.Served;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.Tile;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Tiles, entry bundles and the checkpoint as objects, named as C2SP tlog-tiles names them, so that
 * clients can be sent to the bucket, or to a cache before it. What never changes is put only where
 * nothing is; a state of the log only in the place of the very one that was read: whoever writes
 * late, after another replica took over, puts nothing.
 */
public final class PublicBucket implements PublicFiles {
    /** As many as the JDK keeps connections to one host. */
    private static final int AT_ONCE = 5;

    private final Vertx vertx;
    private final Bucket bucket;
    private final String prefix;

    public PublicBucket(Vertx vertx, Bucket bucket) {
        this(vertx, bucket, "");
    }

    private PublicBucket(Vertx vertx, Bucket bucket, String prefix) {
        this.vertx = vertx;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    @Override
    public PublicFiles of(String period) {
        return new PublicBucket(vertx, bucket, Shard.prefix(period));
    }

    /**
     * Tries whether the storage keeps to conditions, with an object of its own, {@code
     * conditional}: one that ignores them would let a late writer through, one that refuses its own
     * tags would never take a second checkpoint.
     *
     * @throws IllegalStateException if it does not, or refuses the credentials
     */
    public void check() {
        byte[] word = ("tried by " + UUID.randomUUID() + "\n").getBytes(StandardCharsets.US_ASCII);
        bucket.putNew(Bucket.PROBE, word, Served.STATE);
        if (bucket.putNew(Bucket.PROBE, word, Served.STATE)
                || bucket.putInstead(Bucket.PROBE, "\"0\"", word, Served.STATE)) {
            throw new IllegalStateException(
                    "remit.log.s3: the storage ignores If-None-Match or If-Match: a late writer"
                            + " could put an old checkpoint over a new one");
        }
        String tag = probe();
        while (!bucket.putInstead(Bucket.PROBE, tag, word, Served.STATE)) {
            String now = probe();
            if (now.equals(tag)) {
                throw new IllegalStateException(
                        "remit.log.s3: the storage refuses If-Match with its own tag "
                                + tag
                                + ": no checkpoint could follow another");
            }
            // another replica starts just now, with a word of its own
            tag = now;
        }
    }

    private String probe() {
        return bucket.get(Bucket.PROBE).orElseThrow().tag();
    }

    @Override
    public Optional<byte[]> read(String path) {
        return bucket.read(prefix + path);
    }

    @Override
    public void write(Map<String, byte[]> files) {
        try (ExecutorService each =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            List<Future<?>> puts = new ArrayList<>();
            files.forEach(
                    (path, bytes) -> puts.add(each.submit(() -> write(prefix + path, bytes))));
            for (Future<?> put : puts) {
                put.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void write(String path, byte[] bytes) {
        if (!bucket.putNew(path, bytes, Served.FOR_EVER)
                && bucket.read(path).filter(there -> Arrays.equals(there, bytes)).isEmpty()) {
            throw new IllegalStateException(
                    path + " is in " + bucket + " with other bytes: it is not written over");
        }
    }

    @Override
    public void replace(String file, Optional<byte[]> seen, byte[] next) {
        String path = prefix + file;
        Optional<Bucket.Found> there = bucket.get(path);
        boolean same =
                there.isPresent() == seen.isPresent()
                        && (there.isEmpty() || Arrays.equals(there.get().bytes(), seen.get()));
        boolean put =
                same
                        && (there.isEmpty()
                                ? bucket.putNew(path, next, Served.STATE)
                                : bucket.putInstead(path, there.get().tag(), next, Served.STATE));
        // the answer to a write that was stored may be lost: repeated, it finds itself there
        if (!put && bucket.read(path).filter(now -> Arrays.equals(now, next)).isEmpty()) {
            throw new IllegalStateException(
                    path + " in " + bucket + " is not what it was: somebody else writes this log");
        }
    }

    @Override
    public <T> Uni<T> away(Callable<T> work) {
        return Uni.createFrom()
                .completionStage(() -> vertx.executeBlocking(work, false).toCompletionStage());
    }

    /** The one of this width, else the full one, else the narrowest that is wide enough. */
    @Override
    public byte[] read(int level, long index, int width) {
        Tile full = new Tile(level, index, Tile.FULL);
        Optional<byte[]> tile = read(new Tile(level, index, width).path());
        if (tile.isEmpty() && width < Tile.FULL) {
            tile = read(full.path());
        }
        if (tile.isEmpty() && width < Tile.FULL) {
            tile =
                    bucket.list(prefix + full.path() + ".p/").stream()
                            .map(path -> path.substring(prefix.length()))
                            .map(Tile::parse)
                            .filter(each -> each.width() > width)
                            .min(Comparator.comparingInt(Tile::width))
                            .flatMap(each -> read(each.path()));
        }
        return tile.orElseThrow(() ->
                new IllegalStateException(
                        "tile " + level + "/" + index + " of width " + width + " is missing"));
    }
}
