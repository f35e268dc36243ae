package dev.remit.connector.adapter.files;

import dev.remit.connector.application.Charters;
import dev.remit.connector.application.ProposeChange;
import dev.remit.connector.application.PublishCharters;
import dev.remit.connector.application.ReadHrFile;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Watches the HR folder and the charters' folder. Files are read on worker threads, and moved away
 * only after the commit.
 */
@Singleton
class Folders {
    private static final Logger LOG = Logger.getLogger(Folders.class);

    private record Arrived(Path file, byte[] content) {}

    private final Path hr;
    private final Path charterFolder;
    private final Charters charters;
    private final PublishCharters publish;
    private final ReadHrFile read;
    private final ProposeChange proposals;
    private Map<Path, String> seen = new HashMap<>();
    private Map<String, String> published = Map.of();

    Folders(
            @ConfigProperty(name = "remit.hr.folder") Path hr,
            @ConfigProperty(name = "remit.charters") Path charterFolder,
            Charters charters,
            PublishCharters publish,
            ReadHrFile read,
            ProposeChange proposals) {
        this.hr = hr;
        this.charterFolder = charterFolder;
        this.charters = charters;
        this.publish = publish;
        this.read = read;
        this.proposals = proposals;
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> charters() {
        return onWorker(this::charterFiles)
                .chain(files ->
                        files.equals(published) && charters.known()
                                ? Uni.createFrom().voidItem()
                                : publish.publish(files).invoke(() -> published = files))
                .onFailure()
                .invoke(failure -> LOG.warnf("charters wait: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> hr() {
        if (!charters.known()) {
            return Uni.createFrom().voidItem();
        }
        return onWorker(this::arrived)
                .chain(files ->
                        Multi.createFrom()
                                .iterable(files)
                                .onItem()
                                .transformToUniAndConcatenate(file ->
                                        read.read(
                                                        String.valueOf(file.file().getFileName()),
                                                        file.content())
                                                .chain(() -> onWorker(() -> done(file.file()))))
                                .collect()
                                .asList())
                .chain(proposals::proposeDue)
                .onFailure()
                .invoke(failure -> LOG.warnf("the HR feed waits: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    /** Files whose size and time stood still since the last look. */
    private List<Arrived> arrived() {
        Map<Path, String> now = new HashMap<>();
        List<Arrived> arrived = new ArrayList<>();
        for (Path file : files(hr, ".csv")) {
            try {
                String state = Files.size(file) + "@" + Files.getLastModifiedTime(file);
                now.put(file, state);
                if (state.equals(seen.get(file))) {
                    arrived.add(new Arrived(file, Files.readAllBytes(file)));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        seen = now;
        return arrived;
    }

    private boolean done(Path file) {
        try {
            Path folder = Files.createDirectories(hr.resolve("done"));
            Files.move(
                    file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, String> charterFiles() {
        Map<String, String> files = new TreeMap<>();
        for (Path file : files(charterFolder, ".yaml")) {
            try {
                files.put(String.valueOf(file.getFileName()), Files.readString(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    private static List<Path> files(Path folder, String ending) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(
                            file -> file.toString().endsWith(ending) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> Uni<T> onWorker(Supplier<T> work) {
        return Uni.createFrom().item(work).runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }
}
