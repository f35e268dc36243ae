package dev.remit.ledger.adapter.files;

import io.smallrye.mutiny.Uni;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** The public files as they are, in a process that may end before any change of the disk. */
public final class KilledFolder extends PublicFolder {
    @SuppressWarnings("NullAway") // no event loop is needed where away does not leave the thread
    private KilledFolder(Path directory, Consumer<String> steps) {
        super(null, directory, steps::accept);
    }

    /** Opens a ledger's folder. */
    public static KilledFolder of(Path directory, Consumer<String> steps) {
        return new KilledFolder(directory, steps);
    }

    /** In the caller's thread: there is no event loop here. */
    @Override
    public <T> Uni<T> away(Callable<T> work) {
        return Uni.createFrom()
                .item(() -> {
                    try {
                        return work.call();
                    } catch (RuntimeException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
    }
}
