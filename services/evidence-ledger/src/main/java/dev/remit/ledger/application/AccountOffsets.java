package dev.remit.ledger.application;

import dev.remit.handoff.loop.Handoffs;
import dev.remit.handoff.loop.Polled;
import dev.remit.handoff.loop.Polls;
import dev.remit.ledger.application.Offsets.Place;
import dev.remit.ledger.application.Offsets.Read;
import dev.remit.ledger.log.OffsetManifest;
import dev.remit.ledger.log.OffsetManifest.Hole;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Every offset of every partition is accounted for in the log: by {@link OffsetManifest}s, one
 * before each checkpoint. What a poll brings once more is not counted once more.
 */
@Singleton
public class AccountOffsets implements Polls {
    /** Partitions in one manifest: a leaf has at most 65,535 bytes. */
    private static final int MOST_PARTITIONS = 100;

    /** Holes that a partition's range names before it must be closed: the same limit. */
    private static final int MOST_HOLES = 10;

    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::topic).thenComparingInt(Place::partition);

    private final Handoffs handoffs;
    private final Entries entries;
    private final Offsets offsets;

    AccountOffsets(Handoffs handoffs, Entries entries, Offsets offsets) {
        this.handoffs = handoffs;
        this.entries = entries;
        this.offsets = offsets;
    }

    @Override
    public Uni<Void> polled(List<Polled> records) {
        Map<Place, List<Polled>> byPlace = new TreeMap<>(ORDER);
        for (Polled each : records) {
            byPlace.computeIfAbsent(
                            new Place(each.topic(), each.partition()), _ -> new ArrayList<>())
                    .add(each);
        }
        return offsets.of(byPlace.keySet())
                .chain(known -> {
                    Map<Place, Read> read = new TreeMap<>(ORDER);
                    known.forEach(each -> read.put(each.place(), each));
                    List<Read> now = new ArrayList<>();
                    byPlace.forEach((place, polled) -> {
                        Read before = read.getOrDefault(place, first(place, polled.getFirst()));
                        Read after = after(before, polled);
                        if (!after.equals(read.get(place))) {
                            now.add(after);
                        }
                    });
                    return now.isEmpty() ? Uni.createFrom().voidItem() : offsets.advance(now);
                });
    }

    /** What was there before is accounted for from where it was read first. */
    private static Read first(Place place, Polled record) {
        return new Read(
                place,
                record.offset(),
                record.offset(),
                0,
                OffsetManifest.start(place.topic(), place.partition()),
                List.of());
    }

    private static Read after(Read before, List<Polled> polled) {
        Read read = before;
        for (Polled each : polled) {
            if (each.offset() >= read.next()) {
                read =
                        new Read(
                                read.place(),
                                read.since(),
                                each.offset() + 1,
                                read.number() + 1,
                                OffsetManifest.next(read.chain(), each.offset(), each.hash()),
                                each.offset() == read.next()
                                        ? read.holes()
                                        : with(
                                                read.holes(),
                                                new Hole(read.next(), each.offset() - 1)));
            }
        }
        return read;
    }

    /** With very many holes, what lies between the last ones is not told apart from them. */
    private static List<Hole> with(List<Hole> holes, Hole hole) {
        List<Hole> all = new ArrayList<>(holes);
        if (all.size() == MOST_HOLES) {
            all.add(new Hole(all.removeLast().from(), hole.to()));
        } else {
            all.add(hole);
        }
        return all;
    }

    /** Logs a manifest of what was read since the last ones; nothing if nothing was. */
    Uni<Void> log() {
        return handoffs.transact(
                List.of(),
                // the log first, as everywhere
                outbox ->
                        entries.hold()
                                .chain(() -> offsets.unaccounted(MOST_PARTITIONS))
                                .chain(read ->
                                        read.isEmpty()
                                                ? Uni.createFrom().voidItem()
                                                : entries.append(
                                                                outbox.newId(),
                                                                OffsetManifest.TYPE,
                                                                manifest(read).leaf(),
                                                                outbox.now())
                                                        .chain(() ->
                                                                offsets.advance(
                                                                        read.stream()
                                                                                .map(
                                                                                        AccountOffsets
                                                                                                ::accounted)
                                                                                .toList()))));
    }

    private static OffsetManifest manifest(List<Read> read) {
        return new OffsetManifest(
                read.stream()
                        .sorted(Comparator.comparing(Read::place, ORDER))
                        .map(each ->
                                new OffsetManifest.Range(
                                        each.place().topic(),
                                        each.place().partition(),
                                        each.since(),
                                        each.next() - 1,
                                        each.number(),
                                        each.chain(),
                                        each.holes()))
                        .toList());
    }

    private static Read accounted(Read read) {
        return new Read(read.place(), read.next(), read.next(), 0, read.chain(), List.of());
    }
}
