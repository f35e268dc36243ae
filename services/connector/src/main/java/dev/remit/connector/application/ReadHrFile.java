package dev.remit.connector.application;

import dev.remit.connector.application.Feeds.Turn;
import dev.remit.connector.application.HrFile.Line;
import dev.remit.connector.application.HrFile.Sheet;
import dev.remit.connector.domain.Charter;
import dev.remit.connector.domain.Ids;
import dev.remit.connector.domain.Presence;
import dev.remit.connector.domain.Proposal;
import dev.remit.connector.domain.WorkerEvent;
import dev.remit.handoff.loop.Outbox;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * A file of the HR feed arrived: each good row is observed and may open a change, each broken one
 * is set aside. It is read in slices, one transaction each; only the last one marks it as read, so
 * a file that was interrupted is read again, and the rows seen before change nothing.
 */
@Singleton
public class ReadHrFile {
    private static final Logger LOG = Logger.getLogger(ReadHrFile.class);
    private static final int SLICE = 500;
    private static final int LOGGED = 10_000;

    private final Letters letters;
    private final Feeds feeds;
    private final HrEvents events;
    private final Charters charters;
    private final ProposeChange propose;
    private final MeterRegistry meters;

    ReadHrFile(
            Feeds feeds,
            HrEvents events,
            Charters charters,
            ProposeChange propose,
            MeterRegistry meters,
            Letters letters) {
        this.letters = letters;
        this.feeds = feeds;
        this.events = events;
        this.charters = charters;
        this.propose = propose;
        this.meters = meters;
    }

    /** Reads one file; one with the same content as one before changes nothing. */
    public Uni<Void> read(Turn turn, HrFile file) {
        return file.look()
                .chain(sheet ->
                        switch (sheet) {
                            case Sheet.Unreadable unreadable ->
                                    setAside(turn, file.name(), unreadable);
                            case Sheet.Table table ->
                                    feeds.write(
                                                    turn,
                                                    List.of(),
                                                    outbox -> events.wasRead(table.contentHash()))
                                            .chain(read ->
                                                    read
                                                            ? Uni.createFrom().voidItem()
                                                            : slices(turn, file, table));
                        });
    }

    private Uni<Void> setAside(Turn turn, String name, Sheet.Unreadable sheet) {
        return feeds.write(
                        turn,
                        List.of(),
                        outbox -> {
                            outbox.deadLetter(
                                    "CSV_UNREADABLE",
                                    sheet.fault(),
                                    "hr/" + name + "#" + sheet.contentHash(),
                                    null,
                                    Map.of(),
                                    sheet.beginning());
                            return events.fileRead(sheet.contentHash(), name);
                        })
                .invoke(() -> count(Map.of("CSV_UNREADABLE", 1)));
    }

    private Uni<Void> slices(Turn turn, HrFile file, Sheet.Table table) {
        AtomicLong done = new AtomicLong();
        return Multi.createBy()
                .repeating()
                .uni(() ->
                        file.next(SLICE)
                                .call(lines -> slice(turn, file.name(), table, lines))
                                .map(List::size))
                .whilst(size -> size == SLICE)
                .onItem()
                .invoke(size -> {
                    long rows = done.addAndGet(size);
                    if (rows % LOGGED == 0 || size < SLICE) {
                        LOG.infof("hr/%s: %d of %d rows read", file.name(), rows, table.rows());
                    }
                })
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<Void> slice(Turn turn, String name, Sheet.Table table, List<Line> lines) {
        Map<LocalDate, Collection<Charter>> inForce = inForce(lines);
        Map<String, Integer> aside = new LinkedHashMap<>();
        return feeds.write(
                        turn,
                        changes(lines, inForce),
                        outbox -> {
                            Map<String, String> firsts = firsts(lines);
                            return known(firsts)
                                    .map(known -> {
                                        var slice =
                                                new Slice(
                                                        name,
                                                        table.contentHash(),
                                                        firsts,
                                                        known,
                                                        inForce,
                                                        outbox);
                                        lines.forEach(line -> slice.take(line, aside));
                                        return slice;
                                    })
                                    .call(slice ->
                                            slice.workers.isEmpty()
                                                    ? Uni.createFrom().voidItem()
                                                    : events.state(slice.workers.values()))
                                    .map(slice -> slice.openings.values())
                                    .chain(openings ->
                                            propose.trigger(ProposeChange.HR, openings, outbox))
                                    .chain(() ->
                                            lines.size() < SLICE
                                                    ? events.fileRead(table.contentHash(), name)
                                                    : Uni.createFrom().voidItem());
                        })
                .invoke(() -> {
                    meters.counter("remit.hr.rows.read").increment(lines.size());
                    count(aside);
                });
    }

    private Uni<Map<String, String>> known(Map<String, String> firsts) {
        return firsts.isEmpty() ? Uni.createFrom().item(Map.of()) : events.add(firsts);
    }

    private void count(Map<String, Integer> aside) {
        aside.forEach((code, rows) ->
                meters.counter("remit.hr.rows.set.aside", "code", code).increment(rows));
    }

    /** Event id to the first content under it. */
    private static Map<String, String> firsts(List<Line> lines) {
        Map<String, String> firsts = new LinkedHashMap<>();
        for (Line line : lines) {
            if (line.row() instanceof WorkerEvent.Row.Good(WorkerEvent event)) {
                firsts.putIfAbsent(event.eventId(), line.text());
            }
        }
        return firsts;
    }

    /**
     * Of each day that a row holds from, the charters in force then: a row is judged on its day.
     */
    private Map<LocalDate, Collection<Charter>> inForce(List<Line> lines) {
        Map<LocalDate, Collection<Charter>> inForce = new HashMap<>();
        for (Line line : lines) {
            if (line.row() instanceof WorkerEvent.Row.Good(WorkerEvent event)) {
                inForce.computeIfAbsent(
                        event.effectiveDate(),
                        day -> charters.at(day.atStartOfDay(ZoneOffset.UTC).toInstant()));
            }
        }
        return inForce;
    }

    private static List<UUID> changes(
            List<Line> lines, Map<LocalDate, Collection<Charter>> inForce) {
        List<UUID> changes = new ArrayList<>();
        for (Line line : lines) {
            if (line.row() instanceof WorkerEvent.Row.Good(WorkerEvent event)) {
                inForce.getOrDefault(event.effectiveDate(), List.of()).stream()
                        .filter(charter -> charter.opens(event).isPresent())
                        .forEach(charter -> changes.add(Charter.changeId(charter.name(), event)));
            }
        }
        return changes;
    }

    /** What one slice's rows lead to. */
    private final class Slice {
        private final String file;
        private final String contentHash;
        private final Map<String, String> firsts;
        private final Map<String, String> known;
        private final Map<LocalDate, Collection<Charter>> inForce;
        private final Outbox outbox;
        private final Set<String> observed = new HashSet<>();
        private final Map<UUID, Proposals.Kept> openings = new LinkedHashMap<>();
        private final Map<String, Presence> workers = new LinkedHashMap<>();

        Slice(
                String file,
                String contentHash,
                Map<String, String> firsts,
                Map<String, String> known,
                Map<LocalDate, Collection<Charter>> inForce,
                Outbox outbox) {
            this.file = file;
            this.contentHash = contentHash;
            this.firsts = firsts;
            this.known = known;
            this.inForce = inForce;
            this.outbox = outbox;
        }

        void take(Line line, Map<String, Integer> aside) {
            switch (line.row()) {
                case WorkerEvent.Row.Broken(String fault) ->
                        setAside("CSV_ROW_BROKEN", fault, line, aside);
                case WorkerEvent.Row.Good(WorkerEvent event) -> {
                    String id = event.eventId();
                    if (!known.containsKey(id) && observed.add(id)) {
                        observe(event, line, aside);
                    } else if (!line.text().equals(known.getOrDefault(id, firsts.get(id)))) {
                        setAside(
                                "EVENT_CONTRADICTED",
                                "event_id: came before with other content; the first stands",
                                line,
                                aside);
                    }
                }
            }
        }

        private void observe(WorkerEvent event, Line line, Map<String, Integer> aside) {
            workers.merge(event.workerId(), Presence.of(event), Presence::then);
            UUID observation = Ids.ofWorkerEvent(event.eventId());
            outbox.publish(
                    observation, event.workerId(), letters.of(event, outbox.now()), null, null);
            boolean waits = event.effectiveDate().isAfter(ProposeChange.today(outbox));
            for (Charter charter : inForce.getOrDefault(event.effectiveDate(), List.of())) {
                UUID change = Charter.changeId(charter.name(), event);
                Optional<Proposal> opened = charter.opens(event);
                Optional<Charter.Refusal> refusal =
                        opened.filter(each -> !waits)
                                .flatMap(each -> charter.refusesAt(outbox.now()));
                if (refusal.isPresent()) {
                    setAside(
                            refusal.get().code(),
                            "no change is opened: " + refusal.get().detail(),
                            line,
                            aside);
                } else if (opened.isPresent()) {
                    openings.putIfAbsent(
                            change,
                            new Proposals.Kept(
                                    change,
                                    opened.get(),
                                    observation,
                                    event.effectiveDate(),
                                    charter.effect(opened.get().action())));
                }
            }
        }

        private void setAside(String code, String fault, Line line, Map<String, Integer> aside) {
            outbox.deadLetter(
                    code,
                    fault,
                    "hr/" + file + ":" + line.number() + "#" + contentHash.substring(0, 16),
                    null,
                    Map.of(),
                    line.text().getBytes(StandardCharsets.UTF_8));
            aside.merge(code, 1, Integer::sum);
        }
    }
}
