package dev.remit.ledger.application;

import dev.remit.handoff.merkle.Hash;
import dev.remit.handoff.seal.TrustedKeys;
import dev.remit.handoff.seal.VerifierKey;
import dev.remit.ledger.certificate.Certificate;
import dev.remit.ledger.domain.Publication;
import dev.remit.ledger.domain.Reading;
import dev.remit.ledger.domain.Standing;
import dev.remit.ledger.domain.Story;
import dev.remit.ledger.log.Entry;
import dev.remit.ledger.log.KeyTrust;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.Shards;
import dev.remit.ledger.log.SignedNote;
import dev.remit.ledger.log.Tree;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Makes the certificate of a closed change when it is first asked for, and keeps it. It is made
 * against the smallest checkpoint that covers the closure, so that it has the same bytes whenever
 * and wherever it is made.
 */
@Singleton
public class CertifyClosure {
    private final Log log;
    private final Changes changes;
    private final Entries entries;
    private final Checkpoints checkpoints;
    private final Readings readings;
    private final PublicFiles files;
    private final CertificateFiles certificates;

    CertifyClosure(
            Log log,
            Changes changes,
            Entries entries,
            Checkpoints checkpoints,
            Readings readings,
            PublicFiles files,
            CertificateFiles certificates) {
        this.log = log;
        this.changes = changes;
        this.entries = entries;
        this.checkpoints = checkpoints;
        this.readings = readings;
        this.files = files;
        this.certificates = certificates;
    }

    /** The certificate's bytes; empty while the change is not closed or its closure not covered. */
    public Uni<Optional<byte[]>> certificate(UUID change) {
        return changes.find(change)
                .chain(found ->
                        found.flatMap(Standing::closingLeaf).isEmpty()
                                ? Uni.createFrom().item(Optional.empty())
                                : found.get().isErased()
                                        ? erased(found.get())
                                        : files.away(() ->
                                                        certificates.kept(
                                                                change, CertificateFiles.Form.OWN))
                                                .chain(kept ->
                                                        kept.isPresent()
                                                                ? Uni.createFrom().item(kept)
                                                                : make(found.get())));
    }

    /**
     * The certificate of a change whose content was erased: its leaves, and the message that says
     * so. It is made each time, so that nothing of it need be forgotten.
     */
    private Uni<Optional<byte[]>> erased(Standing standing) {
        return entries.placed(standing.change())
                .chain(placed ->
                        entries.of(standing.change())
                                .chain(kept -> {
                                    long last =
                                            kept.stream()
                                                    .mapToLong(Entry.Logged::index)
                                                    .max()
                                                    .orElse(Long.MAX_VALUE);
                                    return checkpoints
                                            .covering(last)
                                            .chain(checkpoint ->
                                                    checkpoint.isEmpty()
                                                            ? Uni.createFrom()
                                                                    .item(Optional.empty())
                                                            : erased(
                                                                    standing,
                                                                    placed,
                                                                    kept,
                                                                    checkpoint.get()));
                                }));
    }

    private Uni<Optional<byte[]>> erased(
            Standing standing,
            List<Entries.Placed> placed,
            List<Entry.Logged> kept,
            Checkpoints.Signed checkpoint) {
        List<Place> places =
                placed.stream()
                        .filter(each -> each.index() < checkpoint.size())
                        .map(each ->
                                new Place(
                                        each.index(),
                                        each.leaf(),
                                        kept.stream()
                                                .filter(one -> one.index() == each.index())
                                                .findFirst()
                                                .map(one -> content(one.entry()))))
                        .toList();
        return with(places, checkpoint)
                .chain(found ->
                        files.away(() -> Optional.of(file(standing, found, Optional.empty()))));
    }

    /** A leaf and what is shown of it. */
    private record Place(long index, byte[] leaf, Optional<Certificate.Content> content) {}

    private Uni<Optional<byte[]>> make(Standing standing) {
        long closing = standing.closingLeaf().orElseThrow();
        return checkpoints
                .covering(closing)
                .chain(checkpoint ->
                        checkpoint.isEmpty()
                                ? Uni.createFrom().item(Optional.empty())
                                : entries.of(standing.change())
                                        .chain(own ->
                                                make(standing, closing, own, checkpoint.get())));
    }

    private Uni<Optional<byte[]>> make(
            Standing standing,
            long closing,
            List<Entry.Logged> own,
            Checkpoints.Signed checkpoint) {
        Story.Closed closed = closed(own, closing);
        List<Entry.Logged> told = told(own, closed, closing);
        Set<UUID> named = support(told, closed);
        told.forEach(each -> named.addAll(Registrations.named(readings.of(each.entry()))));
        return entries.withIds(named)
                .chain(support ->
                        entries.charters(List.of(standing.charter()))
                                .map(charters -> charter(charters, standing))
                                .chain(charter ->
                                        entries.withIds(rests(charter))
                                                .map(rest -> {
                                                    List<Entry.Logged> both =
                                                            new ArrayList<>(charter);
                                                    addNew(rest, both);
                                                    return both;
                                                }))
                                .chain(charter -> {
                                    List<Entry.Logged> all = new ArrayList<>(told);
                                    addNew(support, all);
                                    addNew(charter, all);
                                    all.removeIf(each -> each.index() >= checkpoint.size());
                                    return keys(all, checkpoint)
                                            .map(keys -> places(all, keys))
                                            .chain(places -> with(places, checkpoint))
                                            .chain(placed ->
                                                    files.away(() -> {
                                                        byte[] file = file(standing, told, placed);
                                                        certificates.keep(
                                                                standing.change(),
                                                                CertificateFiles.Form.OWN,
                                                                file);
                                                        return Optional.of(file);
                                                    }));
                                }));
    }

    /** What the closure's shard says of the keys that sealed these. */
    private Uni<List<Place>> keys(List<Entry.Logged> sealed, Checkpoints.Signed checkpoint) {
        String period = log.period(checkpoint.state());
        Set<String> used = new HashSet<>();
        sealed.forEach(each -> used.add(each.entry().sealKey()));
        return entries.placedAs(
                        KeyTrust.of(log.trusted()).stream()
                                .filter(each -> used.contains(each.key().reference()))
                                .map(each -> each.id(period))
                                .toList())
                .map(placed ->
                        placed.stream()
                                .filter(each -> each.index() < checkpoint.size())
                                .sorted(Comparator.comparingLong(Entries.Placed::index))
                                .map(each -> new Place(each.index(), each.leaf(), Optional.empty()))
                                .toList());
    }

    private Story.Closed closed(List<Entry.Logged> own, long closing) {
        for (Entry.Logged each : own) {
            if (each.index() == closing
                    && readings.of(each.entry()) instanceof Reading.Handoff(_, Story.Step step)
                    && step.said() instanceof Story.Closed closed) {
                return closed;
            }
        }
        throw new IllegalStateException("leaf " + closing + " is not the closure it was kept as");
    }

    /** The handoffs that the closure lists and itself, by sequence; then the rest of the change. */
    private static List<Entry.Logged> told(
            List<Entry.Logged> own, Story.Closed closed, long closing) {
        Set<String> listed = new HashSet<>();
        closed.handoffs().forEach(each -> listed.add(each.split(" ", -1)[1]));
        List<Entry.Logged> told =
                new ArrayList<>(
                        own.stream()
                                .filter(each ->
                                        each.index() == closing
                                                || listed.contains(
                                                        each.entry().envelope().id().toString()))
                                .sorted(
                                        Comparator.comparingInt(
                                                each -> each.entry().envelope().sequence()))
                                .toList());
        addNew(own.stream().filter(each -> each.entry().envelope().sequence() == 0).toList(), told);
        return told;
    }

    /**
     * Messages outside the change that it rests on: what triggered it, and observations that the
     * proofs name.
     */
    private static Set<UUID> support(List<Entry.Logged> told, Story.Closed closed) {
        Set<UUID> ids = new TreeSet<>(closed.proofs());
        told.stream()
                .map(each -> each.entry().envelope().causation())
                .filter(Objects::nonNull)
                .forEach(ids::add);
        told.forEach(each -> ids.remove(each.entry().envelope().id()));
        return ids;
    }

    private List<Entry.Logged> charter(List<Entry.Logged> charters, Standing standing) {
        return charters.stream()
                .filter(each ->
                        readings.of(each.entry()) instanceof Reading.Published published
                                && published.hash().equals(standing.charterHash())
                                && published.charter().isPresent())
                .limit(1)
                .toList();
    }

    private Set<UUID> rests(List<Entry.Logged> charter) {
        Set<UUID> named = new TreeSet<>();
        charter.forEach(each -> {
            if (readings.of(each.entry()) instanceof Reading.Published published) {
                named.addAll(Publication.named(published));
            }
        });
        return named;
    }

    private static void addNew(List<Entry.Logged> more, List<Entry.Logged> all) {
        more.stream()
                .filter(each -> all.stream().noneMatch(one -> one.index() == each.index()))
                .forEach(all::add);
    }

    private static List<Place> places(List<Entry.Logged> all, List<Place> keys) {
        List<Place> places = new ArrayList<>();
        all.forEach(each ->
                places.add(
                        new Place(
                                each.index(),
                                each.entry().leaf(),
                                Optional.of(content(each.entry())))));
        places.addAll(keys);
        return places;
    }

    /**
     * Where leaves are found.
     *
     * @param checkpoint of the shard that the closure is in
     * @param earlier the last states of shards before, oldest first
     */
    private record Trees(
            Shards shards, Checkpoints.Signed checkpoint, Map<Shard, Checkpoints.Signed> earlier) {
        /** The shard and the state of it that show a leaf. */
        Checkpoints.Signed of(Shard shard) {
            return earlier.getOrDefault(shard, checkpoint);
        }
    }

    private record Placed(List<Place> places, Trees trees) {}

    /** With the last states of all earlier shards that these are in. */
    private Uni<Placed> with(List<Place> places, Checkpoints.Signed checkpoint) {
        return checkpoints
                .shards()
                .chain(shards -> {
                    Shard own = shards.at(checkpoint.size() - 1);
                    Uni<Placed> all =
                            Uni.createFrom()
                                    .item(
                                            new Placed(
                                                    places,
                                                    new Trees(
                                                            shards,
                                                            checkpoint,
                                                            new LinkedHashMap<>())));
                    List<Shard> earlier =
                            places.stream()
                                    .map(each -> shards.at(each.index()))
                                    .filter(each -> !each.equals(own))
                                    .distinct()
                                    .sorted(Comparator.comparingLong(Shard::first))
                                    .toList();
                    for (Shard each : earlier) {
                        all =
                                all.chain(placed ->
                                        checkpoints
                                                .covering(shards.end(each) - 1)
                                                .map(last -> {
                                                    placed.trees()
                                                            .earlier()
                                                            .put(each, last.orElseThrow());
                                                    return placed;
                                                }));
                    }
                    return all;
                });
    }

    private byte[] file(Standing standing, List<Entry.Logged> told, Placed placed) {
        return file(
                standing,
                placed,
                Optional.of(
                        new Certificate.Summary(
                                log.summarySalt(standing.change()), words(standing, told))));
    }

    private byte[] file(Standing standing, Placed placed, Optional<Certificate.Summary> summary) {
        Trees trees = placed.trees();
        Checkpoints.Signed checkpoint = trees.checkpoint();
        List<Certificate.Leaf> leaves = new ArrayList<>();
        List<List<Hash>> proofs = new ArrayList<>();
        Map<Shard, Tree> read = new HashMap<>();
        for (Place each : placed.places()) {
            Shard shard = trees.shards().at(each.index());
            long index = each.index() - shard.first();
            leaves.add(
                    new Certificate.Leaf(
                            trees.earlier().containsKey(shard) ? log.origin(shard.period()) : "",
                            index,
                            new String(each.leaf(), StandardCharsets.UTF_8)));
            proofs.add(
                    read.computeIfAbsent(
                                    shard,
                                    _ ->
                                            new Tree(
                                                    files.of(shard.period()),
                                                    trees.of(shard).state().size()))
                            .inclusionProof(index));
        }
        return new Certificate(
                        new Certificate.Statement(
                                standing.change().toString(),
                                standing.outcome().orElseThrow(),
                                log.blinded(standing.change()),
                                text(checkpoint),
                                trees.earlier().values().stream().map(this::text).toList(),
                                leaves,
                                summary.map(Certificate.Summary::commitment).orElse(""),
                                trusted(leaves),
                                log.key().verifier().toString()),
                        checkpoint.note(),
                        checkpoint.timestamp(),
                        trees.earlier().values().stream()
                                .map(each -> new Certificate.State(each.note(), each.timestamp()))
                                .toList(),
                        proofs,
                        placed.places().stream().map(Place::content).toList(),
                        summary)
                .sign(log.key());
    }

    /**
     * The keys that sealed these, a line each, as far as the leaves say what became of them: what
     * becomes of a key later changes no certificate.
     */
    private List<String> trusted(List<Certificate.Leaf> leaves) {
        Set<String> used = new HashSet<>();
        List<KeyTrust> said = new ArrayList<>();
        for (Certificate.Leaf leaf : leaves) {
            used.add(leaf.field("key"));
            KeyTrust.parse(leaf.text().getBytes(StandardCharsets.UTF_8)).ifPresent(said::add);
        }
        return log.trusted().all().stream()
                .map(TrustedKeys.Trusted::key)
                .filter(key -> used.contains(key.reference()))
                .map(key ->
                        new TrustedKeys.Trusted(
                                        key,
                                        at(KeyTrust.What.RETIRED, key, said),
                                        at(KeyTrust.What.REVOKED, key, said))
                                .line())
                .toList();
    }

    private static Optional<Instant> at(KeyTrust.What what, VerifierKey key, List<KeyTrust> said) {
        return said.stream()
                .filter(each -> each.what() == what)
                .filter(each -> each.key().reference().equals(key.reference()))
                .flatMap(each -> each.at().stream())
                .findFirst();
    }

    private String text(Checkpoints.Signed state) {
        return SignedNote.open(state.note(), log.key().verifier());
    }

    private static Certificate.Content content(Entry entry) {
        return new Certificate.Content(
                entry.envelope().headers(), entry.payload(), entry.seal(), entry.salt());
    }

    private List<String> words(Standing standing, List<Entry.Logged> told) {
        List<String> words = new ArrayList<>();
        words.add(
                "Change %s of %s under charter %s ended %s: %s"
                        .formatted(
                                standing.change(),
                                standing.about(),
                                standing.charter(),
                                standing.outcome().orElseThrow(),
                                standing.state()));
        told.stream()
                .filter(each -> each.entry().envelope().sequence() > 0)
                .map(each ->
                        "%d. %s %s by %s: %s"
                                .formatted(
                                        each.entry().envelope().sequence(),
                                        each.entry().envelope().time(),
                                        each.entry().envelope().handoff().recordName(),
                                        each.entry().envelope().source().id(),
                                        readings.words(each.entry())))
                .forEach(words::add);
        return words;
    }
}
