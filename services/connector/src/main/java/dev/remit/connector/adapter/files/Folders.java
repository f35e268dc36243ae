package dev.remit.connector.adapter.files;

import dev.remit.connector.application.CharterText;
import dev.remit.connector.application.Charters;
import dev.remit.connector.application.Feeds;
import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.application.PublishCharters;
import dev.remit.connector.application.ReadHrFile;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
    private static final String HR = "hr";
    private static final String CHARTERS = "charters";
    private static final int LONGEST_CHARTER = 262_144;

    private final Path hr;
    private final Path charterFolder;
    private final Feeds feeds;
    private final Charters charters;
    private final PublishCharters publish;
    private final ReadHrFile read;
    private Map<Path, String> seen = new HashMap<>();
    private List<CharterText> published = List.of();

    Folders(
            @ConfigProperty(name = "remit.hr.folder") Path hr,
            @ConfigProperty(name = "remit.charters") Path charterFolder,
            Feeds feeds,
            Charters charters,
            PublishCharters publish,
            ReadHrFile read) {
        this.hr = hr;
        this.charterFolder = charterFolder;
        this.feeds = feeds;
        this.charters = charters;
        this.publish = publish;
        this.read = read;
    }

    void expect(@Observes StartupEvent started) {
        feeds.expect(HR);
        feeds.expect(CHARTERS);
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> charters() {
        return feeds.read(
                        CHARTERS,
                        turn ->
                                onWorker(this::charterFiles)
                                        .chain(files ->
                                                files.equals(published)
                                                        ? Uni.createFrom().voidItem()
                                                        : publish.publish(turn, files)
                                                                .invoke(settled ->
                                                                        published =
                                                                                settled
                                                                                        ? files
                                                                                        : List.of())
                                                                .replaceWithVoid()))
                .chain(publish::refresh)
                .onFailure()
                .invoke(failure -> LOG.warnf("published charters cannot be read: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> hr() {
        return charters.known() ? feeds.read(HR, this::files) : Uni.createFrom().voidItem();
    }

    private Uni<Void> files(Turn turn) {
        return onWorker(this::arrived)
                .chain(files ->
                        Multi.createFrom()
                                .iterable(files)
                                .onItem()
                                .transformToUniAndConcatenate(file -> file(turn, file))
                                .collect()
                                .last())
                .replaceWithVoid();
    }

    private Uni<Void> file(Turn turn, Path path) {
        HrCsv file = new HrCsv(path);
        return onWorker(() -> state(path))
                .chain(state ->
                        read.read(turn, file)
                                .eventually(() -> onWorker(() -> closed(file)))
                                .chain(() -> onWorker(() -> done(path, state))))
                .replaceWithVoid();
    }

    /** Files whose size and time stood still since the last look. */
    private List<Path> arrived() throws IOException {
        Map<Path, String> now = new HashMap<>();
        List<Path> arrived = new ArrayList<>();
        for (Path file : list(hr, ".csv")) {
            String state = state(file);
            now.put(file, state);
            if (state.equals(seen.get(file))) {
                arrived.add(file);
            }
        }
        seen = now;
        return arrived;
    }

    private static boolean closed(HrCsv file) throws IOException {
        file.close();
        return true;
    }

    /** What differs when another file is here, or more is in it. */
    static String state(Path file) throws IOException {
        var now = Files.readAttributes(file, BasicFileAttributes.class);
        return now.size() + "@" + now.lastModifiedTime() + "@" + now.fileKey();
    }

    /**
     * Puts the file that was read out of the way, beside others of its name. One that came in its
     * place meanwhile stays, and is read next.
     *
     * @param read its state before it was read
     */
    static Path done(Path file, String read) throws IOException {
        if (!state(file).equals(read)) {
            return file;
        }
        Path folder = Files.createDirectories(file.resolveSibling("done"));
        Path place = folder.resolve(file.getFileName());
        for (int n = 1; Files.exists(place); n++) {
            place = folder.resolve(file.getFileName() + "." + n);
        }
        return Files.move(file, place);
    }

    private List<CharterText> charterFiles() throws IOException {
        List<CharterText> files = new ArrayList<>();
        for (Path path : list(charterFolder, ".yaml")) {
            files.add(charterFile(path));
        }
        return files;
    }

    private static CharterText charterFile(Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(LONGEST_CHARTER + 1);
            String text = new String(bytes, StandardCharsets.UTF_8);
            return bytes.length > LONGEST_CHARTER
                    ? new CharterText.Broken(
                            name, text, "the file is longer than " + LONGEST_CHARTER + " bytes")
                    : CharterFile.of(name, text);
        }
    }

    private static List<Path> list(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(
                            file -> file.toString().endsWith(ending) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
    }

    private static <T> Uni<T> onWorker(Callable<T> work) {
        return Uni.createFrom()
                .item(() -> {
                    try {
                        return work.call();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                })
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }
}
