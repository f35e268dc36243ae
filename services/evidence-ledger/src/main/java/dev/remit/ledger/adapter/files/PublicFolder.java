package dev.remit.ledger.adapter.files;

import dev.remit.ledger.application.PublicFiles;
import dev.remit.ledger.log.Tile;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Tiles, entry bundles and the checkpoint in a folder, as C2SP tlog-tiles names them. */
@Singleton
public class PublicFolder implements PublicFiles {
    private final Vertx vertx;
    private final Folder folder;

    @Inject
    PublicFolder(Vertx vertx, @ConfigProperty(name = "remit.ledger.directory") Path directory) {
        this(vertx, directory, _ -> {});
    }

    PublicFolder(Vertx vertx, Path directory, Folder.Steps steps) {
        this.vertx = vertx;
        this.folder = new Folder(directory.resolve("log"), steps);
    }

    @Override
    public Optional<byte[]> read(String path) {
        return folder.read(path);
    }

    @Override
    public void write(Map<String, byte[]> files) {
        folder.write(files);
    }

    @Override
    public <T> Uni<T> away(Callable<T> work) {
        return Uni.createFrom()
                .completionStage(() -> vertx.executeBlocking(work, false).toCompletionStage());
    }

    /** The full tile when it is there, else the narrowest partial one that is wide enough. */
    @Override
    public byte[] read(int level, long index, int width) {
        Optional<byte[]> tile = folder.read(new Tile(level, index, Tile.FULL).path());
        for (int wide = width; tile.isEmpty() && wide < Tile.FULL; wide++) {
            tile = folder.read(new Tile(level, index, wide).path());
        }
        return tile.orElseThrow(() ->
                new IllegalStateException(
                        "tile " + level + "/" + index + " of width " + width + " is missing"));
    }
}
