package dev.remit.connector.application;

import dev.remit.connector.adapter.kafka.Observations;
import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Ids;
import dev.remit.handoff.http.Problem;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.merkle.Hash;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Charter files were read: new ones are published, broken and contradicting ones are set aside, the
 * rest stays in force.
 */
@Singleton
public class PublishCharters {
    private record Version(String name, String version) {
        static Version of(Charter charter) {
            return new Version(charter.name(), charter.version());
        }
    }

    private final Handoffs handoffs;
    private final Feeds feeds;
    private final PublishedCharters published;
    private final Charters charters;

    PublishCharters(
            Handoffs handoffs, Feeds feeds, PublishedCharters published, Charters charters) {
        this.handoffs = handoffs;
        this.feeds = feeds;
        this.published = published;
        this.charters = charters;
    }

    /** Publishes what is new in these files; the first file with a name and version counts. */
    public Uni<Void> publish(Turn turn, List<CharterText> files) {
        Map<Version, CharterText.Good> firsts = new LinkedHashMap<>();
        for (CharterText file : files) {
            if (file instanceof CharterText.Good good) {
                firsts.putIfAbsent(Version.of(good.document().charter()), good);
            }
        }
        return feeds.write(
                turn,
                List.of(),
                outbox ->
                        published
                                .add(
                                        firsts.values().stream()
                                                .map(CharterText.Good::document)
                                                .toList(),
                                        outbox.now())
                                .chain(added ->
                                        published
                                                .all()
                                                .invoke(all -> {
                                                    firsts.values().stream()
                                                            .map(CharterText.Good::document)
                                                            .filter(each ->
                                                                    added.contains(
                                                                            each.charter().hash()))
                                                            .forEach(each -> hand(each, outbox));
                                                    setAside(files, all, outbox);
                                                }))
                                .replaceWithVoid());
    }

    /**
     * Every version of a charter, the first one first.
     *
     * @throws Problem 404 CHARTER_UNKNOWN if it was never published
     */
    public Uni<List<PublishedCharters.Version>> history(String name) {
        return handoffs.transact(List.of(), outbox -> published.history(name))
                .invoke(found -> {
                    if (found.isEmpty()) {
                        throw Problem.of(
                                404,
                                "CHARTER_UNKNOWN",
                                "no charter '"
                                        + name
                                        + "' was published; GET /charters lists them");
                    }
                });
    }

    /** Puts into force what any replica published. */
    public Uni<Void> refresh() {
        return handoffs.transact(List.of(), outbox -> published.all())
                .invoke(charters::replace)
                .replaceWithVoid();
    }

    private static void hand(PublishedCharters.Document document, Outbox outbox) {
        Charter charter = document.charter();
        outbox.publish(
                dev.remit.handoff.Ids.derived(Ids.NAMESPACE, "charter:" + charter.hash()),
                charter.name(),
                Observations.charter(
                        charter.name(),
                        charter.version(),
                        charter.hash(),
                        document.document().getBytes(StandardCharsets.UTF_8),
                        outbox.now()),
                null,
                null);
    }

    private static void setAside(List<CharterText> files, List<Charter> all, Outbox outbox) {
        Set<String> hashes =
                all.stream().map(Charter::hash).collect(java.util.stream.Collectors.toSet());
        for (CharterText file : files) {
            switch (file) {
                case CharterText.Broken broken ->
                        setAside("CHARTER_INVALID", broken.fault(), broken, null, outbox);
                case CharterText.Good good -> {
                    Charter charter = good.document().charter();
                    if (!hashes.contains(charter.hash())) {
                        setAside(
                                "CHARTER_VERSION_REUSED",
                                "metadata.version: "
                                        + charter.name()
                                        + " "
                                        + charter.version()
                                        + " was published with other content; that one stays in force",
                                good,
                                charter.name(),
                                outbox);
                    }
                }
            }
        }
    }

    private static void setAside(
            String code, String fault, CharterText file, @Nullable String key, Outbox outbox) {
        byte[] text = file.text().getBytes(StandardCharsets.UTF_8);
        outbox.deadLetter(
                code,
                fault,
                "charters/" + file.file() + "#" + Hash.sha256(text).hex(),
                key,
                Map.of(),
                text);
    }
}
