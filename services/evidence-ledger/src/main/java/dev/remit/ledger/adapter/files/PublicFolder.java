package dev.remit.ledger.adapter.files;

import dev.remit.ledger.application.PublicFiles;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.Tile;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Tiles, entry bundles and the checkpoint in a folder, as C2SP tlog-tiles names them. */
public class PublicFolder implements PublicFiles {
    private final Vertx vertx;
    private final Folder folder;
    private final String prefix;

    public PublicFolder(Vertx vertx, Path directory) {
        this(vertx, directory, _ -> {});
    }

    PublicFolder(Vertx vertx, Path directory, Folder.Steps steps) {
        this(vertx, new Folder(directory.resolve("log"), steps), "");
    }

    private PublicFolder(Vertx vertx, Folder folder, String prefix) {
        this.vertx = vertx;
        this.folder = folder;
        this.prefix = prefix;
    }

    @Override
    public PublicFiles of(String period) {
        return new PublicFolder(vertx, folder, Shard.prefix(period));
    }

    @Override
    public Optional<byte[]> read(String path) {
        return folder.read(prefix + path);
    }

    @Override
    public void write(Map<String, byte[]> files) {
        Map<String, byte[]> placed = new LinkedHashMap<>();
        files.forEach((path, bytes) -> placed.put(prefix + path, bytes));
        folder.write(placed);
    }

    @Override
    public void replace(String path, Optional<byte[]> seen, byte[] next) {
        Optional<byte[]> there = read(path);
        if (there.isPresent() != seen.isPresent()
                || (there.isPresent() && !Arrays.equals(there.get(), seen.get()))) {
            throw new IllegalStateException(
                    path + " is not what it was: somebody else writes this log");
        }
        write(Map.of(path, next));
    }

    @Override
    public <T> Uni<T> away(Callable<T> work) {
        return Uni.createFrom()
                .completionStage(() -> vertx.executeBlocking(work, false).toCompletionStage());
    }

    /** The full tile when it is there, else the narrowest partial one that is wide enough. */
    @Override
    public byte[] read(int level, long index, int width) {
        Optional<byte[]> tile = read(new Tile(level, index, Tile.FULL).path());
        for (int wide = width; tile.isEmpty() && wide < Tile.FULL; wide++) {
            tile = read(new Tile(level, index, wide).path());
        }
        return tile.orElseThrow(() ->
                new IllegalStateException(
                        "tile " + level + "/" + index + " of width " + width + " is missing"));
    }
}
