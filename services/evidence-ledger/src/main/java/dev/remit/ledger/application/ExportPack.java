package dev.remit.ledger.application;

import dev.remit.handoff.merkle.Hash;
import dev.remit.ledger.certificate.CertificateVerifier;
import dev.remit.ledger.certificate.Pack;
import dev.remit.ledger.certificate.Population;
import dev.remit.ledger.domain.Standing;
import dev.remit.ledger.log.Checkpoint;
import dev.remit.ledger.log.Shard;
import dev.remit.ledger.log.Shards;
import dev.remit.ledger.log.Tree;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes the evidence pack of a period. A change belongs to the period in which the log first signed
 * its closure; so a period that is over has the same pack for ever.
 */
@Singleton
public class ExportPack {
    /** What became of it. */
    public sealed interface Exported {}

    /** A zip file. */
    public record Packed(byte[] zip) implements Exported {}

    /** It was not made, and why. */
    public record Refused(String code, String reason) implements Exported {}

    /** Certificates of one pack are held in memory. */
    static final int MOST_CHANGES = 5_000;

    static final int MOST_LEAVES = 200_000;

    private final Log log;
    private final Changes changes;
    private final Entries entries;
    private final Checkpoints checkpoints;
    private final PublicFiles files;
    private final CertifyClosure certify;
    private final Reports reports;
    private final Clock clock;

    ExportPack(
            Log log,
            Changes changes,
            Entries entries,
            Checkpoints checkpoints,
            PublicFiles files,
            CertifyClosure certify,
            Reports reports,
            Clock clock) {
        this.log = log;
        this.changes = changes;
        this.entries = entries;
        this.checkpoints = checkpoints;
        this.files = files;
        this.certify = certify;
        this.reports = reports;
        this.clock = clock;
    }

    /**
     * The pack of a period.
     *
     * @param to not after now
     * @param population which of the changes that closed in it
     */
    public Uni<Exported> export(Instant from, Instant to, Population population) {
        if (!from.isBefore(to)) {
            return refused("PERIOD_EMPTY", "from: is not before 'to'");
        }
        if (to.isAfter(clock.instant())) {
            return refused("PERIOD_OPEN", "to: lies ahead; a period that is not over has no pack");
        }
        return checkpoints
                .lastBefore(from)
                .chain(before ->
                        checkpoints
                                .lastBefore(to)
                                .chain(through ->
                                        through.isEmpty()
                                                ? refused(
                                                        "NOTHING_SIGNED",
                                                        "to: the log was not signed before it")
                                                : export(
                                                        from,
                                                        to,
                                                        population,
                                                        before,
                                                        through.get())));
    }

    private Uni<Exported> export(
            Instant from,
            Instant to,
            Population population,
            Optional<Checkpoints.Signed> before,
            Checkpoints.Signed through) {
        long first = before.map(Checkpoints.Signed::size).orElse(0L);
        if (through.size() - first > MOST_LEAVES) {
            return refused(
                    "PACK_TOO_LARGE",
                    "the log got "
                            + (through.size() - first)
                            + " leaves in this period, a pack holds "
                            + MOST_LEAVES
                            + "; ask for shorter periods");
        }
        return changes.closedBetween(first, through.size(), population, MOST_CHANGES + 1)
                .chain(closed ->
                        closed.size() > MOST_CHANGES
                                ? refused(
                                        "PACK_TOO_LARGE",
                                        "more than "
                                                + MOST_CHANGES
                                                + " changes closed in this period; ask for shorter periods")
                                : checkpoints
                                        .shards()
                                        .chain(shards ->
                                                ends(shards, first, through)
                                                        .chain(ends ->
                                                                certificates(closed)
                                                                        .chain(certificates ->
                                                                                entries.leaves(
                                                                                                first,
                                                                                                through
                                                                                                        .size())
                                                                                        .chain(
                                                                                                leaves ->
                                                                                                        files
                                                                                                                .away(
                                                                                                                        () ->
                                                                                                                                packed(
                                                                                                                                        new Pack(
                                                                                                                                                from,
                                                                                                                                                to,
                                                                                                                                                population,
                                                                                                                                                before.map(
                                                                                                                                                                Checkpoints
                                                                                                                                                                                .Signed
                                                                                                                                                                        ::note)
                                                                                                                                                        .orElse(
                                                                                                                                                                ""),
                                                                                                                                                through
                                                                                                                                                        .note(),
                                                                                                                                                ends,
                                                                                                                                                first,
                                                                                                                                                before.map(
                                                                                                                                                                this
                                                                                                                                                                        ::frontier)
                                                                                                                                                        .orElse(
                                                                                                                                                                List
                                                                                                                                                                        .of()),
                                                                                                                                                leaves,
                                                                                                                                                certificates))))))));
    }

    private List<Hash> frontier(Checkpoints.Signed before) {
        Checkpoint state = before.state();
        return new Tree(files.of(log.period(state)), state.size()).frontier();
    }

    /** The last states of the shards that ended between two states. */
    private Uni<List<String>> ends(Shards shards, long first, Checkpoints.Signed through) {
        Uni<List<String>> all = Uni.createFrom().item(new ArrayList<>());
        for (Shard each : shards.all()) {
            long end = shards.end(each);
            if (end >= first && end > 0 && end < through.size()) {
                all =
                        all.chain(ends ->
                                checkpoints
                                        .covering(end - 1)
                                        .map(state -> {
                                            ends.add(state.orElseThrow().note());
                                            return ends;
                                        }));
            }
        }
        return all;
    }

    private Exported packed(Pack pack) {
        return new Packed(
                Pack.zip(
                        pack.files(
                                new CertificateVerifier.Trust(log.trusted(), log.key().verifier()),
                                reports::printed)));
    }

    private Uni<List<byte[]>> certificates(List<Standing> closed) {
        Uni<List<byte[]>> all = Uni.createFrom().item(new ArrayList<>());
        for (Standing each : closed) {
            all =
                    all.chain(made ->
                            certify.certificate(each.change())
                                    .map(certificate -> {
                                        made.add(
                                                certificate.orElseThrow(() ->
                                                        new IllegalStateException(
                                                                "change "
                                                                        + each.change()
                                                                        + " is being erased; ask again")));
                                        return made;
                                    }));
        }
        return all;
    }

    private static Uni<Exported> refused(String code, String reason) {
        return Uni.createFrom().item(new Refused(code, reason));
    }
}
