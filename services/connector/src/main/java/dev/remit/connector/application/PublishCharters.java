package dev.remit.connector.application;

import dev.remit.connector.adapter.files.CharterFile;
import dev.remit.connector.adapter.kafka.Observations;
import dev.remit.connector.adapter.postgres.Rows;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Ids;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Charter files were read: new ones are published, broken and contradicting ones are set aside, the
 * rest stays in force.
 */
@Singleton
public class PublishCharters {
    private final Handoffs handoffs;
    private final Rows rows;
    private final Charters charters;

    PublishCharters(Handoffs handoffs, Rows rows, Charters charters) {
        this.handoffs = handoffs;
        this.rows = rows;
        this.charters = charters;
    }

    /**
     * @param files file name to YAML text
     */
    public Uni<Void> publish(Map<String, String> files) {
        return handoffs.transact(
                        List.of(),
                        outbox ->
                                Multi.createFrom()
                                        .iterable(files.entrySet())
                                        .onItem()
                                        .transformToUniAndConcatenate(file ->
                                                publish(file.getKey(), file.getValue(), outbox))
                                        .collect()
                                        .asList()
                                        .chain(rows::charters))
                .invoke(published ->
                        charters.replace(
                                published.stream()
                                        .map(each -> CharterFile.read(each.document()))
                                        .toList()))
                .replaceWithVoid();
    }

    private Uni<Void> publish(String file, String yaml, Outbox outbox) {
        String canonical;
        Charter charter;
        try {
            canonical = CharterFile.canonical(yaml);
            charter = CharterFile.read(canonical);
        } catch (IllegalArgumentException e) {
            outbox.deadLetter(
                    "CHARTER_INVALID",
                    String.valueOf(e.getMessage()),
                    "charters/" + file,
                    null,
                    Map.of(),
                    yaml.getBytes(StandardCharsets.UTF_8));
            return Uni.createFrom().voidItem();
        }
        return rows.addCharter(charter.name(), charter.version(), charter.hash(), canonical)
                .chain(added -> {
                    if (added) {
                        outbox.publish(
                                dev.remit.handoff.Ids.derived(
                                        Ids.NAMESPACE, "charter:" + charter.hash()),
                                charter.name(),
                                Observations.charter(
                                        charter.name(),
                                        charter.version(),
                                        charter.hash(),
                                        canonical.getBytes(StandardCharsets.UTF_8),
                                        outbox.now()),
                                null,
                                null);
                        return Uni.createFrom().voidItem();
                    }
                    return rows.charters()
                            .invoke(all -> refuseReuse(all, charter, file, yaml, outbox))
                            .replaceWithVoid();
                });
    }

    private static void refuseReuse(
            List<Rows.Published> all, Charter charter, String file, String yaml, Outbox outbox) {
        boolean reused =
                all.stream()
                        .anyMatch(each ->
                                each.name().equals(charter.name())
                                        && each.version().equals(charter.version())
                                        && !each.hash().equals(charter.hash()));
        if (reused) {
            outbox.deadLetter(
                    "CHARTER_VERSION_REUSED",
                    "metadata.version: "
                            + charter.name()
                            + " "
                            + charter.version()
                            + " was published with other content; that one stays in force",
                    "charters/" + file + "#" + charter.hash(),
                    charter.name(),
                    Map.of(),
                    yaml.getBytes(StandardCharsets.UTF_8));
        }
    }
}
