package dev.remit.connector.application;

import dev.remit.connector.adapter.files.HrCsv;
import dev.remit.connector.adapter.kafka.Observations;
import dev.remit.connector.adapter.postgres.Rows;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Ids;
import dev.remit.connector.domain.WorkerEvent;
import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Outbox;
import dev.remit.handoff.merkle.Hash;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A file of the HR feed arrived: each good row is observed and may open a change, each broken one
 * is set aside.
 */
@Singleton
public class ReadHrFile {
    private final Handoffs handoffs;
    private final Rows rows;
    private final Charters charters;
    private final ProposeChange proposals;

    ReadHrFile(Handoffs handoffs, Rows rows, Charters charters, ProposeChange proposals) {
        this.handoffs = handoffs;
        this.rows = rows;
        this.charters = charters;
        this.proposals = proposals;
    }

    /**
     * Reads one file in one transaction; a file with the same content as one before changes
     * nothing.
     */
    public Uni<Void> read(String name, byte[] content) {
        HrCsv.Sheet sheet = HrCsv.read(content);
        return handoffs.transact(
                changes(sheet),
                outbox ->
                        rows.addFile(Hash.sha256(content).hex(), name)
                                .chain(added ->
                                        added
                                                ? switch (sheet) {
                                                    case HrCsv.Sheet.Lines(
                                                                    List<HrCsv.Line> lines) ->
                                                            each(name, lines, outbox);
                                                    case HrCsv.Sheet.Unreadable(String fault) -> {
                                                        outbox.deadLetter(
                                                                "CSV_UNREADABLE",
                                                                fault,
                                                                "hr/" + name,
                                                                null,
                                                                Map.of(),
                                                                content);
                                                        yield Uni.createFrom().voidItem();
                                                    }
                                                }
                                                : Uni.createFrom().voidItem()));
    }

    private List<UUID> changes(HrCsv.Sheet sheet) {
        List<UUID> changes = new ArrayList<>();
        if (sheet instanceof HrCsv.Sheet.Lines(List<HrCsv.Line> lines)) {
            for (HrCsv.Line line : lines) {
                if (line.row() instanceof WorkerEvent.Row.Good(WorkerEvent event)) {
                    charters.all()
                            .forEach(charter ->
                                    charter.opens(event)
                                            .ifPresent(any ->
                                                    changes.add(
                                                            Charter.changeId(
                                                                    charter.name(), event))));
                }
            }
        }
        return changes;
    }

    private Uni<Void> each(String file, List<HrCsv.Line> lines, Outbox outbox) {
        return Multi.createFrom()
                .iterable(lines)
                .onItem()
                .transformToUniAndConcatenate(line ->
                        switch (line.row()) {
                            case WorkerEvent.Row.Good(WorkerEvent event) ->
                                    observe(file, line, event, outbox);
                            case WorkerEvent.Row.Broken(String fault) -> {
                                setAside("CSV_ROW_BROKEN", fault, file, line, outbox);
                                yield Uni.createFrom().voidItem();
                            }
                        })
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private Uni<Void> observe(String file, HrCsv.Line line, WorkerEvent event, Outbox outbox) {
        return rows.addEvent(event.eventId(), line.text())
                .chain(added ->
                        added
                                ? open(event, outbox)
                                : rows.event(event.eventId())
                                        .invoke(first -> {
                                            if (!first.equals(line.text())) {
                                                setAside(
                                                        "EVENT_CONTRADICTED",
                                                        "event_id: came before with other content; the first stands",
                                                        file,
                                                        line,
                                                        outbox);
                                            }
                                        })
                                        .replaceWithVoid());
    }

    private Uni<Void> open(WorkerEvent event, Outbox outbox) {
        UUID observation = Ids.ofWorkerEvent(event.eventId());
        outbox.publish(
                observation, event.workerId(), Observations.of(event, outbox.now()), null, null);
        return Multi.createFrom()
                .iterable(charters.all())
                .onItem()
                .transformToUniAndConcatenate(charter ->
                        charter.opens(event)
                                .map(proposal ->
                                        proposals.propose(
                                                Charter.changeId(charter.name(), event),
                                                proposal,
                                                observation,
                                                event.effectiveDate(),
                                                outbox))
                                .orElse(Uni.createFrom().item(false)))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private static void setAside(
            String code, String fault, String file, HrCsv.Line line, Outbox outbox) {
        outbox.deadLetter(
                code,
                fault,
                "hr/" + file + ":" + line.number(),
                null,
                Map.of(),
                line.text().getBytes(StandardCharsets.UTF_8));
    }
}
